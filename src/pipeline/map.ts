/**
 * The stage that maps.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import type { OutcomeOf } from "../operations/runnables.ts";
import { checkFunction, stepOf } from "./_part.ts";
import type { Place } from "./_place.ts";
import { awaitedAt, isAwaited, type Later, type Receiver } from "./_step.ts";
import type { Stage } from "./stage.ts";

/**
 * Hands on what `fn` makes of each element. When `fn` returns an operation or a promise, that is waited for before the
 * next element is looked at; to work on several at a time there is `parallel`.
 *
 * Neighbouring helper stages run as one task, with a few calls for each element. A function that is declared `async` or
 * `function*` is known to wait, and has a task of its own, so that the stages before and after it work meanwhile. A
 * plain function that returns a promise is waited for where it stands, and its neighbours wait too.
 *
 * @example
 * ```ts
 * import { map, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 2, 3], map((n) => n * n))), [1, 4, 9]);
 * ```
 *
 * @param fn makes a new element of an element and its number, from 0
 * @throws {TypeError} when `fn` is not a function
 */
export function map<In, R>(fn: (value: In, index: number) => R): Stage<In, OutcomeOf<R>> {
  checkFunction(fn, "map");
  return stepOf<In, OutcomeOf<R>>("map", fn, (next, place) => {
    const { push, end } = next;
    let index = 0;
    return {
      end,
      push(value) {
        let mapped: R;
        try {
          mapped = fn(value, index++);
        } catch (error) {
          throw place.broken(error, [value]);
        }
        return typeof mapped === "object" && isAwaited(mapped)
          ? mapLater(mapped as Operation<OutcomeOf<R>>, value, next, place)
          : push(mapped as OutcomeOf<R>);
      },
    };
  });
}

function* mapLater<Out>(
  mapped: Operation<Out>,
  value: unknown,
  next: Receiver<Out>,
  place: Place,
): Generator<Effect<unknown>, void, unknown> {
  const later: Later = next.push(yield* awaitedAt(mapped, place, value));
  if (later !== undefined) yield* later;
}
