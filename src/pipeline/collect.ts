/**
 * The sink that keeps everything.
 *
 * @module
 */

import { sinkOf } from "./_part.ts";
import type { Sink } from "./sink.ts";

/**
 * Results in all elements, in order, as an array. A pipeline that is given no sink ends in this one. An endless source
 * wants another.
 *
 * @example
 * ```ts
 * import { collect, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline(new Set([1, 2, 1]), collect())), [1, 2]);
 * ```
 */
export function collect<T>(): Sink<T, T[]> {
  return sinkOf({
    kind: "stepSink",
    name: "collect",
    waits: false,
    make: () => {
      const elements: unknown[] = [];
      return {
        push: (value) => void elements.push(value),
        end: () => undefined,
        result: () => elements,
      };
    },
  });
}
