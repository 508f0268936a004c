/**
 * What a supervisor ends with, and who is told. What it failed with, such as too many restarts, is told to its scope. What
 * only a cleanup failed with is told to those who asked for the end and still wait, and to the scope when there are none:
 * someone who has stopped waiting hears nothing, and no error may be lost with him.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import { ClosedError } from "../kernel/errors.ts";
import type { PendingReply } from "./reply.ts";

/** What a supervisor ends with. */
export class Ending {
  /** What it failed with first. */
  failure: unknown = undefined;
  #failed = false;
  /** What cleaning up failed with. */
  readonly #errors: unknown[] = [];
  readonly #replies: PendingReply[] = [];

  /** Someone asks for the end. */
  askedBy(reply: PendingReply): void {
    this.#replies.push(reply);
  }

  /** The supervisor has failed. */
  fail(error: unknown): void {
    if (this.#failed) return this.collect(error);
    this.#failed = true;
    this.failure = error;
  }

  /** A cleanup has failed. */
  collect(error: unknown): void {
    this.#errors.push(error);
  }

  /** Tells all, when no child is left. Returns the error. */
  tell(begun: PendingReply, ended: PendingReply): unknown {
    const errors = this.#failed ? [this.failure, ...this.#errors] : this.#errors;
    const isClean = errors.length === 0;
    const error = isClean ? undefined : oneError(errors, "a supervisor");
    if (isClean || (!this.#failed && this.#replies.some((reply) => reply.isHeard))) ended.resolve();
    else ended.reject(error);
    for (const reply of this.#replies) {
      if (isClean || this.#failed) reply.resolve();
      else reply.observe().reject(error);
    }
    begun.reject(isClean ? new ClosedError("The supervisor was shut down") : error);
    return error;
  }
}
