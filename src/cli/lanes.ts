/**
 * The executor that does the work.
 *
 * @module
 */

import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  ParallelPool,
  SoloExecutor,
  type SubmitOptions,
} from "../../mod.ts";
import { UsageError } from "./usage_error.ts";

/** What `--pool` may say. */
export const pools = ["auto", "green", "parallel", "solo"] as const;
/** Where the work is done. */
export type Pool = typeof pools[number];

/** What chooses and sizes the executor. */
export interface LaneOptions {
  pool: Pool;
  /** How many inputs at a time. */
  concurrency?: number;
  /** Milliseconds for one attempt. */
  timeout?: number;
  /** How often to try again. */
  retries: number;
}

/** Where the work is done, and how. */
export interface Lane {
  readonly executor: Executor;
  /** How each job is submitted. */
  readonly submit: SubmitOptions;
  /** How many inputs are under way at a time, those that stand ready for the workers included. */
  readonly width: number;
  /** Whether jobs may run in this thread. */
  readonly isLocal: boolean;
  /** Whether it learns from the first calls where the others go. */
  readonly learns: boolean;
}

const defaultGreen = 1000;
/** Calls this many times the number of workers stand ready, so that no worker waits for its next one. */
const readyForEach = 256;

/**
 * Makes the executor.
 *
 * @param options where, how many at a time
 * @throws {UsageError} when the options contradict each other
 */
export function makeLane(options: LaneOptions): Lane {
  const { pool, concurrency, timeout, retries } = options;
  const submit: SubmitOptions = {};
  if (timeout !== undefined) submit.timeout = timeout;
  if (retries > 0) submit.retry = { attempts: retries + 1 };
  const size = concurrency ?? defaultGreen;
  switch (pool) {
    case "solo": {
      if (concurrency !== undefined && concurrency !== 1) {
        throw new UsageError(
          `--pool solo works on one input at a time: leave --concurrency ${concurrency} out, or use --pool green`,
        );
      }
      return { executor: new SoloExecutor(), submit, width: 1, isLocal: true, learns: false };
    }
    case "green":
      return {
        executor: new GreenPool({ size }),
        submit,
        width: size,
        isLocal: true,
        learns: false,
      };
    case "parallel": {
      const executor = isolated(concurrency);
      return {
        executor,
        submit,
        width: executor.size * readyForEach,
        isLocal: false,
        learns: false,
      };
    }
    case "auto": {
      // Nothing stops what holds this thread for ever; a worker can be ended.
      const isLocal = timeout === undefined;
      if (!isLocal) {
        const executor = isolated(concurrency);
        return { executor, submit, width: executor.size * readyForEach, isLocal, learns: false };
      }
      const executor = new AdaptiveExecutor();
      executor.resize(size);
      return { executor, submit, width: size, isLocal, learns: isLocal };
    }
  }
}

/** Workers that do one input at a time, so that one that dies takes no other input with it. */
function isolated(size: number | undefined): ParallelPool {
  return new ParallelPool(size === undefined ? { concurrency: 1 } : { concurrency: 1, size });
}
