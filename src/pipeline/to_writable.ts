/**
 * The sink that writes to a Web stream.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { describe } from "../kernel/work.ts";
import { until } from "../operations/until.ts";
import { sinkOf } from "./_part.ts";
import type { Sink } from "./sink.ts";
import type { Input } from "./stage.ts";

/** What happens to the stream. */
export interface ToWritableOptions {
  /**
   * Whether to close the stream after the last element, and to abort it when the pipeline fails or is cancelled. Say
   * `false` when more is to be written to it, as to `Deno.stdout.writable`.
   *
   * @default true
   */
  close?: boolean;
}

/**
 * Writes each element to `stream`, waiting while that has no room; then waits until all is written, and
 * closes it.
 *
 * @example
 * ```ts
 * import { pipeline, run, toWritable } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const written: string[] = [];
 * const stream = new WritableStream<string>({ write: (text) => void written.push(text) });
 * await run(() => pipeline(["warp", "weft"], toWritable(stream)));
 * assertEquals(written, ["warp", "weft"]);
 * ```
 *
 * @param stream where to write; not locked when the pipeline runs
 * @param options whether to close it
 * @throws {TypeError} when `stream` is not a `WritableStream`, or an option has the wrong type
 */
export function toWritable<T>(
  stream: WritableStream<T>,
  options: ToWritableOptions = {},
): Sink<T, void> {
  if (!(stream instanceof WritableStream)) {
    throw new TypeError(
      `Cannot write to a stream: 'stream' must be a WritableStream: current value is ${
        describe(stream)
      }`,
    );
  }
  const { close = true } = options;
  if (typeof close !== "boolean") {
    throw new TypeError(
      `Cannot write to a stream: 'close' must be a boolean: current value is ${describe(close)}`,
    );
  }
  return sinkOf({
    kind: "taskSink",
    name: "toWritable",
    run: (input) => writeAll(input as Input<T>, stream, close),
    isAhead: true,
  });
}

/** @internal Writes all that comes. */
export function* writeAll<T>(
  input: Input<T>,
  stream: WritableStream<T>,
  close: boolean,
): Generator<Effect<unknown>, void, unknown> {
  const writer = stream.getWriter();
  // A stream that fails says so by these promises too, and the failure is known from the write.
  writer.closed.catch(() => {});
  let over = false;
  let last: Promise<void> | undefined;
  try {
    for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
      yield* until(writer.ready);
      // Its failure comes by `ready` or `close`; waiting for each write would leave the queue of the stream unused.
      last = writer.write(item.value);
      last.catch(() => {});
    }
    yield* until(writer.ready);
    // Writes are done in order, so the last one is done, or fails, after all others.
    if (close) yield* until(writer.close());
    else if (last !== undefined) yield* until(last);
    over = true;
  } catch (error) {
    if (close) {
      over = true;
      writer.ready.catch(() => {});
      yield* until(writer.abort(error).catch(() => {}));
    }
    throw error;
  } finally {
    if (!over) writer.ready.catch(() => {});
    writer.releaseLock();
  }
}
