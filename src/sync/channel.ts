/**
 * A channel: values handed from task to task.
 *
 * What is sent stands in one line, the buffer first and the waiting senders behind it. A waiting receiver is woken when
 * there is an unclaimed value, and takes the foremost only when it runs: so a receiver that is cancelled between the two
 * loses nothing, and a sender at a rendezvous goes on only after the take. Nobody overtakes a receiver that was woken.
 * (Hoare, "Communicating sequential processes", 1978; closing as in Go.)
 *
 * @module
 */

import { BaseEffect, type Effect, type Operation, perform, Step } from "../kernel/effect.ts";
import { ClosedError } from "../kernel/errors.ts";
import { RingQueue } from "../kernel/ring_queue.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";

/** What a channel does with a value for which it has no room. */
export type Overflow = "wait" | "drop-oldest" | "drop-newest";

/** How a channel is made. */
export interface ChannelOptions {
  /**
   * How many values it holds for receivers to come; 0 is a rendezvous, at which each sender waits for its receiver.
   *
   * @default 0
   */
  capacity?: number;
  /**
   * What happens to a value when the buffer is full: its sender waits, or the oldest or the newest value is dropped and
   * the sender goes on.
   *
   * @default "wait"
   */
  overflow?: Overflow;
}

/** Handed to a receiver that was woken: it takes its value when it runs. */
const claim: unique symbol = Symbol("claim");

const nothing: unique symbol = Symbol("nothing");

