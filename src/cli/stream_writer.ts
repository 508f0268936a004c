/**
 * Writing the items of a job that results in a stream.
 *
 * @module
 */

import { type Effect, type Operation, timeout, until } from "../../mod.ts";
import type { Record } from "./journal/journal.ts";
import type { Sink } from "./output.ts";

/** A stream keeps this many characters until its turn comes. */
const kept = 1 << 14;
/** How long what is cancelled may take for its cleanup, in milliseconds, before it is ended by force. */
export const grace = 2000;

type Steps<T> = Generator<Effect<unknown>, T, unknown>;

/** Where and when a stream is written. */
export interface StreamWriterOptions {
  readonly output: Sink;
  /** Whether it may write: `null`, or what to wait for. */
  readonly turn: () => Operation<void> | null;
  /** Keeps this many characters even when it may write, so that it can still be forgotten and tried again. */
  readonly hold: number;
  /** Where it is written down as well. */
  readonly record: Record | null;
}

/** Writes the items of one stream as they come. While it is not yet its turn it keeps a few, and then waits. */
export class StreamWriter {
  readonly #stream: AsyncIterable<string>;
  readonly #options: StreamWriterOptions;
  /** What has not been written. */
  held = "";
  /** Whether something has, which cannot be taken back. */
  hasWritten = false;

  constructor(stream: AsyncIterable<string>, options: StreamWriterOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  *run(): Steps<void> {
    const iterator = this.#stream[Symbol.asyncIterator]();
    let isOver = false;
    try {
      for (;;) {
        const item = yield* until(iterator.next());
        isOver = item.done === true;
        if (isOver) return;
        this.held += item.value;
        yield* this.#write();
      }
    } finally {
      if (!isOver) yield* close(iterator);
    }
  }

  *#write(): Steps<void> {
    const { output, turn, hold, record } = this.#options;
    if (!this.hasWritten && this.held.length < hold) return;
    const waits = turn();
    if (waits !== null) {
      if (this.held.length < kept) return;
      yield* waits;
    }
    record?.write(this.held);
    output.write(this.held);
    this.held = "";
    this.hasWritten = true;
    if (output.isFull) yield* until(output.drained());
  }
}

/** Ends an iteration early. A generator that does not end is left behind. */
function* close(iterator: AsyncIterator<unknown>): Steps<void> {
  const closing = iterator.return?.();
  if (closing === undefined) return;
  try {
    yield* timeout(grace, () => closing.then(() => {}));
  } catch {
    // What counts is why it was ended.
  }
}
