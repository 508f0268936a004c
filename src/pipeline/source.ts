/**
 * Where a pipeline begins.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import type { Channel } from "../sync/channel.ts";
import type { Output } from "./stage.ts";

/**
 * Where a pipeline takes its elements from: anything iterable, now or over time, endless too; a Web stream; a channel,
 * until it is closed; a coroutine that sends; or an async generator function. When the pipeline needs no more of it the
 * source is closed, and that is waited for: an iterator by `return`, a stream by `cancel`, a coroutine by cancelling it.
 * A channel is left open.
 *
 * @typeParam T what it gives
 */
export type Source<T> =
  | Iterable<T>
  | AsyncIterable<T>
  | ReadableStream<T>
  | Channel<T>
  | ((output: Output<T>) => Operation<unknown>)
  | (() => AsyncIterable<T>);
