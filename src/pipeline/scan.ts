/**
 * The stage that accumulates.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { checkFunction, stepOf } from "./_part.ts";
import { awaitedAt, isAwaited } from "./_step.ts";
import type { Stage } from "./stage.ts";

/**
 * Hands on what has been accumulated so far, after each element: what `reduce` would come to if that were the last. An
 * operation or a promise that `fn` returns is waited for. Runs in one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { pipeline, run, scan } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 2, 3], scan((sum, n) => sum + n, 0))), [1, 3, 6]);
 * ```
 *
 * @param fn takes in what is accumulated, an element and its number, from 0; returns what is accumulated then
 * @param initial what is accumulated before the first element
 * @throws {TypeError} when `fn` is not a function
 */
export function scan<In, Out>(
  fn: (accumulated: Out, value: In, index: number) => Out | Operation<Out> | Promise<Out>,
  initial: Out,
): Stage<In, Out> {
  checkFunction(fn, "scan");
  return stepOf<In, Out>("scan", fn, (next, place) => {
    const { push, end } = next;
    let accumulated = initial;
    let index = 0;
    function* scanLater(
      outcome: Operation<Out>,
      value: In,
    ): Generator<Effect<unknown>, void, unknown> {
      accumulated = yield* awaitedAt(outcome, place, value);
      const later = push(accumulated);
      if (later !== undefined) yield* later;
    }
    return {
      end,
      push(value) {
        let outcome: unknown;
        try {
          outcome = fn(accumulated, value, index++);
        } catch (error) {
          throw place.broken(error, [value]);
        }
        if (isAwaited(outcome)) return scanLater(outcome as Operation<Out>, value);
        return push(accumulated = outcome as Out);
      },
    };
  });
}
