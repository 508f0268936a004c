/**
 * How an adaptive executor is made.
 *
 * @module
 */

import { checkOptions, describe } from "../kernel/work.ts";
import type { RateLimiterOptions } from "../sync/rate_limiter.ts";
import type { SubmitOptions, Work } from "./executor.ts";
import { GreenPool } from "./green_pool.ts";
import { ParallelPool } from "./parallel/parallel_pool.ts";
import type { Lane, Route } from "./routing.ts";

/** Chooses a lane; `undefined` leaves the choice to the executor. Only jobs can go to `"parallel"`. */
export type Choose = (
  work: Work<unknown>,
  options: SubmitOptions,
  learned: Route,
) => Lane | undefined;

/** How an adaptive executor is made. */
export interface AdaptiveOptions {
  /**
   * The lane for what waits.
   *
   * @default a `GreenPool` of its own, which it closes when it is closed
   */
  green?: GreenPool;
  /**
   * The lane for what computes.
   *
   * @default a `ParallelPool` of its own, which starts with the first task for it, and is closed when it is closed
   */
  parallel?: ParallelPool;
  /** Chooses in its place. */
  choose?: Choose;
  /**
   * How long the calls of a job may hold this thread before it moves to the other lane, in milliseconds, smoothed.
   *
   * @default 10
   */
  limit?: number;
  /**
   * How often tasks may begin, on both lanes together: at most `limit` within any `interval` milliseconds. Lanes of its
   * own only; one that it is given has its own `rate`.
   *
   * @default no limit
   */
  rate?: RateLimiterOptions;
  /**
   * What to call it in reports.
   *
   * @default "adaptive"
   */
  name?: string;
}

/** Throws a `TypeError` or `RangeError` unless an adaptive executor can be made by `options`, except for the parts of `rate`. */
export function checkAdaptiveOptions(options: AdaptiveOptions): AdaptiveOptions {
  checkOptions(options, "create an executor");
  const { green, parallel, choose, limit = 10, name = "adaptive", rate } = options;
  check(green === undefined || green instanceof GreenPool, "green", "a GreenPool", green);
  const isPool = parallel === undefined || parallel instanceof ParallelPool;
  check(isPool, "parallel", "a ParallelPool", parallel);
  check(choose === undefined || typeof choose === "function", "choose", "a function", choose);
  check(typeof limit === "number", "limit", "a number of milliseconds", limit);
  check(typeof name === "string", "name", "a string", name);
  if (!(limit > 0)) {
    throw new RangeError(
      `Cannot create an executor: 'limit' must be positive: current value is ${limit}`,
    );
  }
  if (rate !== undefined && (green ?? parallel) !== undefined) {
    throw new TypeError(
      "Cannot create an executor: 'rate' is for lanes of its own: give it to the pools that are given as lanes",
    );
  }
  return options;
}

function check(ok: boolean, name: string, wanted: string, value: unknown): void {
  if (ok) return;
  throw new TypeError(
    `Cannot create an executor: '${name}' must be ${wanted}: current value is ${describe(value)}`,
  );
}
