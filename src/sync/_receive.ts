/**
 * Receiving from a channel.
 *
 * @module
 */

import { BaseEffect, BaseOperation, type Effect, perform, Step } from "../kernel/effect.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter } from "../kernel/waiter.ts";
import type { Channel } from "./channel.ts";

/** What a receiver finds whose value has gone with its sender. */
export const nothing: unique symbol = Symbol("nothing");

/**
 * The operation of `channel.receive`, and, wrapped as an iterator does it, of `channel.next`. It is not an effect itself:
 * yielded without the star it would get the claim for a value, and nobody would take that up.
 */
export class Receive<T, R> extends BaseOperation<R> implements Selectable {
  readonly #channel: Channel<T>;
  readonly #effect: ReceiveEffect<T, R>;

  constructor(channel: Channel<T>, wrap: boolean) {
    super();
    this.#channel = channel;
    this.#effect = new ReceiveEffect<T, R>(channel, wrap);
  }

  [poll](): boolean {
    return this.#channel.isReceivable;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, R, unknown> {
    return this.#effect[Symbol.iterator]();
  }
}

/** What a receiver performs. */
export class ReceiveEffect<T, R> extends BaseEffect<R> {
  readonly description: string;
  readonly channel: Channel<T>;
  readonly wrap: boolean;

  constructor(channel: Channel<T>, wrap: boolean) {
    super();
    this.description = wrap ? "channel.next()" : "channel.receive()";
    this.channel = channel;
    this.wrap = wrap;
  }

  [perform](task: TaskNode): boolean {
    return this.channel.receiveFor(task, this as ReceiveEffect<T, unknown>);
  }

  override [Symbol.iterator](): Iterator<Effect<unknown>, R, unknown> {
    return new ReceiveStep<T, R>(this);
  }

  /** The value in the form that is wanted. */
  formOf(value: T): R {
    return (this.wrap ? { done: false, value } : value) as R;
  }
}

/** Takes the value when the receiver runs; waits on when the sender of it has been cancelled meanwhile. */
class ReceiveStep<T, R> extends Step<R> {
  override next(result?: unknown): IteratorResult<Effect<unknown>, R> {
    // Told apart here and not by the base class, whose method costs a call on every receive.
    if (this.done === undefined) {
      this.done = false;
      return this as unknown as IteratorYieldResult<Effect<unknown>>;
    }
    if (!(result instanceof ReceiveWaiter)) return { done: true, value: result as R };
    const effect = this.value as ReceiveEffect<T, R>;
    const value = effect.channel.takeClaimed();
    if (value === nothing) return { done: false, value: new ReceiveAgain(result) };
    return { done: true, value: effect.formOf(value) };
  }
}

/** Waiting on after a claim that came to nothing. */
class ReceiveAgain extends BaseEffect<unknown> {
  readonly #waiter: ReceiveWaiter<unknown>;

  constructor(waiter: ReceiveWaiter<unknown>) {
    super();
    this.#waiter = waiter;
  }

  get description(): string {
    return this.#waiter.description;
  }

  [perform](): boolean {
    return this.#waiter.effect.channel.receiveAgain(this.#waiter);
  }
}

/** A receiver in line. When it is woken it is handed itself, as the claim for a value that it takes when it runs. */
export class ReceiveWaiter<T> extends Waiter {
  readonly effect: ReceiveEffect<T, unknown>;
  /** Its place among all who ever waited; negative once it was given a value. */
  arrival: number;

  constructor(task: TaskNode, effect: ReceiveEffect<T, unknown>, arrival: number) {
    super(task);
    this.effect = effect;
    this.arrival = arrival;
  }

  get description(): string {
    return this.effect.description;
  }

  /** A value that was handed over could not go back, so a cancellation comes after it. */
  get shielded(): boolean {
    return this.arrival < 0;
  }

  /** Wakes it to take a value. */
  claim(): void {
    this.task.wake(this);
  }

  /** Wakes it with a value that has left its sender. */
  give(value: T): void {
    this.arrival = -1;
    this.task.wake(this.effect.formOf(value));
  }

  override abandon(task: TaskNode): boolean {
    if (this.queue === null) this.effect.channel.dropClaim();
    return super.abandon(task);
  }
}
