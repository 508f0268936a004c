/**
 * The measurements of the parallel pool, on whatever runs this: `program measure part,part ns-of-python peer,peer`,
 * `program probe peer` to see whether a peer works here, `program idle` to see what a pool takes that has nothing to do.
 *
 * @module
 */
import process from "node:process";
import { ParallelPool } from "@heddle/runtime";
import type { Comparison } from "../kernel.ts";
import { measure } from "../measure.ts";
import { linesOf } from "../report.ts";
import { buffers } from "./buffers.ts";
import { besideLongOnes, computing } from "./computing.ts";
import { jobs } from "./own_jobs.ts";
import { peers } from "./peers.ts";
import { starting } from "./starting.ts";
import { throughput } from "./throughput.ts";

const [what, ...rest] = process.argv.slice(2);

switch (what) {
  case "probe":
    await probe(rest[0]);
    break;
  case "idle":
    await idle();
    break;
  default:
    await measurements(new Set(rest[0].split(",")), Number(rest[1]), rest[2].split(";"));
}

async function tell(comparison: Comparison, rounds = 5, warmUps = 1): Promise<void> {
  const timings = await measure(comparison.contenders, rounds, warmUps);
  for (const line of linesOf(comparison, timings)) console.log(line);
}

async function measurements(
  parts: ReadonlySet<string>,
  python: number,
  names: readonly string[],
): Promise<void> {
  if (parts.has("start")) await tell(starting, 11, 2);
  const pool = new ParallelPool({ size: 2 });
  await pool.ready();
  if (parts.has("many")) {
    const others = new Map(
      names.filter((name) => name in peers).map((name) => [name, peers[name]()]),
    );
    const [together, oneByOne, map] = throughput(
      pool,
      others,
      Number.isNaN(python) ? undefined : python,
    );
    await tell(together);
    await tell(oneByOne, 21, 5);
    for (const peer of others.values()) await peer.close();
    await tell(map);
  }
  if (parts.has("cpu")) {
    for (const comparison of computing(pool)) await tell(comparison, 7, 2);
    console.log(await besideLongOnes(pool));
  }
  if (parts.has("buffers")) {
    const { comparisons, close } = buffers(pool);
    for (const comparison of comparisons) await tell(comparison, 11);
    close();
  }
  await pool.close();
}

async function probe(name: string): Promise<void> {
  const peer = peers[name]();
  await Promise.all(Array.from({ length: 2000 }, (_, n) => peer.increment(n)));
  for (let n = 0; n < 200; n++) await peer.increment(n);
  await peer.close();
  // Some leave something behind that keeps the process.
  process.exit(0);
}

/** The pool is not closed: that the process ends by itself all the same is for the parent to see. */
async function idle(): Promise<void> {
  const pool = new ParallelPool({ size: 2 });
  await Promise.all(Array.from({ length: 1000 }, (_, n) => pool.submit(jobs.increment(n))));
  for (let n = 0; n < 100; n++) await pool.submit(jobs.increment(n));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000;
  // What the process takes that only waits for a timer is about a millisecond.
  const verdict = ms < 10 ? "kept" : "MISSED";
  console.log(`an idle pool of two takes ${ms.toFixed(1)} ms of CPU in 2 s   bar none: ${verdict}`);
}
