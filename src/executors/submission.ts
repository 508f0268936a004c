/**
 * What few of the tasks that are submitted to an executor have: times that are measured, a delay, a deadline, somebody
 * who waits for the beginning.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { TimeoutError } from "../kernel/errors.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Timer } from "../kernel/timers.ts";

/** What an executor has noted of a task. */
export class Submission {
  /** When it was submitted and begun, on the clock of the host; 0 when it is not measured. */
  queuedAt = 0;
  begunAt = 0;
  /** Called once, when the task begins, or ends without having begun. */
  onBegun: (() => void) | null = null;
  #delay: SubmissionTimer | null = null;
  #deadline: SubmissionTimer | null = null;

  /** What is noted of `task`, made if need be. */
  static of(task: TaskNode): Submission {
    const cold = task.coldPart();
    return (cold.submission ??= new Submission()) as Submission;
  }

  /** What is noted of `task`, if anything is. */
  static find(task: TaskNode): Submission | null {
    return (task.cold?.submission ?? null) as Submission | null;
  }

  /** Calls `then` when the delay is over. */
  delay(task: TaskNode, ms: number, then: () => void): void {
    this.#delay = new SubmissionTimer(then);
    const { scheduler } = task;
    if (ms !== Infinity) scheduler.setTimer(this.#delay, scheduler.clock.after(ms));
  }

  /** Makes the task fail with `TimeoutError` when it has not ended after `ms` milliseconds. */
  endWithin(task: TaskNode, ms: number): void {
    const left = Math.max(0, ms);
    this.#deadline = new SubmissionTimer(() => {
      task.collect(new TimeoutError(left, `Task '${task.name}', which had a deadline,`));
      requestCancel(task, new CancelCause("The deadline of the task has passed"));
    });
    const { scheduler } = task;
    const dueAt = task.coldPart().dueAt = scheduler.clock.after(left);
    if (left !== Infinity) scheduler.setTimer(this.#deadline, dueAt);
  }

  /** The task has begun. */
  begun(): void {
    const { onBegun } = this;
    this.onBegun = null;
    onBegun?.();
  }

  /** The task has ended. */
  ended(task: TaskNode): void {
    if (this.#delay !== null) task.scheduler.cancelTimer(this.#delay);
    if (this.#deadline !== null) task.scheduler.cancelTimer(this.#deadline);
    this.begun();
  }
}

class SubmissionTimer extends Timer {
  readonly #then: () => void;

  constructor(then: () => void) {
    super();
    this.#then = then;
  }

  fire(): void {
    this.#then();
  }
}
