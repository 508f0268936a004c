/**
 * What a map is given, and what makes its stream throw.
 *
 * @module
 */

import { BaseOperation, type Effect } from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe } from "../kernel/work.ts";
import { MapChunk } from "./map_chunk.ts";

/**
 * Checks what is to be mapped.
 *
 * @throws {TypeError} when one of them has the wrong type
 */
export function checkMap(inputs: unknown, fn: unknown): void {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot map: 'fn' must be a function: current value is ${describe(fn)}`);
  }
  if (
    typeof (inputs as Iterable<unknown>)?.[Symbol.iterator] !== "function" &&
    typeof (inputs as AsyncIterable<unknown>)?.[Symbol.asyncIterator] !== "function"
  ) {
    throw new TypeError(
      `Cannot map: 'inputs' must be iterable: current value is ${describe(inputs)}`,
    );
  }
}

/** What makes the stream throw. */
export class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Whether the next result of a task, or of a chunk, is a failure. */
export function isFailure(head: TaskNode | MapChunk): boolean {
  return head instanceof MapChunk ? head.isFailureNext : head.hasFailed || head.isCancelled;
}

/** What gives the next result, in however many steps. */
interface Results {
  take(): Generator<Effect<unknown>, IteratorResult<unknown, undefined>, unknown>;
}

/** One asking for the next result; cancelled, it leaves the stream as it is. */
export class Next extends BaseOperation<IteratorResult<unknown, undefined>> {
  readonly #stream: Results;

  constructor(stream: Results) {
    super();
    this.#stream = stream;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, IteratorResult<unknown, undefined>, unknown> {
    return this.#stream.take();
  }
}
