/**
 * The stage that takes some and leaves the rest.
 *
 * @module
 */

import { checkCount, stageOf } from "./_part.ts";
import type { StepMaker } from "./_step.ts";
import type { Stage } from "./stage.ts";

/**
 * Hands on the first `count` elements, then closes everything before it, from the source on. Nothing more is pulled from
 * the source once the last one is there. Runs in one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { pipeline, run, take } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* naturals() {
 *   for (let n = 0;; n++) yield n;
 * }
 * assertEquals(await run(() => pipeline(naturals(), take(3))), [0, 1, 2]);
 * ```
 *
 * @param count how many; a whole number of at least 0, or `Infinity`
 * @throws {TypeError} when `count` is not a number
 * @throws {RangeError} when `count` is not a whole number of at least 0, or `Infinity`
 */
export function take<T>(count: number): Stage<T, T> {
  checkCount(count, "take", "count", 0);
  const make: StepMaker<T, T> = (next, _place, flow) => {
    const { push, end } = next;
    let left = count;
    if (left === 0) flow.stop();
    return {
      push(value) {
        if (left === 0) return undefined;
        if (--left > 0) return push(value);
        flow.stop();
        return push(value);
      },
      end,
    };
  };
  return stageOf({ kind: "step", name: "take", make: make as StepMaker, waits: false });
}
