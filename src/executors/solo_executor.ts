/**
 * The executor that does one thing after the other.
 *
 * @module
 */

import { checkOptions } from "../kernel/work.ts";
import type { RateLimiterOptions } from "../sync/rate_limiter.ts";
import { BaseExecutor } from "./base_executor.ts";

/** How a solo executor is made. */
export interface SoloOptions {
  /**
   * How often tasks may begin: at most `limit` within any `interval` milliseconds. Those that may not wait in the queue.
   *
   * @default no limit
   */
  rate?: RateLimiterOptions;
  /**
   * What to call it in reports.
   *
   * @default "solo"
   */
  name?: string;
}

/**
 * Runs tasks in this thread, one at a time, in the order in which they were submitted: for tests, for scripts, and to
 * compare with. A task that waits holds up those behind it.
 *
 * @example
 * ```ts
 * import { SoloExecutor } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * await using solo = new SoloExecutor();
 * assertEquals(await solo.submit(() => 6 * 7), 42);
 * ```
 */
export class SoloExecutor extends BaseExecutor {
  /**
   * Makes an executor.
   *
   * @param options its name
   */
  constructor(options: SoloOptions = {}) {
    checkOptions(options, "create an executor");
    super({
      name: options.name ?? "solo",
      size: 1,
      queueLimit: Infinity,
      rate: options.rate,
    });
  }

  /**
   * It is one at a time by nature.
   *
   * @throws {RangeError} unless `size` is 1
   */
  override resize(size: number): void {
    if (size !== 1) {
      throw new RangeError(
        `Cannot resize a solo executor: it runs one task at a time: current value is ${size}`,
      );
    }
  }
}
