/**
 * Wrong usage.
 *
 * @module
 */

/** The command was called in a way that it cannot follow. Its message says what was wrong and what is right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
