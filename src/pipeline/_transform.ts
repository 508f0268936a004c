/**
 * A Web transform stream as a stage.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { all } from "../operations/all.ts";
import { until } from "../operations/until.ts";
import type { Input, Output, TransformStage } from "./stage.ts";
import { writeAll } from "./to_writable.ts";

/** Whether `value` is a pair of streams. */
export function isTransform(value: unknown): value is TransformStage<unknown, unknown> {
  const { readable, writable } = Object(value) as Partial<TransformStage<unknown, unknown>>;
  return readable instanceof ReadableStream && writable instanceof WritableStream;
}

/** Writes what comes in, and hands on what can be read. */
export function* transform(
  { writable, readable }: TransformStage<unknown, unknown>,
  input: Input<unknown>,
  output: Output<unknown>,
): Generator<Effect<unknown>, void, unknown> {
  yield* all([() => writeAll(input, writable, true), () => readAll(readable, output)]);
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
