/**
 * The measurements behind `memory.ts`.
 *
 * @module
 */

import { run, sleep, spawn, yieldNow } from "@heddle/runtime";

const gc = (globalThis as unknown as { gc: () => void }).gc;
const heap = (): number => (gc(), Deno.memoryUsage().heapUsed);
const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function* child(n: number) {
  return n;
}

await sleepers(10_000);
const small = await sleepers(10_000);
const large = await sleepers(1_000_000);
say("1,000,000 sleeping tasks", `${large.bytes.toFixed(0)} B each`, large.bytes <= 600);
say("  set up, woken and joined", `${(large.ms / 1000).toFixed(2)} s`, large.ms < 4000);
say(
  "  per task, against 10,000",
  `${(large.ms / 1e6 / (small.ms / 1e4)).toFixed(2)} ×`,
  large.ms / 1e6 <= 1.5 * small.ms / 1e4,
);

const before = heap();
await run(function* () {
  for (let i = 0; i < 1_000_000; i++) yield* yield* spawn(() => child(i));
});
const grown = (heap() - before) / 1e6;
say("heap after 1,000,000 spawns and joins", `${grown.toFixed(2)} MB`, Math.abs(grown) <= 2);

const many = run(function* () {
  for (let i = 0; i < 100_000; i++) yield* spawn(() => sleep(1e6));
});
await turn(300);
const began = performance.now();
await many.cancel();
const cancelMs = performance.now() - began;
say("cancelling 100,000 sleeping children", `${cancelMs.toFixed(0)} ms`, cancelMs < 500);

const alone = await step();
const asleep = run(function* () {
  for (let i = 0; i < 1_000_000; i++) yield* spawn(() => sleep(1e6));
});
await turn(1500);
const among = await step();
say(
  "a step while 1,000,000 sleep, against none",
  `${(among / alone).toFixed(2)} ×`,
  among / alone <= 1.2,
);
await asleep.cancel();

/** The time is what the tasks cost: the whole, less what they sleep. */
async function sleepers(count: number): Promise<{ bytes: number; ms: number }> {
  const ms = 3000;
  const base = heap();
  const began = performance.now();
  const task = run(function* () {
    for (let i = 0; i < count; i++) yield* spawn(() => sleep(ms));
  });
  await turn(0);
  while (performance.now() - began < 2500) await turn(50);
  const paused = performance.now();
  const bytes = (heap() - base) / count;
  const pause = performance.now() - paused;
  await task;
  return { bytes, ms: performance.now() - began - Math.max(pause, 0) - ms };
}

async function step(): Promise<number> {
  const times = 2_000_000;
  const runs: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await run(function* () {
      for (let n = 0; n < times; n++) yield* yieldNow();
    });
    runs.push(performance.now() - began);
  }
  return Math.min(...runs);
}

function say(what: string, value: string, kept: boolean): void {
  console.log(`${what.padEnd(44)} ${value.padStart(10)}   bar ${kept ? "kept" : "MISSED"}`);
}
