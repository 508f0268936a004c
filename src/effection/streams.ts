/**
 * Streams, signals and channels of one library as those of the other.
 *
 * Effection's `Stream` is an operation that subscribes; its `Signal` and its `Channel` are streams that hand each value to
 * all who are subscribed. Here a `Broadcast` does that; a `Channel` hands each value to one receiver.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { CancelledError } from "../kernel/errors.ts";
import { spawn } from "../kernel/spawn.ts";
import { describe, inline } from "../kernel/work.ts";
import { ensure } from "../operations/ensure.ts";
import { until } from "../operations/until.ts";
import { Broadcast, type BroadcastOptions } from "../sync/broadcast.ts";
import { Channel } from "../sync/channel.ts";
import type { ChannelOptions } from "../sync/channel_options.ts";

/** Gives one value after the other; structurally Effection's `Subscription`. */
export interface EffectionSubscription<T, R> {
  /** The next value, or the end. */
  next(): Operation<IteratorResult<T, R>>;
}

/** An operation that subscribes; structurally Effection's `Stream`. */
export interface EffectionStream<T, R> {
  /** Begins to subscribe. `yield*` calls this. */
  // Not inherited from Operation: TypeScript infers no T through two that lie in each other.
  [Symbol.iterator](): Iterator<Effect<unknown>, EffectionSubscription<T, R>, unknown>;
}

/** A stream that ordinary code sends to; structurally Effection's `Signal`. */
export interface EffectionSignal<T, R> extends EffectionStream<T, R> {
  /** Hands a value to all who are subscribed. */
  send(value: T): void;
  /** Ends all subscriptions. */
  close(value: R): void;
}

/** A stream that operations send to; structurally Effection's `Channel`. */
export interface EffectionChannel<T, R> extends EffectionStream<T, R> {
  /** Hands a value over. */
  send(value: T): Operation<void>;
  /** Ends the stream. */
  close(value: R): Operation<void>;
}

/**
 * A stream of Effection's that gives what a channel, a broadcast or any async iterable of this library gives, in the order
 * in which it comes; to be used with `each`, in either library. It ends, with `undefined`, when the source is closed; when
 * the source was closed with an error, that is thrown.
 *
 * Those who subscribe to the stream of one channel share its values; each who subscribes to that of a broadcast sees all
 * that is published from then on, until its scope ends. An async iterable is iterated anew by each, and left when the scope
 * ends; while it is being asked for a value nobody waits until it has been left, for that may be never.
 *
 * @example
 * ```ts
 * import { toStream } from "@heddle/runtime/effection";
 * import { Channel } from "@heddle/runtime";
 * import { each, run } from "effection";
 * import { assertEquals } from "@std/assert";
 *
 * const channel = new Channel<number>({ capacity: 2 });
 * channel.trySend(1);
 * channel.trySend(2);
 * channel.close();
 * const seen: number[] = [];
 * await run(function* () {
 *   for (const value of yield* each(toStream(channel))) {
 *     seen.push(value);
 *     yield* each.next();
 *   }
 * });
 * assertEquals(seen, [1, 2]);
 * ```
 *
 * @param source where the values come from
 * @throws {TypeError} when `source` is none of these
 */
export function toStream<T>(
  source: AsyncIterable<T>,
): EffectionStream<T, undefined> {
  if (source instanceof Channel) {
    return {
      *[Symbol.iterator]() {
        return source;
      },
    };
  }
  if (source instanceof Broadcast) return { [Symbol.iterator]: () => subscribed(source) };
  if (typeof source?.[Symbol.asyncIterator] !== "function") {
    throw new TypeError(
      `Cannot make a stream: 'source' must be a Channel, a Broadcast or an async iterable: current value is ${
        describe(source)
      }`,
    );
  }
  return { [Symbol.iterator]: () => iterated(source) };
}

function* subscribed<T>(
  source: Broadcast<T>,
): Generator<Effect<unknown>, EffectionSubscription<T, undefined>, unknown> {
  return yield* source.subscribe();
}

function* iterated<T>(
  source: AsyncIterable<T>,
): Generator<Effect<unknown>, EffectionSubscription<T, undefined>, unknown> {
  const values = source[Symbol.asyncIterator]();
  let over = false;
  let asked = 0;
  yield* ensure(async () => {
    if (over) return;
    const left = values.return?.();
    // An async generator that waits can be left only when that is over, which may be never.
    if (asked === 0) await left;
  });
  const next = async (): Promise<IteratorResult<T, undefined>> => {
    asked++;
    const result = await Promise.resolve(values.next()).finally(() => asked--);
    over = result.done === true;
    return result.done === true ? { done: true, value: undefined } : result;
  };
  return { next: () => until(next) };
}

