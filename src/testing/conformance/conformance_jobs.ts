/**
 * The jobs that the conformance suite submits: they may run on another thread, in another process, on another machine.
 *
 * @module
 */

import type { Effect } from "../../kernel/effect.ts";
import { currentTask } from "../../kernel/task_info.ts";
import { sleep } from "../../operations/sleep.ts";

/** A synchronous job. */
export const square = (n: number): number => n * n;

/** A coroutine that waits. */
export function* squareAfter(n: number, ms: number): Generator<Effect<unknown>, number> {
  yield* sleep(ms);
  return n * n;
}

/** An async job. */
export const squareLater = (n: number): Promise<number> => Promise.resolve(n * n);

/** A stream. */
export async function* upTo(n: number): AsyncGenerator<number> {
  for (let i = 1; i <= n; i++) yield i;
}

/** Gives back what it was given. */
export const echo = (value: unknown): unknown => value;

/** Throws an error with all that an error may have. */
export function fail(message: string): never {
  const error = new RangeError(message, { cause: new TypeError("the cause") });
  throw Object.assign(error, { cups: 3, kettle: { colour: "blue" } });
}

/** Fails until its attempt is the one given. */
export function failUntil(attempt: number): number {
  const now = currentTask().attempt;
  if (now < attempt) throw new Error(`attempt ${now}`);
  return now;
}

/** Never ends by itself. */
export const never = (): Promise<never> => new Promise(() => {});

/** Holds its thread. */
export function spin(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** How long a buffer is. */
export const lengthOf = (buffer: ArrayBuffer): number => buffer.byteLength;
