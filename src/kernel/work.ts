/**
 * What can be run: a {@linkcode Thunk}, and how its outcome is told apart.
 *
 * @module
 */

import { type Effect, isNativeEffect, type Operation, operation } from "./effect.ts";
import { isGenerator } from "./generators.ts";
import { BodyPromise } from "./promise_wait.ts";

/**
 * In-process work. A generator function is a coroutine; sync and async functions are work too. Only a generator object,
 * or an operation that this library (or Effection) made, is run as an operation; an array, a string, a `Map` or any
 * other iterable that a thunk returns is its result. (TypeScript takes a function that returns an iterable for a
 * coroutine that yields no effects; whatever takes a thunk has a second overload for it.)
 */
export type Thunk<T> = () => Operation<T> | Promise<T> | T;

/** Tells a library's operations from other iterables; a bridge to another library adds its own test. */
export const foreignOperations: ((value: object) => boolean)[] = [];

/** Whether `value` is run, rather than being a result. */
export function isOperation(value: unknown): value is Operation<unknown> {
  if (typeof value !== "object" || value === null) return false;
  if (isGenerator(value)) return true;
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  if (tag === "Generator" && typeof (value as Iterator<unknown>).next === "function") return true;
  if (isNativeEffect(value) || operation in value) return true;
  return foreignOperations.some((test) => test(value));
}

/** The iterator to drive for what a thunk returned, or `null` when that is the result already. */
export function iteratorOf(outcome: unknown): Iterator<unknown, unknown, unknown> | null {
  if (typeof outcome !== "object" || outcome === null) return null;
  if (isGenerator(outcome)) return outcome;
  if (isOperation(outcome)) return outcome[Symbol.iterator]();
  if (typeof (outcome as PromiseLike<unknown>).then === "function") {
    return new BodyPromise(outcome as PromiseLike<unknown>, "async function", "own");
  }
  return null;
}

/** Runs a thunk within the running coroutine, as part of its body. */
export function* inline<T>(work: Thunk<T>): Generator<Effect<unknown>, T, unknown> {
  const outcome = work();
  const iterator = iteratorOf(outcome);
  if (iterator === null) return outcome as T;
  return yield* { [Symbol.iterator]: () => iterator as Iterator<Effect<unknown>, T, unknown> };
}

/** Throws a `TypeError` unless `work` can be run by a task. */
export function checkThunk(work: unknown, verb: string): asserts work is Thunk<unknown> {
  if (typeof work === "function") return;
  const hint = isOperation(work) ? `: wrap the operation, as in ${verb}(() => operation)` : "";
  throw new TypeError(
    `Cannot ${verb}: 'work' must be a function: current value is ${describe(work)}${hint}`,
  );
}

/** Throws a `TypeError` unless `options` are an object. They are checked once given: `null` is not "none". */
export function checkOptions(options: unknown, verb: string, name = "options"): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  throw new TypeError(
    `Cannot ${verb}: '${name}' must be an object: current value is ${describe(options)}`,
  );
}

/** A value in few words, for messages. */
export function describe(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? value.slice(0, 39) + "…" : value);
  }
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name = (value as object).constructor?.name;
  return isOperation(value)
    ? "an operation"
    : name && name !== "Object"
    ? `an instance of ${name}`
    : "an object";
}
