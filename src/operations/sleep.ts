/**
 * Waiting for time to pass.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, type Effect, perform } from "../kernel/effect.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Bucket, Timed } from "../kernel/timers.ts";
import type { Parking } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";

/**
 * Waits for `ms` milliseconds of the scheduler's clock. Sleeps that end at the same moment wake in the order in which
 * they began. O(1) when another sleep ends at the same millisecond, else O(log d) for d different ends.
 *
 * @example
 * ```ts
 * import { run, sleep } from "@heddle/runtime";
 *
 * await run(function* () {
 *   yield* sleep(10);
 * });
 * ```
 *
 * @param ms how long, in milliseconds; 0 gives way to the tasks that are ready, `Infinity` waits until cancelled
 * @throws {TypeError} when `ms` is not a number
 * @throws {RangeError} when `ms` is negative or `NaN`
 */
export function sleep(ms: number): AwaitableOperation<void> {
  checkMs(ms, "sleep", "ms");
  return new Sleep(ms);
}

/** Throws unless `ms` is a length of time. */
export function checkMs(ms: unknown, verb: string, name: string): asserts ms is number {
  if (typeof ms === "number" && ms >= 0) return;
  const ErrorClass = typeof ms === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a number of milliseconds, at least 0: current value is ${
      describe(ms)
    }`,
  );
}

/**
 * The effect of sleeping. While a task sleeps by it, it is the timer, and what that task is parked on. It is also the iterator of
 * who runs it first, as a `Step` is: a million sleepers are a million objects less for the collector to copy.
 */
class Sleep extends BaseEffect<void>
  implements Selectable, Timed, Parking, Iterator<Effect<unknown>, void, unknown> {
  /** As in a `Step`: `undefined` before the first step. */
  done: boolean | undefined = undefined;
  value: unknown = this;
  bucket: Bucket | null = null;
  earlier: Timed | null = null;
  later: Timed | null = null;
  readonly #ms: number;
  #task: TaskNode | null = null;
  #isIterator = false;

  constructor(ms: number) {
    super();
    this.#ms = ms;
  }

  get description(): string {
    return `sleep(${this.#ms})`;
  }

  override [Symbol.iterator](): Iterator<Effect<unknown>, void, unknown> {
    const sleep = this.#isIterator ? new Sleep(this.#ms) : this;
    sleep.#isIterator = true;
    return sleep;
  }

  next(result?: unknown): IteratorResult<Effect<unknown>, void> {
    if (this.done === undefined) this.done = false;
    else {
      this.done = true;
      this.value = result;
    }
    return this as unknown as IteratorResult<Effect<unknown>, void>;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<Effect<unknown>, void> {
    this.done = true;
    return { done: true, value: value as void };
  }

  [poll](): boolean {
    return false;
  }

  [perform](task: TaskNode): boolean {
    // Someone may be asleep by this one.
    const sleep = this.#task === null ? this : new Sleep(this.#ms);
    sleep.#task = task;
    task.waiting = sleep;
    const { scheduler } = task;
    if (this.#ms !== Infinity) scheduler.setTimer(sleep, scheduler.clock.after(this.#ms));
    return false;
  }

  fire(): void {
    const task = this.#task!;
    this.#task = null;
    task.wake(undefined);
  }

  abandon(task: TaskNode): boolean {
    // When it has fired, another task may be asleep by it.
    if (this.#task === task) {
      this.#task = null;
      task.scheduler.cancelTimer(this);
    }
    return true;
  }
}
