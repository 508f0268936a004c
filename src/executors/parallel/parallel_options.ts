/**
 * How a parallel pool is made, and what it says to those who make one wrong.
 *
 * @module
 */

import { describe } from "../../kernel/work.ts";
import { checkCount } from "../submit_options.ts";

/** How a parallel pool is made. */
export interface ParallelPoolOptions {
  /**
   * How many workers there are.
   *
   * @default the number of processors
   */
  size?: number;
  /**
   * What to call it, and its workers, in reports.
   *
   * @default "parallel"
   */
  name?: string;
  /**
   * How many tasks may wait; more are refused with `QueueFullError`.
   *
   * @default Infinity
   */
  queueLimit?: number;
  /**
   * How long a task may run that sets no `timeout` itself, in milliseconds.
   *
   * @default no limit
   */
  taskTimeout?: number;
  /**
   * How many tasks may run side by side in one worker while they wait for something. With 1, whatever kills a worker
   * takes one task only with it.
   *
   * @default 64
   */
  concurrency?: number;
  /**
   * How many tasks a worker runs before it is replaced by a new one.
   *
   * @default no limit
   */
  maxTasksPerWorker?: number;
}

/** How many workers a pool has unless it is told. */
export function defaultSize(): number {
  return navigator.hardwareConcurrency;
}

/** Throws unless every option is what it should be; returns those that have a default. */
export function checkParallelOptions(
  options: ParallelPoolOptions,
): { size: number; queueLimit: number } {
  const {
    size = defaultSize(),
    maxTasksPerWorker,
    taskTimeout,
    queueLimit = Infinity,
  } = options;
  checkCount(size, "create an executor", "size", 1);
  if (maxTasksPerWorker !== undefined) {
    checkCount(maxTasksPerWorker, "create an executor", "maxTasksPerWorker", 1);
  }
  if (taskTimeout !== undefined && !(typeof taskTimeout === "number" && taskTimeout > 0)) {
    throw new RangeError(
      `Cannot create an executor: 'taskTimeout' must be a positive number: current value is ${
        describe(taskTimeout)
      }`,
    );
  }
  if (options.concurrency !== undefined) {
    checkCount(options.concurrency, "create an executor", "concurrency", 1);
  }
  return { size, queueLimit };
}

/** A function was given where only a job will do. */
export function thunkError(pool: string, work: unknown, what = "work must be a job"): TypeError {
  return new TypeError(
    `Cannot run ${
      describe(work)
    } in parallel pool '${pool}': ${what}, since a function cannot leave its thread. Export ` +
      `it from a module, and make the job with jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"))`,
  );
}
