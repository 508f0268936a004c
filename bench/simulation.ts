/**
 * How fast programs are simulated and explored.
 *
 * @module
 */

import { all, sleep, spawn, yieldNow } from "@heddle/runtime";
import { explore, simulate, type SimulateOptions } from "@heddle/runtime/testing";
import { median } from "./measure.ts";

const rounds = 7;
/** Steps a second, at least. */
const bar = 200_000;

function* yielding(times: number) {
  for (let i = 0; i < times; i++) yield* yieldNow();
}

/** Simulates tasks that only yield. Returns how many steps a second that was. */
async function yieldingTasks(tasks: number, options: SimulateOptions): Promise<number> {
  const each = Math.ceil(100_000 / tasks);
  const work = () => all(Array.from({ length: tasks }, () => () => yielding(each)));
  const began = performance.now();
  const { steps } = await simulate(work, { ...options, maxSteps: 1e6 });
  return steps / (performance.now() - began) * 1000;
}

/** Simulates tasks of which each spawns, sleeps and is joined. Returns how many steps a second that was. */
async function spawningTasks(options: SimulateOptions): Promise<number> {
  const began = performance.now();
  const { steps } = await simulate(function* () {
    for (let i = 0; i < 10_000; i++) {
      yield* yield* spawn(() => yielding(1));
    }
  }, { ...options, maxSteps: 1e6 });
  return steps / (performance.now() - began) * 1000;
}

/** Explores a small program. Returns how many steps a second that was, runs and all. */
async function exploring(): Promise<number> {
  const began = performance.now();
  const { steps } = await explore(
    () => all([() => yielding(20), () => yielding(20), () => yielding(20)]),
    { runs: 1000 },
  );
  return steps / (performance.now() - began) * 1000;
}

/** Simulates an hour in which tasks sleep. Returns how many milliseconds that took. */
async function hour(tasks: number, ms: number): Promise<number> {
  function* sleeper() {
    for (let slept = 0; slept < 3_600_000; slept += ms) yield* sleep(ms);
  }
  const began = performance.now();
  await simulate(() => all(Array.from({ length: tasks }, () => sleeper)), {
    seed: 1,
    maxSteps: 1e7,
  });
  return performance.now() - began;
}

async function typical(measure: () => Promise<number>): Promise<number> {
  const results: number[] = [];
  for (let round = 0; round < rounds; round++) results.push(await measure());
  return median(results);
}

/** Measures, and says what came out. */
export async function simulation(): Promise<string[]> {
  const lines: string[] = [];
  const speed = (what: string, steps: number) =>
    lines.push(
      `${what.padEnd(60)} ${`${(steps / 1e6).toFixed(2)} million steps/s`.padStart(24)}   bar ${
        steps >= bar ? "kept" : "MISSED"
      }`,
    );
  const strategies: { readonly [name: string]: SimulateOptions } = {
    "in the real order": {},
    "random": { seed: 1 },
    "PCT": { seed: 1, strategy: "pct" },
  };
  for (const [name, options] of Object.entries(strategies)) {
    for (const tasks of [10, 10_000]) {
      const steps = await typical(() => yieldingTasks(tasks, options));
      speed(`simulated, ${tasks} ready tasks, ${name}`, steps);
    }
  }
  speed("simulated, spawn and join", await typical(() => spawningTasks({ seed: 1 })));
  speed("explored, 1,000 runs of three tasks", await typical(exploring));
  for (const [tasks, ms] of [[1, 60_000], [1, 1000], [1000, 60_000]]) {
    const took = await typical(() => hour(tasks, ms));
    const what = `an hour, ${tasks} tasks that sleep ${ms / 1000} s again and again`;
    lines.push(`${what.padEnd(60)} ${took.toFixed(1).padStart(15)} ms`);
  }
  return lines;
}
