/**
 * The sink that sends to a channel.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { describe } from "../kernel/work.ts";
import { Channel } from "../sync/channel.ts";
import { sinkOf } from "./_part.ts";
import type { Sink } from "./sink.ts";
import type { Input } from "./stage.ts";

/** What happens to the channel. */
export interface ToChannelOptions {
  /**
   * Whether to close the channel after the last element; when the pipeline fails or is cancelled, with what it was
   * stopped by, so that whoever receives does not wait for ever. Say `false` when others send to the channel too.
   *
   * @default true
   */
  close?: boolean;
}

/**
 * Sends each element to `channel`, waiting while that has no room; then closes it.
 *
 * @example
 * ```ts
 * import { Channel, pipeline, run, toChannel } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const channel = new Channel<number>({ capacity: 2 });
 * await run(() => pipeline([1, 2], toChannel(channel)));
 * assertEquals([channel.tryReceive(), channel.tryReceive(), channel.closed], [1, 2, true]);
 * ```
 *
 * @param channel where to send
 * @param options whether to close it
 * @throws {TypeError} when `channel` is not a channel, or an option has the wrong type
 */
export function toChannel<T>(
  channel: Channel<T>,
  options: ToChannelOptions = {},
): Sink<T, void> {
  if (!(channel instanceof Channel)) {
    throw new TypeError(
      `Cannot send to a channel: 'channel' must be a Channel: current value is ${
        describe(channel)
      }`,
    );
  }
  const { close = true } = options;
  if (typeof close !== "boolean") {
    throw new TypeError(
      `Cannot send to a channel: 'close' must be a boolean: current value is ${describe(close)}`,
    );
  }
  return sinkOf({
    kind: "taskSink",
    name: "toChannel",
    run: (input) => sendAll(input as Input<T>, channel, close),
  });
}

function* sendAll<T>(
  input: Input<T>,
  channel: Channel<T>,
  close: boolean,
): Generator<Effect<unknown>, void, unknown> {
  try {
    for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
      yield* channel.send(item.value);
    }
  } catch (error) {
    if (close) channel.close(error);
    throw error;
  }
  if (close) channel.close();
}
