/**
 * The measurements behind `memory.ts`.
 *
 * @module
 */

import { median } from "./measure.ts";
import { GreenPool, run, sleep, spawn, yieldNow } from "@heddle/runtime";

const gc = (globalThis as unknown as { gc: () => void }).gc;
const heap = (): number => (gc(), Deno.memoryUsage().heapUsed);
const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function* child(n: number) {
  return n;
}

const bytes = await weigh(1_000_000);
say("1,000,000 sleeping tasks", `${bytes.toFixed(0)} B each`, bytes <= 600);
const small: number[] = [];
for (let i = 0; i < 20; i++) small.push(await sleepers(10_000, 200));
const large = await sleepers(1_000_000, 3000);
say("  set up, woken and joined", `${(large / 1000).toFixed(2)} s`, large < 4000);
const growth = large / 1e6 / (median(small) / 1e4);
say("  per task, against 10,000", `${growth.toFixed(2)} ×`, growth <= 1.5);
const bare = perBare(1_000_000, 3) / perBare(10_000, 100);
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

/** How much heap a sleeping task takes. */
async function weigh(count: number): Promise<number> {
  const base = heap();
  const task = run(function* () {
    for (let i = 0; i < count; i++) yield* spawn(() => sleep(1e6));
  });
  await turn(2000);
  const bytes = (heap() - base) / count;
  await task.cancel();
  return bytes;
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
function perBare(count: number, rounds: number): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const all: unknown[] = [];
    for (let i = 0; i < count; i++) all.push(bareObjects(6));
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
    });
    runs.push(performance.now() - began);
  }
  return Math.min(...runs);
}

function say(what: string, value: string, kept: boolean): void {
  console.log(`${what.padEnd(44)} ${value.padStart(10)}   bar ${kept ? "kept" : "MISSED"}`);
}
