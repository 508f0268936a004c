/**
 * The sink that does something with each element.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { checkFunction, nameOf, sinkOf } from "./_part.ts";
import { awaitedAt, isAwaited, isDeclaredToWait } from "./_step.ts";
import type { Sink } from "./sink.ts";

/**
 * Calls `fn` with each element, and waits for the operation or the promise that it returns before it takes the next one.
 *
 * @example
 * ```ts
 * import { forEach, pipeline, run, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const done: number[] = [];
 * await run(() =>
 *   pipeline([1, 2], forEach(function* (n) {
 *     yield* sleep(1);
 *     done.push(n);
 *   }))
 * );
 * assertEquals(done, [1, 2]);
 * ```
 *
 * @param fn is called with an element and its number, from 0
 * @throws {TypeError} when `fn` is not a function
 */
export function forEach<T>(fn: (value: T, index: number) => unknown): Sink<T, void> {
  checkFunction(fn, "forEach");
  return sinkOf({
    kind: "stepSink",
    name: nameOf(fn, "forEach"),
    waits: isDeclaredToWait(fn),
    make: (place) => {
      let index = 0;
      function* waitFor(
        outcome: Operation<unknown>,
        value: unknown,
      ): Generator<Effect<unknown>, void, unknown> {
        yield* awaitedAt(outcome, place, value);
      }
      return {
        push(value) {
          let outcome: unknown;
          try {
            outcome = fn(value as T, index++);
          } catch (error) {
            throw place.broken(error, [value]);
          }
          return isAwaited(outcome) ? waitFor(outcome as Operation<unknown>, value) : undefined;
        },
        end: () => undefined,
        result: () => undefined,
      };
    },
  });
}
