/**
 * A limit on time.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { type AwaitableOperation, BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { TimeoutError } from "../kernel/errors.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Timer } from "../kernel/timers.ts";
import type { Thunk } from "../kernel/work.ts";
import { checkMs } from "./sleep.ts";

/**
 * Runs `work`, and cancels it when it has not ended after `ms` milliseconds. Of nested timeouts the earliest rules.
 *
 * @example
 * ```ts
 * import { run, suspend, timeout, TimeoutError } from "@heddle/runtime";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => run(() => timeout(5, suspend())).then(), TimeoutError);
 * ```
 *
 * @param ms the limit, in milliseconds; `Infinity` is none
 * @param work an operation or a function
 * @returns what the work returns
 * @throws {TimeoutError} when time was over, after the work has cleaned up; its `cause` is what failed in that, if it did
 * @throws {RangeError} when `ms` is negative or `NaN`
 */
export function timeout<T>(ms: number, work: Operation<T> | Thunk<T>): AwaitableOperation<T>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function timeout<T>(ms: number, work: () => Promise<T> | T): AwaitableOperation<T>;
export function timeout<T>(ms: number, work: Operation<T> | Thunk<T>): AwaitableOperation<T> {
  checkMs(ms, "set a timeout", "ms");
  return new Timeout<T>(ms, thunkOf(work, "set a timeout", "'work'"));
}

class Timeout<T> extends BaseEffect<T> {
  readonly #ms: number;
  readonly #work: Thunk<T>;
  readonly site: Error | null = traceSpawn(timeout);

  constructor(ms: number, work: Thunk<T>) {
    super();
    this.#ms = ms;
    this.#work = work;
  }

  get description(): string {
    return `timeout(${this.#ms})`;
  }

  [perform](task: TaskNode): boolean {
    return new TimeoutGroup(task, this, this.#ms, this.#work).begin();
  }
}

class TimeoutGroup extends SingleGroup {
  readonly #ms: number;
  readonly #timer: Alarm | null;
  #late = false;

  constructor(task: TaskNode, effect: Timeout<unknown>, ms: number, work: () => unknown) {
    super(task, effect, work, "timeout");
    this.#ms = ms;
    this.#timer = ms === Infinity ? null : new Alarm(this);
    if (this.#timer !== null) task.scheduler.setTimer(this.#timer, task.scheduler.clock.after(ms));
  }

  /** When its time is over, on the scheduler's clock. */
  get dueAt(): number {
    return this.#timer?.bucket?.deadline ?? Infinity;
  }

  /** Time is over. */
  expire(): void {
    this.#late = true;
    this.stop(new CancelCause(() => `The timeout of ${this.#ms} ms was over`));
  }

  override settled(child: TaskNode): void {
    if (this.#timer !== null) this.task.scheduler.cancelTimer(this.#timer);
    super.settled(child);
  }

  protected override ended(child: TaskNode): void {
    if (!this.#late) return super.ended(child);
    const cause = child.hasFailed ? { cause: child.value } : undefined;
    this.reject(new TimeoutError(this.#ms, `Task '${child.name}'`, cause));
  }
}

class Alarm extends Timer {
  readonly #group: TimeoutGroup;

  constructor(group: TimeoutGroup) {
    super();
    this.#group = group;
  }

  fire(): void {
    this.#group.expire();
  }
}
