/**
 * One task that was submitted to an executor, from the queue to its end.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { TimeoutError } from "../kernel/errors.ts";
import type { Settled } from "../kernel/join.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Timer } from "../kernel/timers.ts";
import type { Linked, WaitQueue } from "../kernel/waiter.ts";

/** What a submission needs of its executor. */
export interface SubmissionOwner {
  /** A delay is over: the task may join the queue. */
  admit(submission: Submission): void;
  /** The task has ended. */
  settled(submission: Submission, task: TaskNode): void;
  /** A task is about to wait for this one, which waits in the queue. */
  joined(submission: Submission, by: TaskNode): void;
}

/**
 * `delayed` and `waiting` submissions have not begun; a `running` one holds a slot; a `lent` one runs on the slot of a
 * task of the same executor that waits for it.
 */
export type SubmissionState = "delayed" | "waiting" | "running" | "lent";

/** What few submissions have. */
class Extras {
  /** When it was submitted and begun, on the clock of the host; 0 when it is not measured. */
  queuedAt = 0;
  begunAt = 0;
  /** Called once, when the task begins, or ends without having begun. */
  onBegun: (() => void) | null = null;
  delay: SubmissionTimer | null = null;
  deadline: SubmissionTimer | null = null;
}

/** What an executor knows of a task of its own. It stands in the list of those that have not ended. */
export class Submission implements Settled, Linked {
  readonly task: TaskNode;
  readonly #owner: SubmissionOwner;
  state: SubmissionState = "waiting";
  queue: WaitQueue<this> | null = null;
  previous: this | null = null;
  next: this | null = null;
  /** Who is told right after the executor, so that the first who listens costs no list. */
  #follower: Settled | null = null;
  extras: Extras | null = null;

  constructor(task: TaskNode, owner: SubmissionOwner) {
    this.task = task;
    this.#owner = owner;
    task.joiners = this;
  }

  /** What few have, made. */
  get more(): Extras {
    return this.extras ??= new Extras();
  }

  /** Holds the task back. */
  holdFor(ms: number): void {
    this.state = "delayed";
    const delay = this.more.delay = new SubmissionTimer(() => this.#owner.admit(this));
    const { scheduler } = this.task;
    if (ms !== Infinity) scheduler.setTimer(delay, scheduler.clock.after(ms));
  }

  /** Makes the task fail with `TimeoutError` when it has not ended after `ms` milliseconds. */
  endWithin(ms: number): void {
    const { task } = this;
    const deadline = this.more.deadline = new SubmissionTimer(() => {
      task.collect(new TimeoutError(Math.max(0, ms), `Task '${task.name}', which had a deadline,`));
      requestCancel(task, new CancelCause("The deadline of the task has passed"));
    });
    const { scheduler } = task;
    scheduler.setTimer(deadline, scheduler.clock.after(Math.max(0, ms)));
  }

  settled(task: TaskNode): void {
    if (this.extras !== null) {
      const { delay, deadline } = this.extras;
      if (delay !== null) task.scheduler.cancelTimer(delay);
      if (deadline !== null) task.scheduler.cancelTimer(deadline);
      this.begun();
    }
    this.#owner.settled(this, task);
    this.#follower?.settled(task);
  }

  follow(who: Settled): boolean {
    if (this.#follower !== null) return false;
    this.#follower = who;
    return true;
  }

  unfollow(who: Settled): void {
    if (this.#follower === who) this.#follower = null;
  }

  /** Tells who waits for the beginning. */
  begun(): void {
    const { extras } = this;
    if (extras === null) return;
    const { onBegun } = extras;
    extras.onBegun = null;
    onBegun?.();
  }

  joined(by: TaskNode): void {
    if (this.state === "waiting") this.#owner.joined(this, by);
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
