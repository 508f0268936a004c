/**
 * A Web transform stream as a stage.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { all } from "../operations/all.ts";
import { race } from "../operations/race.ts";
import { suspend } from "../operations/suspend.ts";
import { until } from "../operations/until.ts";
import { isCancellation } from "./_place.ts";
import type { Input, Output, TransformStage } from "./stage.ts";
import { writeAll } from "./to_writable.ts";

/** Whether `value` is a pair of streams. */
export function isTransform(value: unknown): value is TransformStage<unknown, unknown> {
  const { readable, writable } = Object(value) as Partial<TransformStage<unknown, unknown>>;
  return readable instanceof ReadableStream && writable instanceof WritableStream;
}

/** Writes what comes in, and hands on what can be read. */
export function* transform(
  pair: TransformStage<unknown, unknown>,
  input: Input<unknown>,
  output: Output<unknown>,
): Generator<Effect<unknown>, void, unknown> {
  const { writable, readable } = pair;
  if (!(pair instanceof TransformStream)) {
    yield* all([() => writeAll(input, writable, true), () => readAll(readable, output)]);
    return;
  }
  // What it reads decides: whenever its writable fails, its readable fails too, or ends, as by `terminate`.
  let isRead = false;
  yield* race([
    () => writeUntilRead(input, writable, () => isRead),
    function* () {
      yield* readAll(readable, output);
      isRead = true;
    },
  ]);
}

function* writeUntilRead(
  input: Input<unknown>,
  writable: WritableStream<unknown>,
  isRead: () => boolean,
): Generator<Effect<unknown>, void, unknown> {
  try {
    yield* writeAll(input, writable, true);
  } catch (error) {
    if (isCancellation(error) || isRead()) throw error;
  }
  yield* suspend();
}

function* readAll(
  readable: ReadableStream<unknown>,
  output: Output<unknown>,
): Generator<Effect<unknown>, void, unknown> {
  const reader = readable.getReader();
  let over = false;
  try {
    for (;;) {
      const item = yield* until(reader.read());
      if (item.done) break;
      yield* output.send(item.value);
    }
    over = true;
  } catch (error) {
    over = true;
    yield* until(reader.cancel(error).catch(() => {}));
    throw error;
  } finally {
    if (over) reader.releaseLock();
  }
}
