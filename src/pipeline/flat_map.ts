/**
 * The stage that makes several elements of one.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { isGenerator } from "../kernel/generators.ts";
import { running } from "../kernel/running.ts";
import type { OutcomeOf } from "../operations/runnables.ts";
import { until } from "../operations/until.ts";
import { yieldNow } from "../operations/yield_now.ts";
import { Pace } from "./_pace.ts";
import { checkFunction, stepOf } from "./_part.ts";
import type { Place } from "./_place.ts";
import { awaitedAt, type Flow, isAwaited, type Later, type Receiver } from "./_step.ts";
import type { Stage } from "./stage.ts";

/** What the elements of an outcome are: those of something iterable; a string, or anything else, is one element. */
export type ElementOf<R> = R extends string ? R
  : R extends Iterable<infer T> | AsyncIterable<infer T> ? T
  : R;

/**
 * Hands on the elements of what `fn` makes of each element: of an array or anything else that is iterable, now or over
 * time. A string is one element, and so is what is not iterable, as for `Array.prototype.flatMap`. A generator function
 * may yield elements, and wait by `yield*` in between. Runs in one task with its neighbours, as `map` does.
 *
 * @example
 * ```ts
 * import { flatMap, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const words = await run(() => pipeline(["warp and", "weft"], flatMap((line) => line.split(" "))));
 * assertEquals(words, ["warp", "and", "weft"]);
 * ```
 *
 * @param fn makes something iterable of an element and its number, from 0
 * @throws {TypeError} when `fn` is not a function
 */
export function flatMap<In, R>(
  fn: (value: In, index: number) => R,
): Stage<In, ElementOf<OutcomeOf<R>>> {
  checkFunction(fn, "flatMap");
  return stepOf<In, ElementOf<OutcomeOf<R>>>("flatMap", fn, (next, place, flow) => {
    const receiver = next as Receiver<unknown>;
    const { push } = receiver;
    let index = 0;
    return {
      end: next.end,
      push(value) {
        let made: unknown;
        try {
          made = fn(value, index++);
        } catch (error) {
          throw place.broken(error, [value]);
        }
        if (!Array.isArray(made) || made.length > longest) {
          return new Spreading(receiver, place, flow, value).spread(made);
        }
        for (let at = 0; at < made.length && !flow.stopped; at++) {
          const later = push(made[at]);
          if (later !== undefined) {
            return new Spreading(receiver, place, flow, value).goOn(later, made.slice(at + 1));
          }
        }
        return undefined;
      },
    };
  });
}

/** How many elements of an array are handed on before others have their turn. */
const longest = 1024;

/** Hands on the elements of what was made of one element. */
class Spreading {
  readonly #next: Receiver<unknown>;
  readonly #place: Place;
  readonly #flow: Flow;
  readonly #value: unknown;

  constructor(next: Receiver<unknown>, place: Place, flow: Flow, value: unknown) {
    this.#next = next;
    this.#place = place;
    this.#flow = flow;
    this.#value = value;
  }

  spread(made: unknown): Later {
    if (typeof made !== "object" || made === null) return this.#next.push(made);
    if (isGenerator(made)) return this.#generator(made);
    if (isAwaited(made)) return this.#outcome(made as Operation<unknown>);
    if (typeof (made as AsyncIterable<unknown>)[Symbol.asyncIterator] === "function") {
      return this.#asynchronous(made as AsyncIterable<unknown>);
    }
    if (typeof (made as Iterable<unknown>)[Symbol.iterator] !== "function") {
      return this.#next.push(made);
    }
    return this.#iterable(made as Iterable<unknown>);
  }

  *goOn(
    later: Operation<void>,
    rest: Iterable<unknown>,
  ): Generator<Effect<unknown>, void, unknown> {
    yield* later;
    yield* this.#iterable(rest);
  }

