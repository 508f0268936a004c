/**
 * The stage that leaves out what has been there before.
 *
 * @module
 */

import { describe } from "../kernel/work.ts";
import { checkCount, checkFunction, nameOf, stageOf } from "./_part.ts";
import type { StepMaker } from "./_step.ts";
import type { Stage } from "./stage.ts";

/** How duplicates are told. */
export interface DedupeOptions<T> {
  /**
   * By what elements are compared, as the keys of a `Map` are. It does not wait.
   *
   * @default the element itself
   */
  by?: (value: T) => unknown;
  /**
   * How many different keys are remembered, those seen last; a whole number of at least 1. With 1 only an element that is
   * like the one before it is left out.
   *
   * @default Infinity
   */
  window?: number;
}

/**
 * Hands on each element the first time. It remembers all keys unless `window` says how many: memory is O(window). Runs in
 * one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { dedupe, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 1, 2, 1], dedupe())), [1, 2]);
 * assertEquals(await run(() => pipeline([1, 1, 2, 1], dedupe({ window: 1 }))), [1, 2, 1]);
 * ```
 *
 * @param options by what they are compared, and how many keys are remembered
 * @throws {TypeError} when an option has the wrong type
 * @throws {RangeError} when `window` is not a whole number of at least 1, or `Infinity`
 */
export function dedupe<T>(options: DedupeOptions<T> = {}): Stage<T, T> {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot dedupe: 'options' must be an object: current value is ${describe(options)}`,
    );
  }
  const { by, window = Infinity } = options;
  if (by !== undefined) checkFunction(by, "dedupe", "by");
  checkCount(window, "dedupe", "window", 1);
  const make: StepMaker<T, T> = ({ push, end }, place) => {
    const seen = new Set<unknown>();
    return {
      end,
      push(value) {
        let key: unknown = value;
        if (by !== undefined) {
          try {
            key = by(value);
          } catch (error) {
            throw place.broken(error, [value]);
          }
        }
        const isNew = !seen.has(key);
        if (window !== Infinity) {
          // What was seen last is forgotten last.
          if (!isNew) seen.delete(key);
          else if (seen.size >= window) seen.delete(seen.values().next().value);
        }
        seen.add(key);
        return isNew ? push(value) : undefined;
      },
    };
  };
  return stageOf({
    kind: "step",
    name: nameOf(by, "dedupe"),
    make: make as StepMaker,
    waits: false,
  });
}
