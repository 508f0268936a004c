/**
 * Schedules as fast-check arbitraries.
 *
 * @module
 */

import fc from "fast-check";
import type { Schedule } from "./schedule.ts";

/** What schedules are generated. */
export interface SchedulesOptions {
  /**
   * How many decisions at most; what comes after is left to the real scheduler.
   *
   * @default 200
   */
  maxLength?: number;
  /**
   * How many tasks are told apart at a decision.
   *
   * @default 8
   */
  maxReady?: number;
}

/**
 * An arbitrary of schedules, for `simulate(work, { schedule })`. It shrinks the interleaving: to fewer decisions that
 * deviate from the real scheduler, and to smaller deviations.
 *
 * @example
 * ```ts
 * import { all, yieldNow } from "@heddle/runtime";
 * import { schedules, simulate } from "@heddle/runtime/testing";
 * import fc from "fast-check";
 *
 * await fc.assert(fc.asyncProperty(schedules(), async (schedule) => {
 *   await simulate(() => all([yieldNow(), yieldNow()]), { schedule });
 * }));
 * ```
 *
 * @param options how long they are
 */
export function schedules(
  options: SchedulesOptions = {},
): import("fast-check").Arbitrary<Schedule> {
  const { maxLength = 200, maxReady = 8 } = options;
  // Most bugs need few deviations, so the real scheduler's choice comes as often as all others together.
  const decision = fc.oneof(fc.constant(0), fc.nat({ max: maxReady - 1 }));
  return fc.array(decision, { maxLength, size: "max" }).map((decisions) => ({ decisions }));
}
