/**
 * Waiting for a promise.
 *
 * @module
 */

import { BaseEffect, perform } from "./effect.ts";
import { poll, Seat, type Selectable } from "./selectable.ts";
import type { Parking } from "./waiter.ts";
import type { TaskNode } from "./task.ts";

/**
 * Whose promise it is, which decides what a cancellation does: someone `else`'s is left at once, what it comes to does
 * not concern this task. Our `own` async function is work of the task: when it asked for the task's signal it can hear
 * of the cancellation, so it is waited for, within the grace time; when it did not, it cannot, and is left behind.
 * A `hearing` one was handed the signal.
 */
export type PromiseOwner = "else" | "own" | "hearing";

/**
 * Those who wait for a promise as one case of a `select`. A reaction to a promise cannot be taken back, so a loop that
 * selects beside a promise which never settles would leave one behind each time; so they have one in common.
 */
const shared = new WeakMap<PromiseLike<unknown>, Set<PromiseWait<unknown>>>();

const nativeThen = Promise.prototype.then;

/** The two functions that a promise is given. It calls one of them, once; then they can be given to another promise. */
class Reaction {
  wait: PromiseWait<unknown> | null = null;
  readonly onValue = (value: unknown): void => this.#take().settle(value, false);
  readonly onError = (error: unknown): void => this.#take().settle(error, true);

  #take(): PromiseWait<unknown> {
    const wait = this.wait!;
    this.wait = null;
    if (spare.length < mostSpare) spare.push(this);
    return wait;
  }
}

const spare: Reaction[] = [];
const mostSpare = 1024;

/** The effect of waiting until a promise is settled. While a task waits by it, it is what that task is parked on. */
export class PromiseWait<T> extends BaseEffect<T> implements Selectable, Parking {
  readonly description: string;
  readonly #promise: PromiseLike<T>;
  readonly #owner: PromiseOwner;
  #task: TaskNode | null = null;
  #state: "waiting" | "leaving" | "left" | "settled" = "waiting";

  constructor(promise: PromiseLike<T>, description: string, owner: PromiseOwner) {
    super();
    this.#promise = promise;
    this.description = description;
    this.#owner = owner;
  }

  [poll](): boolean {
    return false;
  }

  [perform](task: TaskNode): boolean {
    const promise = this.#promise;
    if (this.#task !== null) {
      // It has been waited by before.
      return new PromiseWait(promise, this.description, this.#owner)[perform](task);
    }
    this.#task = task;
    task.waiting = this;
    task.scheduler.outside++;
    if (task instanceof Seat) this.#share(promise);
    else if (promise instanceof Promise && promise.then === nativeThen) {
      const reaction = spare.pop() ?? new Reaction();
      reaction.wait = this as PromiseWait<unknown>;
      promise.then(reaction.onValue, reaction.onError);
    } else {
      // Of other thenables nobody knows that they settle once, and not before `then` has returned.
      (promise instanceof Promise ? promise : Promise.resolve(promise)).then(
        (value) => this.settle(value, false),
        (error) => this.settle(error, true),
      );
    }
    return false;
  }

  /** Waits by a reaction to the promise that all seats have in common. */
  #share(promise: PromiseLike<T>): void {
    let waits = shared.get(promise);
    if (waits === undefined) {
      const all = waits = new Set();
      shared.set(promise, all);
      const settle = (outcome: unknown, failed: boolean): void => {
        shared.delete(promise);
        for (const wait of all) wait.settle(outcome, failed);
      };
      Promise.resolve(promise).then(
        (value) => settle(value, false),
        (error) => settle(error, true),
      );
    }
    waits.add(this as PromiseWait<unknown>);
  }

  get outside(): true {
    return true;
  }

  get shielded(): boolean {
    return this.#state === "settled";
  }

  /** @internal The promise is settled. */
  settle(outcome: unknown, failed: boolean): void {
    const task = this.#task!;
    const state = this.#state;
    // What calls itself a promise, and is of a subclass, may settle twice.
    if (state === "settled") return;
    this.#state = "settled";
    if (state === "left") {
      if (failed && this.#owner !== "else" && !isAbort(outcome)) {
        const instrument = task.scheduler.instrument;
        if (instrument?.lateFailure) instrument.lateFailure(outcome);
        else void Promise.reject(outcome);
      }
      return;
    }
    const { scheduler } = task;
    scheduler.outside--;
    // A promise reaction stands alone on its stack, so the task may go on in this very microtask.
    scheduler.expectRun();
    // A failure that is only the answer to the abort is the cancellation itself.
    if (state === "leaving" && (!failed || isAbort(outcome))) task.wakeCancelled();
    else if (failed) task.wakeWithError(outcome);
    else task.wake(outcome);
    scheduler.runNow();
  }

  abandon(task: TaskNode): boolean {
    if (this.#state === "left") return true;
    const hears = this.#owner === "hearing" ||
      (this.#owner === "own" && task.cold?.controller != null);
    if (hears && !task.isForced) {
      this.#state = "leaving";
      return false;
    }
    this.#state = "left";
    if (task instanceof Seat) shared.get(this.#promise)?.delete(this as PromiseWait<unknown>);
    task.scheduler.outside--;
    return true;
  }
}

/** A promise that is all that a body waits for. It is its own iterator, as a `Step` is, and saves one. */
export class BodyPromise extends PromiseWait<unknown> implements Iterator<unknown, unknown> {
  done = false;
  value: unknown = this;
  #begun = false;

  next(outcome?: unknown): IteratorResult<unknown, unknown> {
    if (this.#begun) {
      this.done = true;
      this.value = outcome;
    } else this.#begun = true;
    return this as unknown as IteratorResult<unknown, unknown>;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<unknown, unknown> {
    this.#begun = true;
    return { done: true, value };
  }
}

function isAbort(error: unknown): boolean {
  const name = (error as Error | null | undefined)?.name;
  return name === "AbortError" || name === "CancelledError";
}
