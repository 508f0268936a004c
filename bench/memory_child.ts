/**
 * The measurements behind `memory.ts`.
 *
 * @module
 */

import { median } from "./measure.ts";
import { GreenPool, run, Scheduler, sleep, spawn, yieldNow } from "@heddle/runtime";

const gc = (globalThis as unknown as { gc: () => void }).gc;
const heap = (): number => (gc(), Deno.memoryUsage().heapUsed);
const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const scheduler = new Scheduler();

function* child(n: number) {
  return n;
}

const bytes = await weigh(1_000_000);
say("1,000,000 sleeping tasks", `${bytes.toFixed(0)} B each`, bytes <= 600);
// Both sizes in turn, in a heap that has grown, so that neither pays for what the other does not.
await sleepers(10_000, 200);
await sleepers(1_000_000, 3000);
const small: number[] = [];
const large: number[] = [];
for (let round = 0; round < 5; round++) {
  gc();
  for (let i = 0; i < 20; i++) small.push(await sleepers(10_000, 100));
  gc();
  large.push(await sleepers(1_000_000, 2500));
}
const seconds = median(large) / 1000;
say("  set up, woken and joined", `${seconds.toFixed(2)} s`, seconds < 4);
const growth = median(large) / 1e6 / (median(small) / 1e4);
say("  per task, against 10,000", `${growth.toFixed(2)} ×`, growth <= 1.5);
const bare = perBare(1_000_000, 5, bytes) / perBare(10_000, 100, bytes);
console.log(`  the same for as many bytes of bare objects      ${bare.toFixed(2)} ×`);

const before = heap();
await run(function* () {
  for (let i = 0; i < 1_000_000; i++) yield* yield* spawn(() => child(i));
});
const grown = (heap() - before) / 1e6;
say("heap after 1,000,000 spawns and joins", `${grown.toFixed(2)} MB`, Math.abs(grown) <= 2);

const pool = new GreenPool({ size: 500 });
const mapped = await run(function* () {
  const stream = pool.map(Array(10_000_000).keys(), (n) => n);
  let first = 0;
  let most = 0;
  for (let n = 0; !(yield* stream.next()).done; n++) {
    if (n % 1_000_000 !== 999_999) continue;
    const now = heap();
    if (first === 0) first = now;
    most = Math.max(most, now - first);
  }
  return most / 1e6;
});
await pool.close();
say("heap over 10,000,000 mapped inputs", `+${mapped.toFixed(2)} MB`, mapped <= 2);

const many = await asleep(100_000);
const began = performance.now();
await many.cancel();
const cancelMs = performance.now() - began;
say("cancelling 100,000 sleeping children", `${cancelMs.toFixed(0)} ms`, cancelMs < 500);

const alone = await step();
const million = await asleep(1_000_000);
const among = await step();
say(
  "a step while 1,000,000 sleep, against none",
  `${(among / alone).toFixed(2)} ×`,
  among / alone <= 1.2,
);
await million.cancel();

/** How much heap a sleeping task takes. */
async function weigh(count: number): Promise<number> {
  const base = heap();
  const task = await asleep(count);
  const bytes = (heap() - base) / count;
  await task.cancel();
  return bytes;
}

/** So many tasks, all of which are asleep by now. */
async function asleep(count: number): Promise<{ cancel(): PromiseLike<void> }> {
  const task = run(function* () {
    for (let i = 0; i < count; i++) yield* spawn(() => sleep(1e6));
  }, { scheduler });
  while (scheduler.timerCount < count) await turn(10);
  // Not the task itself, which is a promise and would be awaited.
  return { cancel: () => task.cancel() };
}

/** What the tasks cost in time: the whole, less what they sleep. */
async function sleepers(count: number, ms: number): Promise<number> {
  const began = performance.now();
  await run(function* () {
    for (let i = 0; i < count; i++) yield* spawn(() => sleep(ms));
  });
  return performance.now() - began - ms;
}

/** What the collector asks for objects of the weight of a sleeping task, of which nothing else is asked. */
function perBare(count: number, rounds: number, bytes: number): number {
  const chain = Math.round(bytes / 64);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const all: unknown[] = [];
    for (let i = 0; i < count; i++) all.push(bareObjects(chain));
    times.push((performance.now() - began) / count);
  }
  return median(times);
}

/** So many objects of 64 bytes, one holding the next. */
function bareObjects(left: number): unknown {
  return left === 0 ? null : { next: bareObjects(left - 1), a: 1, b: 2, c: null, d: null };
}

async function step(): Promise<number> {
  const times = 2_000_000;
  const runs: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await run(function* () {
      for (let n = 0; n < times; n++) yield* yieldNow();
    }, { scheduler });
    runs.push(performance.now() - began);
  }
  return Math.min(...runs);
}

function say(what: string, value: string, kept: boolean): void {
  console.log(`${what.padEnd(44)} ${value.padStart(10)}   bar ${kept ? "kept" : "MISSED"}`);
}
