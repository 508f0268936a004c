/**
 * The stage that lets others join in.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import { all } from "../operations/all.ts";
import { handOn } from "./_hand_on.ts";
import { stageOf } from "./_part.ts";
import { checkSource } from "./_plan.ts";
import { pipeline } from "./pipeline.ts";
import type { Source } from "./source.ts";
import type { Input, Stage } from "./stage.ts";

/**
 * Hands on what comes in, and the elements of other sources beside it, each as it comes: the elements of one source stay
 * in order. It ends when all have ended. When the pipeline leaves early all are closed.
 *
 * @example
 * ```ts
 * import { merge, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const merged = await run(() => pipeline([1, 2], merge(["a"], ["b"])));
 * assertEquals(new Set(merged), new Set([1, 2, "a", "b"]));
 * ```
 *
 * @param sources whatever can be a source
 * @throws {TypeError} when one cannot be
 */
export function merge<T, U>(...sources: Source<U>[]): Stage<T, T | U> {
  for (const source of sources) checkSource(source, "merge");
  return stageOf<T, T | U>({
    kind: "task",
    name: "merge",
    isAhead: true,
    run: (input, output) => {
      const others = sources.map((source) => () =>
        pipeline(
          source as Source<unknown>,
          (from: Input<unknown>): Operation<void> => handOn(from, output),
        )
      );
      return all([() => handOn(input, output), ...others]);
    },
  });
}
