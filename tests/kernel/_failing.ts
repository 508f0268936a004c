/**
 * Work that fails, and what it failed with in words.
 *
 * @module
 */

import { sleep, suspend } from "../../mod.ts";

/** Fails after `ms`. */
export function* failAfter(ms: number, message: string) {
  yield* sleep(ms);
  throw new Error(message);
}

/** Waits, and fails in its cleanup after `ms`. */
export function* failInCleanup(ms: number, message: string) {
  try {
    yield* suspend();
  } finally {
    yield* failAfter(ms, message);
  }
}

/** The message of an error, or those of its parts. */
export const messages = (error: unknown) =>
  error instanceof AggregateError
    ? error.errors.map((each) => (each as Error).message)
    : (error as Error).message;