  *#iterable(iterable: Iterable<unknown>): Generator<Effect<unknown>, void, unknown> {
    const iterator = this.#call(() => iterable[Symbol.iterator]());
    const pace = new Pace(running!.scheduler.clock);
    let over = false;
    try {
      for (let left = pace.size; !this.#flow.stopped; left--) {
        if (left === 0) {
          pace.learn();
          yield* yieldNow();
          pace.begin();
          left = pace.size;
          if (this.#flow.stopped) break;
        }
        over = true;
        const item = this.#call(() => iterator.next());
        over = this.#call(() => item.done === true);
        if (over) return;
        const later = this.#next.push(item.value);
        if (later !== undefined) yield* later;
      }
    } finally {
      if (!over) this.#call(() => iterator.return?.());
    }
  }

  *#asynchronous(
    iterable: AsyncIterable<unknown>,
  ): Generator<Effect<unknown>, void, unknown> {
    const iterator = this.#call(() => iterable[Symbol.asyncIterator]());
    let over = false;
    try {
      while (!this.#flow.stopped) {
        let item: IteratorResult<unknown>;
        try {
          item = yield* until(Promise.resolve(iterator.next()));
          over = item.done === true;
        } catch (error) {
          const broken = this.#broken(error);
          // Who has failed is over; who was left by a cancellation is not.
          over = broken !== error;
          throw broken;
        }
        if (over) return;
        const later = this.#next.push(item.value);
        if (later !== undefined) yield* later;
      }
    } finally {
      if (!over) yield* this.#leaveAsync(iterator);
    }
  }

  *#leaveAsync(iterator: AsyncIterator<unknown>): Generator<Effect<unknown>, void, unknown> {
    try {
      const left = iterator.return?.();
      if (left !== undefined) yield* until(Promise.resolve(left));
    } catch (error) {
      throw this.#broken(error);
    }
  }

  *#outcome(made: Operation<unknown>): Generator<Effect<unknown>, void, unknown> {
    const later = this.spread(yield* awaitedAt(made, this.#place, this.#value));
    if (later !== undefined) yield* later;
  }

  /** What a generator yields is an effect, to be waited for, or else an element; what it returns is spread too. */
  *#generator(
    generator: Generator<unknown, unknown, unknown>,
  ): Generator<Effect<unknown>, void, unknown> {
    let over = false;
    let resume: () => IteratorResult<unknown, unknown> = () => generator.next();
    try {
      while (!this.#flow.stopped) {
        let item: IteratorResult<unknown, unknown>;
        try {
          item = resume();
        } catch (error) {
          over = true;
          throw this.#broken(error);
        }
        const { value } = item;
        if (item.done) {
          over = true;
          if (value === undefined) return;
          const later = this.spread(value);
          if (later !== undefined) yield* later;
          return;
        }
        if (isEffect(value)) {
          try {
            const result: unknown = yield value;
            resume = () => generator.next(result);
          } catch (error) {
            resume = () => generator.throw(error);
          }
        } else {
          const later = this.#next.push(value);
          if (later !== undefined) yield* later;
          resume = () => generator.next();
        }
      }
    } finally {
      if (!over) yield* this.#leave(generator);
    }
  }

  /** Returns from a generator whose `finally` blocks may wait. */
  *#leave(
    generator: Generator<unknown, unknown, unknown>,
  ): Generator<Effect<unknown>, void, unknown> {
    try {
      yield* leave(generator);
    } catch (error) {
      throw this.#broken(error);
    }
  }

  /** Calls what the user made. */
  #call<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#broken(error);
    }
  }

  #broken(error: unknown): unknown {
    return this.#place.broken(error, [this.#value]);
  }
}

/** Returns from a generator whose `finally` blocks may wait. */
function* leave(
  generator: Generator<unknown, unknown, unknown>,
): Generator<Effect<unknown>, void, unknown> {
  let item = generator.return(undefined);
  while (!item.done) item = generator.next(isEffect(item.value) ? yield item.value : undefined);
}

function isEffect(value: unknown): value is Effect<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as Effect<unknown>).enter === "function" &&
    typeof (value as Effect<unknown>).description === "string";
}
