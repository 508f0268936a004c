/**
 * How long it takes from making a pool of two to its first result, against a bare worker's first answer.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { ParallelPool } from "@heddle/runtime";
import type { Comparison } from "../kernel.ts";
import type { Took } from "../measure.ts";
import { here } from "./here.ts";
import { jobs } from "./own_jobs.ts";

/** The comparison. */
export const starting: Comparison = {
  title: "a pool of two from start to first result",
  contenders: [
    { name: "heddle", run: firstResult },
    { name: "bare worker", run: firstAnswer },
  ],
  bars: { "bare worker": { least: 1 / 1.5 } },
};

async function firstResult(): Promise<Took> {
  const began = performance.now();
  const pool = new ParallelPool({ size: 2 });
  await pool.submit(jobs.increment(1));
  const ms = performance.now() - began;
  await pool.ready();
  await pool.close();
  return { times: 1, ms };
}

async function firstAnswer(): Promise<Took> {
  const began = performance.now();
  const worker = new Worker(new URL(here("bare_worker")), { workerData: {} });
  await new Promise((resolve) => worker.once("message", resolve));
  const ms = performance.now() - began;
  await worker.terminate();
  return { times: 1, ms };
}
