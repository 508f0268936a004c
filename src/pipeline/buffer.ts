/**
 * How much is held between two stages.
 *
 * @module
 */

import { describe } from "../kernel/work.ts";
import type { Overflow } from "../sync/channel_options.ts";
import { checkCount, stageOf } from "./_part.ts";
import type { Stage } from "./stage.ts";

/** What a buffer does when it is full. */
export interface BufferOptions {
  /**
   * What happens to an element for which there is no room: the stage before waits, or the oldest or the newest element
   * is dropped.
   *
   * @default "wait"
   */
  overflow?: Overflow;
}

/**
 * Sets how many elements are held at its place, where the parts before and after it then run as tasks of their own.
 * Elsewhere 16 are held between two tasks.
 *
 * @example
 * ```ts
 * import { buffer, map, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 2, 3], buffer(1), map((n) => 2 * n))), [2, 4, 6]);
 * ```
 *
 * @param capacity how many elements; a whole number of at least 1, or `Infinity`
 * @param options what happens when it is full
 * @throws {TypeError} when an argument has the wrong type
 * @throws {RangeError} when `capacity` is not a whole number of at least 1, or `Infinity`
 */
export function buffer<T>(capacity: number, options: BufferOptions = {}): Stage<T, T> {
  checkCount(capacity, "buffer", "capacity", 1);
  const { overflow = "wait" } = options;
  if (overflow !== "wait" && overflow !== "drop-oldest" && overflow !== "drop-newest") {
    throw new TypeError(
      `Cannot buffer: 'overflow' must be "wait", "drop-oldest" or "drop-newest": current value is ${
        describe(overflow)
      }`,
    );
  }
  return stageOf({ kind: "buffer", name: "buffer", options: { capacity, overflow } });
}
