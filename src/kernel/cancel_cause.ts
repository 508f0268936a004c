/**
 * Why a task, and with it all its descendants, is cancelled.
 *
 * @module
 */

import { CancelledError } from "./errors.ts";

/**
 * The reason of a cancellation. Its error is made when somebody looks at it: making one costs more than the rest of a
 * race, and most that are cancelled never wait again. All who are cancelled for one cause share the one error.
 */
export class CancelCause {
  readonly #message: string | (() => string);
  readonly #reason: unknown;
  #error: CancelledError | null = null;

  /**
   * @param message what was cancelled, and by what
   * @param reason what the canceller gave
   */
  constructor(message: string | (() => string), reason?: unknown) {
    this.#message = message;
    this.#reason = reason;
  }

  /** Whether a body that could not be told so far is to perform this effect first. */
  spares(_effect: unknown): boolean {
    return false;
  }

  /** What is thrown where a task waits. */
  get error(): CancelledError {
    const message = this.#message;
    return this.#error ??= new CancelledError(
      typeof message === "string" ? message : message(),
      this.#reason,
    );
  }
}
