/**
 * The stage that looks on.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { checkFunction, stepOf } from "./_part.ts";
import type { Place } from "./_place.ts";
import { awaitedAt, isAwaited, type Receiver } from "./_step.ts";
import type { Stage } from "./stage.ts";

/**
 * Calls `fn` with each element, then hands the element on. An operation or a promise that `fn` returns is waited for.
 * Runs in one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { pipeline, run, tap } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: number[] = [];
 * assertEquals(await run(() => pipeline([1, 2], tap((n) => void seen.push(n)))), [1, 2]);
 * assertEquals(seen, [1, 2]);
 * ```
 *
 * @param fn is called with an element and its number, from 0; what it comes to does not matter
 * @throws {TypeError} when `fn` is not a function
 */
export function tap<T>(fn: (value: T, index: number) => unknown): Stage<T, T> {
  checkFunction(fn, "tap");
  return stepOf<T, T>("tap", fn, (next, place) => {
    const { push, end } = next;
    let index = 0;
    return {
      end,
      push(value) {
        let outcome: unknown;
        try {
          outcome = fn(value, index++);
        } catch (error) {
          throw place.broken(error, [value]);
        }
        return isAwaited(outcome)
          ? tapLater(outcome as Operation<unknown>, value, next, place)
          : push(value);
      },
    };
  });
}

function* tapLater<T>(
  outcome: Operation<unknown>,
  value: T,
  next: Receiver<T>,
  place: Place,
): Generator<Effect<unknown>, void, unknown> {
  yield* awaitedAt(outcome, place, value);
  const later = next.push(value);
  if (later !== undefined) yield* later;
}
