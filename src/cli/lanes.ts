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
  type RetryPolicy,
  SoloExecutor,
  type SubmitOptions,
} from "../../mod.ts";
import { defaultSize } from "../executors/parallel/parallel_options.ts";
import type { Rate } from "./option_values.ts";
import { UsageError } from "./usage_error.ts";

/** What `--pool` may say. */
export const pools = ["auto", "green", "parallel", "solo"] as const;
/** Where the work is done. */
export type Pool = typeof pools[number];

/** What chooses and sizes the executor. */
export interface LaneOptions {
  pool: Pool;
  /** How many inputs at a time; on workers, how many workers. */
  concurrency?: number;
  /** How many inputs a worker has under way. */
  perWorker?: number;
  /** Milliseconds for one attempt. */
  timeout?: number;
  /** How often to try again. */
  retries: number;
  /** How many attempts may begin in what time. */
  rate?: Rate;
  /** By what inputs are chosen. */
  priority?: string;
}

/** How the work is going to be done: what can be said of a lane before there is one. */
export interface LanePlan {
  /** How many inputs are done at a time; on workers, when each has as many as it may. */
  readonly atATime: number;
  /** How many workers there will be; `null` when there are none, or as many as needed. */
  readonly workers: number | null;
  /** How many inputs are under way at a time, those that stand ready for the workers included. */
  readonly width: number;
  /** Whether jobs may run in this thread. */
  readonly isLocal: boolean;
  /** Whether it learns from the first calls where the others go. */
  readonly learns: boolean;
  /** How each job is submitted. */
  readonly submit: SubmitOptions;
  /** How often the mapping itself tries, because the executor cannot: it takes a stream for done when it opens. */
  readonly retry: RetryPolicy | null;
  /** Starts it. */
  start(): Lane;
}

/** Where the work is done, and how. */
export interface Lane extends Omit<LanePlan, "start"> {
  readonly executor: Executor;
}

const defaultGreen = 1000;
/** Calls this many times the number of workers stand ready, so that no worker waits for its next one. */
const readyForEach = 256;

/**
 * Plans the executor.
 *
 * @param options where, how many at a time
 * @throws {UsageError} when the options contradict each other
 */
export function planLane(options: LaneOptions): LanePlan {
  const { pool, concurrency, perWorker = 1, timeout, retries, rate } = options;
  check(options);
  const policy = retries > 0 ? { attempts: retries + 1 } : null;
  const submit: SubmitOptions = {};
  if (timeout !== undefined) submit.timeout = timeout;
  // An attempt of the executor's own would not wait for the rate.
  if (policy !== null && rate === undefined) submit.retry = policy;
  const common = { submit, retry: policy };
  const onWorkers = (): LanePlan => {
    const workers = concurrency ?? defaultSize();
    return plan({
      ...common,
      atATime: workers * perWorker,
      workers,
      width: workers * Math.max(readyForEach, perWorker),
      isLocal: false,
      learns: false,
    }, () => new ParallelPool({ concurrency: perWorker, size: workers }));
  };
  const size = concurrency ?? defaultGreen;
  const here = { ...common, atATime: size, workers: null, width: size, isLocal: true };
  switch (pool) {
    case "solo":
      return plan({ ...here, atATime: 1, width: 1, learns: false }, () => new SoloExecutor());
    case "green":
      return plan({ ...here, learns: false }, () => new GreenPool({ size }));
    case "parallel":
      return onWorkers();
    case "auto":
      // Nothing stops what holds this thread for ever; a worker can be ended.
      if (timeout !== undefined) return onWorkers();
      return plan({ ...here, learns: true }, () => {
        const executor = new AdaptiveExecutor();
        executor.resize(size);
        return executor;
      });
  }
}

/** Whether all go to the workers though `--pool` leaves the choice. */
export function isForcedToWorkers({ pool, timeout }: LaneOptions): boolean {
  return pool === "auto" && timeout !== undefined;
}

function plan(facts: Omit<LanePlan, "start">, make: () => Executor): LanePlan {
  return { ...facts, start: () => ({ ...facts, executor: make() }) };
}

function check(options: LaneOptions): void {
  const { pool, concurrency, perWorker, timeout } = options;
  if (pool === "solo" && concurrency !== undefined && concurrency !== 1) {
    throw new UsageError(
      `--pool solo works on one input at a time: leave --concurrency ${concurrency} out, or use --pool green`,
    );
  }
  const hasWorkers = pool === "parallel" || pool === "auto" && timeout !== undefined;
  if (perWorker !== undefined && !hasWorkers) {
    throw new UsageError(
      pool === "auto"
        ? `--per-worker is for workers: add --pool parallel (--pool auto has it with --timeout only)`
        : `--per-worker is for workers, and --pool ${pool} has none: use --pool parallel, or leave it out`,
    );
  }
}
