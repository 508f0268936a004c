import type { Effect, Operation } from "../mod.ts";

/** Runs an operation that should throw, and returns what it threw; `undefined` when it did not. */
export function* caught(
  operation: Operation<unknown>,
): Generator<Effect<unknown>, unknown, unknown> {
  try {
    yield* operation;
  } catch (error) {
    return error;
  }
  return undefined;
}
