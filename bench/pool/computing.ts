/**
 * Jobs that compute: how much faster than alone two workers are, and how long small ones wait beside a long one.
 *
 * @module
 */
import type { ParallelPool } from "@heddle/runtime";
import type { Comparison } from "../kernel.ts";
import { compute } from "./jobs.ts";
import { jobs } from "./own_jobs.ts";

/** The comparisons with the same work done here. */
export function computing(pool: ParallelPool): Comparison[] {
  const millisecond = stepsOfOneMillisecond();
  return [1, 50].map((ms): Comparison => {
    const count = 400 / ms;
    const steps = millisecond * ms;
    return {
      title: `${count} jobs that compute for ${ms} ms, on two cores`,
      contenders: [
        {
          name: "heddle",
          run: async () => {
            await Promise.all(
              Array.from({ length: count }, () => pool.submit(jobs.compute(steps))),
            );
            return count;
          },
        },
        {
          name: "solo",
          run: () => {
            for (let i = 0; i < count; i++) compute(steps);
            return count;
          },
        },
      ],
      bars: { solo: { least: 1.85 } },
    };
  });
}

/** How long jobs of 1 ms take, one every 2 ms, while one of 200 ms follows the other: 99 % of them take less. */
export async function besideLongOnes(pool: ParallelPool): Promise<string> {
  const millisecond = stepsOfOneMillisecond();
  const times: number[] = [];
  let isOver = false;
  const long = (async () => {
    while (!isOver) await pool.submit(jobs.compute(200 * millisecond));
  })();
  const small: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < 1000; n++) {
    const due = began + 2 * n;
    const left = due - performance.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    const at = performance.now();
    const done = pool.submit(jobs.compute(millisecond));
    small.push(done.then(() => void times.push(performance.now() - at)));
  }
  await Promise.all(small);
  isOver = true;
  await long;
  const p99 = times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)];
  const verdict = p99 < 10 ? "kept" : "MISSED";
  return `jobs of 1 ms beside jobs of 200 ms, 99th percentile: ${
    p99.toFixed(1)
  } ms   bar 10 ms: ${verdict}`;
}

let known = 0;

function stepsOfOneMillisecond(): number {
  if (known > 0) return known;
  const steps = 1_000_000;
  const times: number[] = [];
  for (let i = 0; i < 30; i++) {
    const began = performance.now();
    compute(steps);
    times.push(performance.now() - began);
  }
  return known = Math.round(steps / Math.min(...times));
}
