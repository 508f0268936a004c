/**
 * The sink that counts.
 *
 * @module
 */

import { sinkOf } from "./_part.ts";
import type { Sink } from "./sink.ts";

/**
 * Results in how many elements there were.
 *
 * @example
 * ```ts
 * import { count, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline("heddle", count())), 6);
 * ```
 */
export function count(): Sink<unknown, number> {
  return sinkOf({
    kind: "stepSink",
    name: "count",
    waits: false,
    make: () => {
      let counted = 0;
      return {
        push: () => void counted++,
        end: () => undefined,
        result: () => counted,
      };
    },
  });
}
