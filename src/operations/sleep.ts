/**
 * Waiting for time to pass.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
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

/** The effect of sleeping. While a task sleeps by it, it is the timer, and what that task is parked on. */
class Sleep extends BaseEffect<void> implements Selectable, Timed, Parking {
  bucket: Bucket | null = null;
  previous: Timed | null = null;
  next: Timed | null = null;
  readonly #ms: number;
  #task: TaskNode | null = null;

  constructor(ms: number) {
    super();
    this.#ms = ms;
  }

  get description(): string {
    return `sleep(${this.#ms})`;
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
