/**
 * The stage that leaves elements out.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { checkFunction, stepOf } from "./_part.ts";
import type { Place } from "./_place.ts";
import { awaitedAt, isAwaited, type Receiver } from "./_step.ts";
import type { Stage } from "./stage.ts";

/** Says of an element whether it is wanted; an operation or a promise is waited for. */
export type Predicate<T> = (
  value: T,
  index: number,
) => boolean | Operation<boolean> | Promise<boolean>;

/**
 * Hands on the elements that `predicate` holds for. Runs in one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { filter, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 2, 3, 4], filter((n) => n % 2 === 0))), [2, 4]);
 * ```
 *
 * @param predicate says of an element and its number, from 0, whether it is wanted
 * @throws {TypeError} when `predicate` is not a function
 */
export function filter<T, S extends T>(
  predicate: (value: T, index: number) => value is S,
): Stage<T, S>;
/** Hands on the elements that `predicate` holds for. */
export function filter<T>(predicate: Predicate<T>): Stage<T, T>;
export function filter<T>(predicate: Predicate<T>): Stage<T, T> {
  checkFunction(predicate, "filter", "predicate");
  return stepOf<T, T>("filter", predicate, (next, place) => {
    const { push, end } = next;
    let index = 0;
    return {
      end,
      push(value) {
        let wanted: unknown;
        try {
          wanted = predicate(value, index++);
        } catch (error) {
          throw place.broken(error, [value]);
        }
        if (typeof wanted === "object" && isAwaited(wanted)) {
          return filterLater(wanted as Operation<unknown>, value, next, place);
        }
        return wanted ? push(value) : undefined;
      },
    };
  });
}

function* filterLater<T>(
  wanted: Operation<unknown>,
  value: T,
  next: Receiver<T>,
  place: Place,
): Generator<Effect<unknown>, void, unknown> {
  if (!(yield* awaitedAt(wanted, place, value))) return;
  const later = next.push(value);
  if (later !== undefined) yield* later;
}
