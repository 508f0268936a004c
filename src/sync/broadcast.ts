/**
 * One publisher, many who listen: everyone gets every value.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import type { AwaitableOperation } from "../kernel/effect.ts";
import { ClosedError } from "../kernel/errors.ts";
import { addFinaliser, checkScope } from "../kernel/finaliser.ts";
import type { TaskNode } from "../kernel/task.ts";
import { checkOptions, describe } from "../kernel/work.ts";
import { Channel } from "./channel.ts";
import type { ChannelOptions, Overflow } from "./channel_options.ts";
import { creation } from "./creation.ts";

/** How a broadcast is made. */
export interface BroadcastOptions {
  /**
   * How many values each subscription holds for its subscriber; a whole number, at least 1, or `Infinity`.
   *
   * @default Infinity
   */
  capacity?: number;
  /**
   * Which value a subscription drops when it is full, its oldest or the new one. `subscription.dropped` counts them.
   *
   * @default "drop-oldest"
   */
  overflow?: Exclude<Overflow, "wait">;
}

/** What a subscriber receives, from the moment of the subscription on. */
export interface Subscription<T> extends AsyncIterable<T>, Disposable {
  /**
   * Receives the next value; waits for one. Cancelled, it takes none.
   *
   * @throws {ClosedError} when the broadcast is closed, or the subscription, and it is drained
   */
  receive(): AwaitableOperation<T>;
  /** Receives the next value as an iterator does: `{ done: true }` at the end. */
  next(): AwaitableOperation<IteratorResult<T, undefined>>;
  /** How many values wait to be received. */
  readonly size: number;
  /** How many values were dropped because this subscriber was too slow. */
  readonly dropped: number;
  /** Whether it has ended. What it holds can still be received. */
  readonly closed: boolean;
  /** Ends it before its scope does. Closing twice does nothing. */
  close(): void;
}

/**
 * Hands each value to everyone who is subscribed at that moment; to nobody, when there is no one. Publishing never waits:
 * a slow subscriber does not hold up the others, nor the publisher. What it has not received yet is kept for it, without
 * bound unless `capacity` is set; what happens beyond that, `overflow` says. Publishing is O(subscribers).
 *
 * @typeParam T what is published
 * @example
 * ```ts
 * import { Broadcast, run, spawn, yieldNow } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const heard: string[] = [];
 * function* listen(name: string, news: Broadcast<string>) {
 *   const subscription = yield* news.subscribe();
 *   heard.push(`${name}: ${yield* subscription.receive()}`);
 * }
 * await run(function* () {
 *   const news = new Broadcast<string>();
 *   const a = yield* spawn(() => listen("a", news));
 *   const b = yield* spawn(() => listen("b", news));
 *   yield* yieldNow(); // both subscribe
 *   news.publish("hello");
 *   yield* a;
 *   yield* b;
 * });
 * assertEquals(heard, ["a: hello", "b: hello"]);
 * ```
 */
export class Broadcast<T> implements AsyncIterable<T> {
  readonly #options: ChannelOptions;
  readonly #lines = new Set<Line<T>>();
  readonly #subscribe: Subscribe<T>;
  #closed = false;

  /**
   * Makes a broadcast without subscribers.
   *
   * @param options how much a subscription holds, and what happens beyond
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when `capacity` is not a whole number of at least 1, or `Infinity`
   */
  constructor(options: BroadcastOptions = {}) {
    checkOptions(options, "create a broadcast");
    const { capacity = Infinity, overflow = "drop-oldest" } = options;
    if (capacity !== Infinity && !(Number.isInteger(capacity) && capacity >= 1)) {
      const ErrorClass = typeof capacity === "number" ? RangeError : TypeError;
      throw new ErrorClass(
        `Cannot create a broadcast: 'capacity' must be a whole number, at least 1, or Infinity: current value is ${
          describe(capacity)
        }`,
      );
    }
    if (overflow !== "drop-oldest" && overflow !== "drop-newest") {
      throw new TypeError(
        `Cannot create a broadcast: 'overflow' must be "drop-oldest" or "drop-newest": current value is ${
          describe(overflow)
        }`,
      );
    }
    this.#options = { capacity, overflow };
    this.#subscribe = new Subscribe<T>(this);
    creation.observer?.(this);
  }

  /** How many are subscribed. */
  get subscribers(): number {
    return this.#lines.size;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Hands `value` to everyone who is subscribed, in the order in which they subscribed. Never waits.
   *
   * @throws {ClosedError} when the broadcast is closed
   */
  publish(value: T): void {
    if (this.#closed) throw new ClosedError("Cannot publish: the broadcast is closed");
    for (const line of this.#lines) line.publish(value);
  }

  /**
   * Subscribes until the current scope ends; what is published from this moment on is received.
   *
   * @throws {ClosedError} when the broadcast is closed
   */
  subscribe(): AwaitableOperation<Subscription<T>> {
    return this.#subscribe;
  }

  /**
   * Ends all subscriptions; each still gives what it holds. Closing twice does nothing.
   *
   * @param error what subscribers get after that, instead of a `ClosedError` or the end
   */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const line of [...this.#lines]) line.end(error);
  }

  /** Subscribes ordinary code, until it leaves its `for await`. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    const line = this.join();
    const values = line[Symbol.asyncIterator]();
    return {
      next: () => values.next(),
      return: () => {
        line.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** @internal */
  join(): Subscription<T> {
    if (this.#closed) throw new ClosedError("Cannot subscribe: the broadcast is closed");
    const line: Line<T> = new Line<T>(this.#options, () => this.leave(line));
    this.#lines.add(line);
    return line;
  }

  /** @internal */
  leave(line: Subscription<T>): void {
    this.#lines.delete(line as Line<T>);
  }
}

class Subscribe<T> extends BindingEffect<Subscription<T>> {
  readonly description = "broadcast.subscribe()";
  readonly #broadcast: Broadcast<T>;

  constructor(broadcast: Broadcast<T>) {
    super();
    this.#broadcast = broadcast;
  }

  bind(task: TaskNode): boolean {
    checkScope(task, "subscribe");
    const line = this.#broadcast.join();
    addFinaliser(task, () => line.close(), "subscribe");
    task.give(line);
    return true;
  }
}

/** The channel of one subscription. What a subscriber leaves unread concerns nobody. */
class Unread<T> extends Channel<T> {
  override leak(): null {
    return null;
  }
}

/** One subscription: a channel of its own. */
class Line<T> implements Subscription<T> {
  readonly #channel: Channel<T>;
  readonly #leave: () => void;

  constructor(options: ChannelOptions, leave: () => void) {
    this.#channel = new Unread<T>(options);
    this.#leave = leave;
  }

  get size(): number {
    return this.#channel.size;
  }

  get dropped(): number {
    return this.#channel.dropped;
  }

  get closed(): boolean {
    return this.#channel.closed;
  }

  receive(): AwaitableOperation<T> {
    return this.#channel.receive();
  }

  next(): AwaitableOperation<IteratorResult<T, undefined>> {
    return this.#channel.next();
  }

  close(): void {
    this.end(undefined);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.#channel[Symbol.asyncIterator]();
  }

  publish(value: T): void {
    this.#channel.trySend(value);
  }

  end(error: unknown): void {
    this.#leave();
    this.#channel.close(error);
  }
}
