/**
 * What a supervisor answers to a command.
 *
 * @module
 */

import { BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";

/**
 * A command under way: it was given when the method was called, waited for or not. `yield*` in a coroutine and `await`
 * elsewhere give its result, or throw its error. One that fails and that nobody has waited for is left to the host as an
 * unhandled rejection. Who stops waiting does not take the command back. What cleaning up failed with is told to those who
 * wait for the stop at that moment; when there are none, it is told to the scope if the supervisor ends, and else in the
 * event, or on the console when nobody listens to the events.
 *
 * @typeParam T what the command results in
 */
export interface Reply<T = void> extends Promise<T>, Operation<T> {
  /** Begins the operation of waiting for it. */
  [Symbol.iterator](): ReturnType<Operation<T>[typeof Symbol.iterator]>;
}

/** Where the answer to a command goes. */
export interface Answer<T = void> {
  /** It was done. */
  resolve(value: T): void;
  /** It came to nothing. */
  reject(error: unknown): void;
}

/** A reply, as the one who gives it has it. */
export class PendingReply<T = void> extends BaseEffect<T> implements Reply<T>, Answer<T> {
  readonly [Symbol.toStringTag] = "Reply";
  readonly description: string;
  readonly #promise: Promise<T>;
  #settlePromise!: Answer<T>;
  readonly #waiters = new WaitQueue<ReplyWaiter>();
  #state: "pending" | "resolved" | "rejected" = "pending";
  #outcome: unknown = undefined;
  #observed = false;
  /** Whether its promise has been asked for, and so may be listened to. */
  #taken = false;

  constructor(description: string) {
    super();
    this.description = description;
    this.#promise = new Promise<T>((resolve, reject) => {
      this.#settlePromise = { resolve, reject };
    });
  }

  /** Gives the result. Only the first outcome counts. */
  resolve(value: T): void {
    if (this.#state !== "pending") return;
    this.#state = "resolved";
    this.#outcome = value;
    this.#settlePromise.resolve(value);
    for (let waiter = this.#waiters.shift(); waiter !== null; waiter = this.#waiters.shift()) {
      waiter.task.wake(value);
    }
  }

  /** Gives an error. Only the first outcome counts. */
  reject(error: unknown): void {
    if (this.#state !== "pending") return;
    this.#state = "rejected";
    this.#outcome = error;
    this.#settlePromise.reject(error);
    for (let waiter = this.#waiters.shift(); waiter !== null; waiter = this.#waiters.shift()) {
      waiter.task.wakeWithError(error);
    }
  }

  /** Someone else sees to it that a failure is heard of. */
  observe(): this {
    if (!this.#observed) this.#promise.catch(() => {});
    this.#observed = true;
    return this;
  }

  /** Whether someone waits for it now: a task, or whoever has used it as a promise. */
  get isHeard(): boolean {
    return this.#taken || this.#waiters.size > 0;
  }

  [perform](task: TaskNode): boolean {
    this.observe();
    if (this.#state === "pending") {
      const waiter = new ReplyWaiter(task, this.description);
      this.#waiters.push(waiter);
      task.waiting = waiter;
      return false;
    }
    if (this.#state === "resolved") task.give(this.#outcome);
    else task.fail(this.#outcome);
    return true;
  }

  override then<A = T, C = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => C | PromiseLike<C>) | null,
  ): Promise<A | C> {
    this.#taken = true;
    return this.#promise.then(onfulfilled, onrejected);
  }

  catch<C = never>(onrejected?: ((reason: unknown) => C | PromiseLike<C>) | null): Promise<T | C> {
    this.#taken = true;
    return this.#promise.catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    this.#taken = true;
    return this.#promise.finally(onfinally);
  }
}

class ReplyWaiter extends Waiter {
  readonly description: string;

  constructor(task: TaskNode, description: string) {
    super(task);
    this.description = description;
  }
}
