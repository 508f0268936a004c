/**
 * The stage that slows down.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { describe } from "../kernel/work.ts";
import { RateLimiter } from "../sync/rate_limiter.ts";
import { stageOf } from "./_part.ts";
import type { Input, Output, Stage } from "./stage.ts";

/** How fast elements may pass. */
export interface ThrottleOptions {
  /**
   * How many elements may pass in any `interval`; a whole number of at least 1.
   *
   * @default 1
   */
  limit?: number;
  /** How long an interval is, in milliseconds of the scheduler's clock; above 0. */
  interval: number;
  /**
   * What happens to an element that comes too soon: it waits, and with it all that is before it, or it is dropped.
   *
   * @default "wait"
   */
  overflow?: "wait" | "drop-newest";
}

/**
 * Hands on at most `limit` elements in any `interval`, the first ones at once.
 *
 * @example
 * ```ts
 * import { pipeline, throttle } from "@heddle/runtime";
 * import { simulate } from "@heddle/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { value, time } = await simulate(() => pipeline([1, 2, 3], throttle({ interval: 100 })));
 * assertEquals([value, time], [[1, 2, 3], 200]);
 * ```
 *
 * @param options how many elements in what time; a number stands for the interval of each element, in milliseconds
 * @throws {TypeError} when an option has the wrong type
 * @throws {RangeError} when `limit` is not a whole number of at least 1, or `interval` not above 0 or not finite
 */
export function throttle<T>(options: ThrottleOptions | number): Stage<T, T> {
  const { limit = 1, interval, overflow = "wait" } = typeof options === "number"
    ? { interval: options }
    : (options ?? {}) as ThrottleOptions;
  // Found out now, not when the pipeline runs.
  new RateLimiter({ limit, interval });
  if (overflow !== "wait" && overflow !== "drop-newest") {
    throw new TypeError(
      `Cannot throttle: 'overflow' must be "wait" or "drop-newest": current value is ${
        describe(overflow)
      }`,
    );
  }
  return stageOf({
    kind: "task",
    name: "throttle",
    run: (input, output) =>
      pass(input, output, new RateLimiter({ limit, interval }), overflow === "wait"),
  });
}

function* pass(
  input: Input<unknown>,
  output: Output<unknown>,
  limiter: RateLimiter,
  waits: boolean,
): Generator<Effect<unknown>, void, unknown> {
  for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
    if (waits) yield* limiter.acquire();
    else if (!limiter.tryAcquire()) continue;
    yield* output.send(item.value);
  }
}
