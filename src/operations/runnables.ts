/**
 * What `all`, `race` and their kin take: several operations or functions, in order or by name.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import { describe, isOperation, type Thunk } from "../kernel/work.ts";

/** An operation, or a function to run. */
export type Runnable<T> = Operation<T> | Thunk<T>;

/** Several operations and functions, as an array or by name. */
export type Runnables = readonly Runnable<unknown>[] | {
  readonly [key: string]: Runnable<unknown>;
};

/**
 * What waiting for a value results in: an operation and a promise in their results, anything else in itself. Arrays are
 * told first, since an empty one has the type of an operation that yields no effects.
 */
export type OutcomeOf<R> = R extends readonly unknown[] ? R
  : R extends Operation<infer T> ? T
  : R extends PromiseLike<infer T> ? T
  : R;

/** What an operation or a function results in. */
export type ResultOf<W> = W extends () => infer R ? OutcomeOf<R> : OutcomeOf<W>;

/** Several works, checked. */
export interface Works {
  readonly thunks: readonly Thunk<unknown>[];
  /** By what names they came; `null` when they came in order. */
  readonly keys: readonly string[] | null;
  /** Where they were given, when that is recorded. */
  readonly site: Error | null;
}

/**
 * Checks what a function like `all` was given.
 *
 * @param above that function
 */
export function worksOf(
  works: unknown,
  verb: string,
  above: (...args: never[]) => unknown,
): Works {
  const site = traceSpawn(above);
  if (Array.isArray(works)) return inOrder(works, verb, site);
  if (
    typeof works !== "object" || works === null || isOperation(works) ||
    typeof (works as Iterator<unknown>).next === "function" ||
    typeof (works as PromiseLike<unknown>).then === "function"
  ) {
    throw new TypeError(
      `Cannot run ${verb}: it takes an array or a record of operations: current value is ${
        describe(works)
      }`,
    );
  }
  if (Symbol.iterator in works) return inOrder([...works as Iterable<unknown>], verb, site);
  const keys = Object.keys(works);
  const thunks = keys.map((key) =>
    thunkOf((works as Record<string, Runnable<unknown>>)[key], `run ${verb}`, `entry '${key}'`)
  );
  return { thunks, keys, site };
}

function inOrder(works: readonly unknown[], verb: string, site: Error | null): Works {
  const thunks: Thunk<unknown>[] = [];
  for (let index = 0; index < works.length; index++) {
    const work = works[index];
    thunks.push(
      typeof work === "function"
        ? work as Thunk<unknown>
        : thunkOf(work as Runnable<unknown>, `run ${verb}`, `entry '${index}'`),
    );
  }
  return { thunks, keys: null, site };
}
