/**
 * The adaptive executor on a mix of jobs that wait and jobs that compute, of which it is told nothing, against routing by
 * hand and against each lane alone; and what it costs where there is nothing to choose.
 *
 * @module
 */

import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  jobsFrom,
  ParallelPool,
} from "@heddle/runtime";
import { median } from "./measure.ts";

const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));

/** So many jobs wait and compute, each for up to so many milliseconds. */
const mix = { waits: 4000, waitMs: 60, computes: 80, computeMs: 30 };
const rounds = 5;
const resolved = Promise.resolve(1);

/** A seeded shuffle of the mix (mulberry32). */
function* generated(seed: number): Generator<["waitFor" | "compute", number]> {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  let { waits, computes } = mix;
  while (waits + computes > 0) {
    if (random() * (waits + computes) < waits) {
      waits--;
      yield ["waitFor", mix.waitMs * (0.5 + random() / 2)];
    } else {
      computes--;
      yield ["compute", mix.computeMs * (0.5 + random() / 2)];
    }
  }
}

type Submit = (name: "waitFor" | "compute", ms: number) => PromiseLike<unknown>;

/** Runs the mix; how long it took, and how late the timers of this thread were. */
async function play(seed: number, submit: Submit): Promise<{ ms: number; lags: number[] }> {
  const lags: number[] = [];
  let due = performance.now() + 5;
  const watch = setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(0, now - due));
    due = now + 5;
  }, 5);
  const began = performance.now();
  await Promise.all(Array.from(generated(seed), ([name, ms]) => submit(name, ms)));
  const ms = performance.now() - began;
  clearInterval(watch);
  return { ms, lags };
}

const on = (executor: Executor): Submit => (name, ms) => executor.submit(jobs[name](ms));

/** Runs the comparison, and returns what it says. */
export async function adaptive(): Promise<string[]> {
  await using green = new GreenPool();
  await using parallel = new ParallelPool();
  await using learning = new AdaptiveExecutor();
  const byHand: Submit = (name, ms) =>
    (name === "waitFor" ? green : parallel).submit(jobs[name](ms));
  const ways: { [name: string]: Submit } = {
    adaptive: on(learning),
    "by hand": byHand,
    green: on(green),
    parallel: on(parallel),
  };
  // It learns, and the workers import.
  for (const submit of Object.values(ways)) await play(1, submit);
  const times: { [name: string]: number[] } = {};
  const lags: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, submit] of Object.entries(ways)) {
      const played = await play(round + 2, submit);
      (times[name] ??= []).push(played.ms);
      if (name === "adaptive") lags.push(...played.lags);
    }
  }
  const took = (name: string): number => median(times[name]);
  const single = Math.min(took("green"), took("parallel"));
  const lag = lags.sort((a, b) => a - b)[Math.floor(lags.length * 0.99)];
  const overhead = await overheadOnGreen();
  return [
    `${mix.waits} jobs that wait and ${mix.computes} that compute, nothing said about them`,
    ...Object.keys(ways).map((name) => `  ${name.padEnd(22)} ${took(name).toFixed(0)} ms`),
    say("against routing by hand", took("adaptive") / took("by hand"), 1.15, "×"),
    say("better lane against it", single / took("adaptive"), -1.6, "×"),
    say("lag of the main thread, p99", lag, 20, "ms"),
    say("overhead when all is green", overhead, 1.1, "×"),
  ];
}

/** How much longer functions take through the adaptive executor than on the green pool itself. */
async function overheadOnGreen(): Promise<number> {
  const once = async (executor: Executor): Promise<number> => {
    const began = performance.now();
    await Promise.all(Array.from({ length: 20_000 }, () => executor.submit(() => resolved)));
    return performance.now() - began;
  };
  await using green = new GreenPool();
  await using choosing = new AdaptiveExecutor();
  const ratios: number[] = [];
  for (let round = 0; round < 15; round++) {
    const alone = await once(green);
    const through = await once(choosing);
    if (round >= 4) ratios.push(through / alone);
  }
  return median(ratios);
}

/** A figure with its bar: at most that, or at least, when it is negative. */
function say(what: string, value: number, bar: number, unit: string): string {
  const kept = bar < 0 ? value >= -bar : value <= bar;
  const words = bar < 0 ? `at least ${-bar}` : `at most ${bar}`;
  return `  ${what.padEnd(30)} ${value.toFixed(2)} ${unit}   bar ${words} ${unit}: ${
    kept ? "kept" : "MISSED"
  }`;
}