/**
 * Hands values from senders to receivers, in order, with back-pressure. Any number of tasks may send and receive; each
 * value goes to one receiver. All operations are O(1); memory is the capacity plus those who wait.
 *
 * @typeParam T what is sent
 * @example
 * ```ts
 * import { Channel, run, spawn } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const squares = await run(function* () {
 *   const numbers = new Channel<number>({ capacity: 2 });
 *   yield* spawn(function* () {
 *     for (let n = 1; n <= 3; n++) yield* numbers.send(n);
 *     numbers.close();
 *   });
 *   const result: number[] = [];
 *   for (let item = yield* numbers.next(); !item.done; item = yield* numbers.next()) result.push(item.value ** 2);
 *   return result;
 * });
 * assertEquals(squares, [1, 4, 9]);
 * ```
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #overflow: Overflow;
  readonly #buffer = new RingQueue<Held<T>>();
  readonly #senders = new WaitQueue<SendWaiter<T>>();
  readonly #receivers = new WaitQueue<ReceiveWaiter>();
  /** How many receivers have been woken and have not taken their value. */
  #claims = 0;
  #closed = false;
  #closeError: unknown = undefined;
  readonly #receive: Receive<T>;
  readonly #next: Next<T>;

  /**
   * @param options its capacity, and what it does when that is used up
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when `capacity` is not a whole number of at least 0, or `Infinity`
   */
  constructor(options: ChannelOptions = {}) {
    const { capacity = 0, overflow = "wait" } = options;
    if (capacity !== Infinity && !(Number.isInteger(capacity) && capacity >= 0)) {
      const ErrorClass = typeof capacity === "number" ? RangeError : TypeError;
      throw new ErrorClass(
        `Cannot create a channel: 'capacity' must be a non-negative integer or Infinity: current value is ${
          describe(capacity)
        }`,
      );
    }
    if (overflow !== "wait" && overflow !== "drop-oldest" && overflow !== "drop-newest") {
      throw new TypeError(
        `Cannot create a channel: 'overflow' must be "wait", "drop-oldest" or "drop-newest": current value is ${
          describe(overflow)
        }`,
      );
    }
    this.#capacity = capacity;
    this.#overflow = overflow;
    this.#receive = new Receive<T>(this);
    this.#next = new Next<T>(this);
  }

  /** How many values are buffered. */
  get size(): number {
    return this.#buffer.size;
  }

  /** Whether it was closed. Buffered values can still be received. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a value; waits while there is no room, and at a rendezvous until a receiver has taken it. A cancelled send has
   * been delivered or has not, never both.
   *
   * @param value what to send
   * @throws {ClosedError} when the channel is closed, or is while this waits; then the value was not delivered
   */
  send(value: T): Operation<void> {
    return new Send<T>(this, value);
  }

  /**
   * Receives the next value; waits for one. Cancelled, it takes none.
   *
   * @throws {ClosedError} when the channel is closed and drained; the error it was closed with, if there was one
   */
  receive(): Operation<T> {
    return this.#receive;
  }

  /** Receives the next value as an iterator does: `{ done: true }` when the channel is closed and drained. */
  next(): Operation<IteratorResult<T, undefined>> {
    return this.#next;
  }

  /**
   * Sends a value when that needs no waiting.
   *
   * @returns whether it was sent (or dropped, with an `overflow` that drops)
   * @throws {ClosedError} when the channel is closed
   */
  trySend(value: T): boolean {
    return this.#offer(value);
  }

  /** Receives a value when one is there that nobody has been promised; `undefined` otherwise. */
  tryReceive(): T | undefined {
    if (this.#unclaimed() <= 0) return undefined;
    return this.#take();
  }

  /**
   * Closes the channel. Whoever waits is woken: senders by a `ClosedError`; receivers too, once what is buffered has been
   * received. Closing twice does nothing.
   *
   * @param error what receivers get instead of a `ClosedError`
   */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeError = error;
    // Values that woken receivers count on stay; the other senders' are refused.
    let promised = this.#claims - this.#buffer.size;
    for (const sender of this.#senders) {
      if (promised-- > 0) continue;
      this.#senders.remove(sender);
      sender.task.wakeWithError(sendError());
    }
    if (this.#buffer.size + this.#senders.size === 0) this.#wakeAll();
  }

  /** Receives until the channel is closed and drained. Leaving early takes nothing more, and leaves the channel open. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => outsideOf(this.#next),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  /** @internal */
  sendFor(task: TaskNode, value: T): boolean {
    if (this.#offer(value)) {
      task.value = undefined;
      return true;
    }
    const waiter = new SendWaiter<T>(task, value);
    this.#senders.push(waiter);
    task.waiting = waiter;
    this.#wakeReceiver();
    return false;
  }

  /** @internal Gives `task` the next value, in the form that `wrap` makes of it, or has it wait. */
  receiveFor(task: TaskNode, wrap: boolean): boolean {
    const unclaimed = this.#unclaimed();
    if (unclaimed > 0 && this.#claims === 0) {
      const value = this.#take();
      task.value = wrap ? { done: false, value } : value;
      return true;
    }
    if (this.#closed && this.#buffer.size + this.#senders.size === 0) {
      if (this.#closeError === undefined && wrap) task.value = { done: true, value: undefined };
      else {task.fail(
          this.#closeError ?? new ClosedError("Cannot receive: the channel is closed and drained"),
        );}
      return true;
    }
    const waiter = new ReceiveWaiter(task, this as Channel<unknown>);
    task.waiting = waiter;
    this.#receivers.push(waiter);
    this.#wakeReceiver();
    return false;
  }

  /** @internal A woken receiver runs: the value it was promised, or `nothing` when that has gone with its sender. */
  takeClaimed(): T | typeof nothing {
    this.#claims--;
    if (this.#buffer.size + this.#senders.size === 0) return nothing;
    return this.#take();
  }

  /** @internal A woken receiver is cancelled. */
  dropClaim(): void {
    this.#claims--;
    this.#wakeReceiver();
    // A dropping channel has no room for what was let in only for that receiver.
    if (this.#overflow !== "wait") {
      while (this.#buffer.size > this.#capacity + this.#claims) this.#buffer.shift();
    }
  }

  /** How many values stand ready for a receiver that has not been woken. */
  #unclaimed(): number {
    return this.#buffer.size + this.#senders.size - this.#claims;
  }

  /** Takes in `value` unless its sender has to wait. */
  #offer(value: T): boolean {
    if (this.#closed) throw sendError();
    const buffer = this.#buffer;
    if (buffer.size >= this.#capacity) {
      if (this.#overflow === "wait") return false;
      if (this.#receivers.size === 0) {
        if (this.#capacity === 0 || this.#overflow === "drop-newest") return true;
        buffer.shift();
      }
    } else if (this.#senders.size > 0) {
      return false;
    }
    buffer.push({ value });
    this.#wakeReceiver();
    return true;
  }

  /** Takes the foremost value; the first waiting sender moves up. */
  #take(): T {
    const held = this.#buffer.shift();
    const sender = this.#senders.shift();
    if (sender === null) {
      if (this.#closed && this.#buffer.size === 0) this.#wakeAll();
      return held!.value;
    }
    sender.task.wake(undefined);
    if (held !== undefined) this.#buffer.push({ value: sender.value });
    else if (this.#closed && this.#senders.size === 0) this.#wakeAll();
    return held === undefined ? sender.value : held.value;
  }

  /** Closed and drained: everyone comes back, finds it so, and gets the error or the end. */
  #wakeAll(): void {
    for (
      let receiver = this.#receivers.shift();
      receiver !== null;
      receiver = this.#receivers.shift()
    ) {
      this.#claims++;
      receiver.claim();
    }
  }

  #wakeReceiver(): void {
    if (this.#receivers.size === 0 || this.#unclaimed() <= 0) return;
    this.#claims++;
    this.#receivers.shift()!.claim();
  }
}

/** Keeps `undefined`, which a ring buffer cannot hold, apart from emptiness. */
interface Held<T> {
  readonly value: T;
}

function sendError(): ClosedError {
  return new ClosedError("Cannot send: the channel is closed");
}

class Send<T> extends BaseEffect<void> {
  readonly #channel: Channel<T>;
  readonly #value: T;

  constructor(channel: Channel<T>, value: T) {
    super();
    this.#channel = channel;
    this.#value = value;
  }

  get description(): string {
    return "channel.send()";
  }

  [perform](task: TaskNode): boolean {
    return this.#channel.sendFor(task, this.#value);
  }
}

class SendWaiter<T> extends Waiter {
  readonly value: T;

  constructor(task: TaskNode, value: T) {
    super(task);
    this.value = value;
  }

  get description(): string {
    return "channel.send()";
  }

  /** Once its value was taken the send has happened, and a cancellation comes after it. */
  get shielded(): boolean {
    return this.queue === null;
  }
}

class Receive<T> extends BaseEffect<T> {
  readonly channel: Channel<T>;

  constructor(channel: Channel<T>) {
    super();
    this.channel = channel;
  }

  get description(): string {
    return "channel.receive()";
  }

  [perform](task: TaskNode): boolean {
    return this.channel.receiveFor(task, false);
  }

  override [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown> {
    return new ReceiveStep<T, T>(this, this.channel, false);
  }
}

class Next<T> extends BaseEffect<IteratorResult<T, undefined>> {
  readonly channel: Channel<T>;

  constructor(channel: Channel<T>) {
    super();
    this.channel = channel;
  }

  get description(): string {
    return "channel.next()";
  }

  [perform](task: TaskNode): boolean {
    return this.channel.receiveFor(task, true);
  }

  override [Symbol.iterator](): Iterator<Effect<unknown>, IteratorResult<T, undefined>, unknown> {
    return new ReceiveStep<T, IteratorResult<T, undefined>>(this, this.channel, true);
  }
}

/** Takes the value when the receiver runs; asks again when the sender of it has been cancelled meanwhile. */
class ReceiveStep<T, R> extends Step<R> {
  readonly #channel: Channel<T>;
  readonly #wrap: boolean;

  constructor(effect: Effect<R>, channel: Channel<T>, wrap: boolean) {
    super(effect);
    this.#channel = channel;
    this.#wrap = wrap;
  }

  override next(result?: unknown): IteratorResult<Effect<unknown>, R> {
    if (result !== claim) return super.next(result);
    const value = this.#channel.takeClaimed();
    if (value === nothing) return this as unknown as IteratorYieldResult<Effect<unknown>>;
    return { done: true, value: (this.#wrap ? { done: false, value } : value) as R };
  }
}

class ReceiveWaiter extends Waiter {
  readonly #channel: Channel<unknown>;

  constructor(task: TaskNode, channel: Channel<unknown>) {
    super(task);
    this.#channel = channel;
  }

  get description(): string {
    return "channel.receive()";
  }

  claim(): void {
    this.task.wake(claim);
  }

  override abandon(task: TaskNode): boolean {
    if (this.queue === null) this.#channel.dropClaim();
    return super.abandon(task);
  }
}

function outsideOf<R>(operation: Operation<R>): Promise<R> {
  return (operation as unknown as PromiseLike<R>).then((value) => value) as Promise<R>;
}
