/**
 * The stage that leaves out the first elements.
 *
 * @module
 */

import { checkCount, stageOf } from "./_part.ts";
import type { StepMaker } from "./_step.ts";
import type { Stage } from "./stage.ts";

/**
 * Leaves out the first `count` elements, and hands on the others. Runs in one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { drop, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline("heddle", drop(3))), ["d", "l", "e"]);
 * ```
 *
 * @param count how many; a whole number of at least 0, or `Infinity`
 * @throws {TypeError} when `count` is not a number
 * @throws {RangeError} when `count` is not a whole number of at least 0, or `Infinity`
 */
export function drop<T>(count: number): Stage<T, T> {
  checkCount(count, "drop", "count", 0);
  const make: StepMaker<T, T> = ({ push, end }) => {
    let left = count;
    return {
      end,
      push(value) {
        if (left === 0) return push(value);
        left--;
        return undefined;
      },
    };
  };
  return stageOf({ kind: "step", name: "drop", make: make as StepMaker, waits: false });
}