/**
 * A broadcast of this library as a signal of Effection's.
 *
 * @param broadcast where the values go, and come from
 * @throws {TypeError} when it is not a `Broadcast`
 */
export function toSignal<T>(broadcast: Broadcast<T>): EffectionSignal<T, undefined> {
  if (!(broadcast instanceof Broadcast)) {
    throw new TypeError(
      `Cannot make a signal: 'broadcast' must be a Broadcast: current value is ${
        describe(broadcast)
      }`,
    );
  }
  return {
    ...toStream(broadcast),
    send: (value) => broadcast.publish(value),
    close: () => broadcast.close(),
  };
}

/**
 * A channel of this library as one of Effection's. It stays what it is: each value goes to one receiver, and who sends
 * waits for room, where Effection's channel hands it to all who are subscribed at that moment and never waits.
 *
 * @param channel where the values go, and come from
 * @throws {TypeError} when it is not a `Channel`
 */
export function toEffectionChannel<T>(channel: Channel<T>): EffectionChannel<T, undefined> {
  if (!(channel instanceof Channel)) {
    throw new TypeError(
      `Cannot make a channel of Effection's: 'channel' must be a Channel: current value is ${
        describe(channel)
      }`,
    );
  }
  return {
    ...toStream(channel),
    send: (value) => channel.send(value),
    close: () => inlined(() => channel.close()),
  };
}

function inlined<T>(work: () => T): Operation<T> {
  return { [Symbol.iterator]: () => inline<T>(work) };
}

/**
 * Subscribes to a stream of Effection's, such as a signal, a channel, `on(target, name)` or `interval(ms)`, and gives a
 * channel with its values, until the current scope ends. The stream is asked for the next value once the channel has room
 * for it. The channel is closed when the stream ends, whose closing value is not passed on, and with the error when it
 * fails.
 *
 * @example
 * ```ts
 * import { fromStream } from "@heddle/runtime/effection";
 * import { run } from "@heddle/runtime";
 * import { interval } from "effection";
 * import { assertEquals } from "@std/assert";
 *
 * const ticks = await run(function* () {
 *   const channel = yield* fromStream(interval(1));
 *   yield* channel.receive();
 *   yield* channel.receive();
 *   return 2;
 * });
 * assertEquals(ticks, 2);
 * ```
 *
 * @param stream where the values come from
 * @param options how many values the channel holds, and what happens beyond; by default it holds none
 * @throws {TypeError} when `stream` is not iterable, or an option has the wrong type
 */
export function fromStream<T>(
  stream: EffectionStream<T, unknown>,
  options?: ChannelOptions,
): Operation<Channel<T>> {
  checkStream(stream, "make a channel");
  return {
    [Symbol.iterator]: () => {
      const channel = new Channel<T>(options);
      return opened(stream, channel, (value) => channel.send(value));
    },
  };
}

/**
 * Subscribes to a signal or a channel of Effection's, and gives a broadcast of what is sent to it, until the current scope
 * ends. What comes while nobody is subscribed to the broadcast is for nobody, as with the signal. The broadcast is closed
 * when the signal is, and with the error when it fails.
 *
 * @param signal where the values come from
 * @param options how much a subscription holds, and what happens beyond
 * @throws {TypeError} when `signal` is not iterable, or an option has the wrong type
 */
export function fromSignal<T>(
  signal: EffectionStream<T, unknown>,
  options?: BroadcastOptions,
): Operation<Broadcast<T>> {
  checkStream(signal, "make a broadcast");
  return {
    [Symbol.iterator]: () => {
      const broadcast = new Broadcast<T>(options);
      return opened(signal, broadcast, (value) => inlined(() => broadcast.publish(value)));
    },
  };
}

function checkStream(stream: unknown, verb: string): void {
  if (typeof (stream as Operation<unknown> | null | undefined)?.[Symbol.iterator] === "function") {
    return;
  }
  throw new TypeError(
    `Cannot ${verb}: 'stream' must be a Stream of Effection's: current value is ${
      describe(stream)
    }`,
  );
}

function* opened<T, Into extends { close(error?: unknown): void }>(
  stream: EffectionStream<T, unknown>,
  into: Into,
  pass: (value: T) => Operation<void>,
): Generator<Effect<unknown>, Into, unknown> {
  const subscription = yield* stream;
  yield* ensure(() => into.close());
  yield* spawn(() => pump(subscription, into, pass), { name: "stream", daemon: true });
  return into;
}

function* pump<T>(
  subscription: EffectionSubscription<T, unknown>,
  into: { close(error?: unknown): void },
  pass: (value: T) => Operation<void>,
): Generator<Effect<unknown>, void, unknown> {
  let result: IteratorResult<T, unknown>;
  do {
    try {
      result = yield* subscription.next();
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      return into.close(error);
    }
    if (result.done === true) return into.close();
    yield* pass(result.value);
  } while (true);
}
