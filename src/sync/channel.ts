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

import type { AwaitableOperation } from "../kernel/effect.ts";
import { ClosedError } from "../kernel/errors.ts";
import { RingQueue } from "../kernel/ring_queue.ts";
import { Seat, shareHolder } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import { WaitQueue } from "../kernel/waiter.ts";
import { type ChannelOptions, checkChannelOptions, type Overflow } from "./channel_options.ts";
import { ChannelIterator } from "./_channel_iterator.ts";
import { creation } from "./creation.ts";
import { nothing, Receive, type ReceiveEffect, ReceiveWaiter } from "./_receive.ts";
import { Send, SendWaiter } from "./_send.ts";

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
  readonly #receivers = new WaitQueue<ReceiveWaiter<T>>();
  #arrivals = 0;
  /** How many receivers have been woken and have not taken their value. */
  #claims = 0;
  #dropped = 0;
  #closed = false;
  #closeError: unknown = undefined;
  readonly #receive: Receive<T, T>;
  readonly #next: Receive<T, IteratorResult<T, undefined>>;

  /**
   * Makes a channel.
   *
   * @param options its capacity, and what it does when that is used up
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when `capacity` is not a whole number of at least 0, or `Infinity`
   */
  constructor(options: ChannelOptions = {}) {
    const { capacity, overflow } = checkChannelOptions(options);
    this.#capacity = capacity;
    this.#overflow = overflow;
    this.#receive = new Receive<T, T>(this, false);
    this.#next = new Receive<T, IteratorResult<T, undefined>>(this, true);
    creation.observer?.(this);
  }

  /** @internal */
  leak(): string | null {
    const { size } = this.#buffer;
    return size === 0 ? null : `${size} ${size === 1 ? "value" : "values"} in a channel`;
  }

  /** How many values are buffered. */
  get size(): number {
    return this.#buffer.size;
  }

  /** How many values were dropped for want of room. */
  get dropped(): number {
    return this.#dropped;
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
  send(value: T): AwaitableOperation<void> {
    return new Send<T>(this, value);
  }

  /**
   * Receives the next value; waits for one. Cancelled, it takes none.
   *
   * @throws {ClosedError} when the channel is closed and drained; the error it was closed with, if there was one
   */
  receive(): AwaitableOperation<T> {
    return this.#receive;
  }

  /** Receives the next value as an iterator does: `{ done: true }` when the channel is closed and drained. */
  next(): AwaitableOperation<IteratorResult<T, undefined>> {
    return this.#next;
  }

  /**
   * Sends a value when that needs no waiting: when there is room, or, at a rendezvous, when a receiver waits.
   *
   * @returns whether it was sent (or dropped, with an `overflow` that drops)
   * @throws {ClosedError} when the channel is closed
   */
  trySend(value: T): boolean {
    if (this.#offer(value)) return true;
    if (this.#capacity > 0 || this.#receivers.size === 0) return false;
    this.#receivers.shift()!.give(value);
    return true;
  }

  /** Receives a value when one is there that nobody has been promised; `undefined` otherwise. */
  tryReceive(): T | undefined {
    if (this.#unclaimed() <= 0) return undefined;
    return this.#claims === 0 ? this.#take() : this.#takeBehind(this.#claims);
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
    this.#refuseSenders();
    if (this.#isDrained) this.#wakeAll();
  }

  /** Receives until the channel is closed and drained. Leaving early takes nothing more, and leaves the channel open. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return new ChannelIterator<T>(this.#next);
  }

  /** @internal Whether a send would go on at once. */
  get isSendable(): boolean {
    if (this.#closed || this.#overflow !== "wait") return true;
    return this.#buffer.size < this.#capacity && this.#senders.size === 0;
  }

  /** @internal Whether a receive would go on at once. */
  get isReceivable(): boolean {
    if (this.#closed && this.#isDrained) return true;
    return this.#claims === 0 && this.#unclaimed() > 0;
  }

  /** @internal */
  sendFor(task: TaskNode, send: Send<T>): boolean {
    if (this.#offer(send.value)) {
      task.value = undefined;
      return true;
    }
    const waiter = new SendWaiter<T>(task, send);
    this.#senders.push(waiter);
    task.waiting = waiter;
    this.#wakeReceiver();
    return false;
  }

  /** @internal Gives `task` the next value, in the form that `effect` wants, or has it wait. */
  receiveFor(task: TaskNode, effect: ReceiveEffect<T, unknown>): boolean {
    const unclaimed = this.#unclaimed();
    if (unclaimed > 0 && this.#claims === 0) {
      task.value = effect.formOf(this.#take());
      return true;
    }
    if (this.#closed && this.#isDrained) return this.#endFor(task, effect);
    const waiter = new ReceiveWaiter<T>(task, effect, this.#arrivals++);
    task.waiting = waiter;
    this.#receivers.push(waiter);
    this.#wakeReceiver();
    return false;
  }

  /** @internal A woken receiver found nothing: it waits on, in its old place. */
  receiveAgain(waiter: ReceiveWaiter<T>): boolean {
    const { task } = waiter;
    if (this.#closed && this.#isDrained) return this.#endFor(task, waiter.effect);
    let next = this.#receivers.first;
    while (next !== null && next.arrival < waiter.arrival) next = next.next;
    task.waiting = waiter;
    if (next === null) this.#receivers.push(waiter);
    else this.#receivers.pushBefore(waiter, next);
    this.#wakeReceiver();
    return false;
  }

  /** The channel is closed and drained. */
  #endFor(task: TaskNode, effect: ReceiveEffect<T, unknown>): boolean {
    if (this.#closeError !== undefined) task.fail(this.#closeError);
    else if (effect.wrap) task.value = { done: true, value: undefined };
    else task.fail(new ClosedError("Cannot receive: the channel is closed and drained"));
    return true;
  }

  /** @internal A woken receiver runs: the value it was promised, or `nothing` when that has gone with its sender. */
  takeClaimed(): T | typeof nothing {
    this.#claims--;
    return this.#isDrained ? nothing : this.#take();
  }

  /** @internal A waiting sender is cancelled. */
  dropSender(): void {
    // Nobody else will come to wake those for whom this was the last value.
    if (this.#closed && this.#isDrained) this.#wakeAll();
  }

  /** @internal A woken receiver is cancelled. */
  dropClaim(): void {
    this.#claims--;
    this.#wakeReceiver();
    if (this.#closed) this.#refuseSenders();
    // A dropping channel has no room for what was let in only for that receiver.
    if (this.#overflow !== "wait") {
      while (this.#buffer.size > this.#capacity + this.#claims) {
        this.#dropped++;
        const newest = this.#buffer.size - 1;
        this.#buffer.removeAt(this.#overflow === "drop-newest" ? newest : this.#claims);
      }
    }
  }

  get #isDrained(): boolean {
    return this.#buffer.size + this.#senders.size === 0;
  }

  /** Closed: the values that woken receivers count on stay; the other senders' are refused. */
  #refuseSenders(): void {
    let promised = this.#claims - this.#buffer.size;
    // Refusing one case of a select makes its other cases leave the line.
    for (const sender of [...this.#senders]) {
      if (sender.queue === null || promised-- > 0) continue;
      this.#senders.remove(sender);
      sender.task.wakeWithError(sendError());
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
    if (this.#overflow !== "wait") {
      // What a woken receiver counts on is as good as gone.
      if (buffer.size >= this.#capacity + this.#claims && this.#receivers.size === 0) {
        this.#dropped++;
        if (this.#capacity === 0 || this.#overflow === "drop-newest") return true;
        buffer.removeAt(this.#claims);
      }
    } else if (buffer.size >= this.#capacity) {
      return false;
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

  /** Takes the first value that comes after those which woken receivers count on. */
  #takeBehind(promised: number): T {
    const buffer = this.#buffer;
    if (promised < buffer.size) {
      const { value } = buffer.removeAt(promised)!;
      const sender = this.#senders.shift();
      if (sender !== null) {
        sender.task.wake(undefined);
        buffer.push({ value: sender.value });
      }
      return value;
    }
    let ahead = promised - buffer.size;
    let sender = this.#senders.first!;
    while (ahead-- > 0) sender = sender.next!;
    this.#senders.remove(sender);
    sender.task.wake(undefined);
    return sender.value;
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
    const unclaimed = this.#unclaimed();
    if (unclaimed <= 0) return;
    let receiver = this.#receivers.first;
    // What a select offers is not for a receive of the same select.
    while (receiver !== null && unclaimed <= this.#offersBeside(receiver)) receiver = receiver.next;
    if (receiver === null) return;
    this.#claims++;
    this.#receivers.remove(receiver);
    receiver.claim();
  }

  /** How many offers are of the same select as a receiver. */
  #offersBeside(receiver: ReceiveWaiter<T>): number {
    if (!(receiver.task instanceof Seat)) return 0;
    let offers = 0;
    for (const sender of this.#senders) if (shareHolder(sender.task, receiver.task)) offers++;
    return offers;
  }
}

/** Keeps `undefined`, which a ring buffer cannot hold, apart from emptiness. */
interface Held<T> {
  readonly value: T;
}

function sendError(): ClosedError {
  return new ClosedError("Cannot send: the channel is closed");
}
