/**
 * The sink that reduces.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { checkFunction, nameOf, sinkOf } from "./_part.ts";
import { awaitedAt, isAwaited, isDeclaredToWait } from "./_step.ts";
import type { Sink } from "./sink.ts";

/**
 * Results in what `fn` accumulates over all elements; in `initial`, when there are none. An operation or a promise that
 * `fn` returns is waited for.
 *
 * @example
 * ```ts
 * import { pipeline, reduce, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 2, 3], reduce((sum, n) => sum + n, 0))), 6);
 * ```
 *
 * @param fn takes in what is accumulated, an element and its number, from 0; returns what is accumulated then
 * @param initial what is accumulated before the first element
 * @throws {TypeError} when `fn` is not a function
 */
export function reduce<In, Result>(
  fn: (
    accumulated: Result,
    value: In,
    index: number,
  ) => Result | Operation<Result> | Promise<Result>,
  initial: Result,
): Sink<In, Result> {
  checkFunction(fn, "reduce");
  return sinkOf({
    kind: "stepSink",
    name: nameOf(fn, "reduce"),
    waits: isDeclaredToWait(fn),
    make: (place) => {
      let accumulated = initial;
      let index = 0;
      function* reduceLater(
        outcome: Operation<Result>,
        value: unknown,
      ): Generator<Effect<unknown>, void, unknown> {
        accumulated = yield* awaitedAt(outcome, place, value);
      }
      return {
        push(value) {
          let outcome: unknown;
          try {
            outcome = fn(accumulated, value as In, index++);
          } catch (error) {
            throw place.broken(error, [value]);
          }
          if (typeof outcome === "object" && isAwaited(outcome)) {
            return reduceLater(outcome as Operation<Result>, value);
          }
          accumulated = outcome as Result;
          return undefined;
        },
        end: () => undefined,
        result: () => accumulated,
      };
    },
  });
}
