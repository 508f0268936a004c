/**
 * Several errors as one.
 *
 * @module
 */

import { describe } from "./work.ts";

/**
 * What is thrown for one or more errors: one as itself, several as an `AggregateError`.
 *
 * @param errors the most important first
 * @param where what they happened in
 */
export function oneError(errors: readonly unknown[], where: string): unknown {
  if (errors.length === 1) return errors[0];
  return new AggregateError(
    errors,
    `${errors.length} errors in ${where}, the first: ${inWords(errors[0])}`,
  );
}

/** An error in few words. Anything can be thrown, and not all of it can be made a string. */
export function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : describe(error);
}
