/**
 * A part's place in a pipeline, which makes the errors that name it.
 *
 * @module
 */

import { CancelledError } from "../kernel/errors.ts";
import { running } from "../kernel/running.ts";
import { CANCELLING } from "../kernel/task_bits.ts";
import { PipelineError, type PipelinePlace, placeInWords } from "./pipeline_error.ts";

/** Where a part stands, and what it has gone wrong with. */
export class Place implements PipelinePlace {
  readonly part: "source" | "stage" | "sink";
  readonly position: readonly number[];
  readonly name: string;
  /** The errors that it has made, which need no second wrapping. */
  readonly #made = new WeakSet<PipelineError>();

  /** Whether what it read last says nothing about where it failed, as it works on several elements at a time. */
  declare readonly hidesElement: boolean;

  constructor(
    part: "source" | "stage" | "sink",
    position: readonly number[],
    name: string,
    hidesElement = false,
  ) {
    Object.defineProperty(this, "hidesElement", { value: hidesElement });
    this.part = part;
    this.position = position;
    this.name = name;
  }

  /** What is thrown on for something that was thrown here: itself, when it is the cancellation of the running task. */
  broken(cause: unknown, elements: readonly unknown[]): unknown {
    return isCancellation(cause) ? cause : this.failure(cause, elements);
  }

  /** The error of a failure here. */
  failure(cause: unknown, elements: readonly unknown[]): PipelineError {
    const error = new PipelineError(this, cause, elements);
    this.#made.add(error);
    return error;
  }

  /** Whether an error is one of this place. */
  hasMade(error: unknown): boolean {
    return error instanceof PipelineError && this.#made.has(error);
  }

  toString(): string {
    return placeInWords(this);
  }
}

/** Whether an error is the cancellation of the running task, and so nothing that went wrong. */
export function isCancellation(error: unknown): boolean {
  return error instanceof CancelledError && running !== null && (running.bits & CANCELLING) !== 0;
}
