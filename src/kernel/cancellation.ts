/**
 * How a task is made to end: told, given time, forced. The timeline stands at the top of `task.ts`.
 *
 * @module
 */

import { CancelCause } from "./cancel_cause.ts";
import { close, windUp } from "./ending.ts";
import { CancelledError } from "./errors.ts";
import { foreign } from "./foreign.ts";
import type { ForcedEnd } from "./instrument.ts";
import { eventOf } from "./task_event.ts";
import { isRunning, runAs } from "./running.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";
import type { CancelOptions } from "./task_handle.ts";
import { Timer } from "./timers.ts";
import { checkOptions, describe } from "./work.ts";
import { witness } from "./witness.ts";

/** How often a `finally` that waits is returned from before the rest of the iterator is left behind. */
const returnLimit = 64;

/**
 * Cancels `task`, if that has not been done; else only shortens its time.
 *
 * @param cause why: its error is thrown where the task waits
 * @param deadline when patience ends; by default the grace time of its scope from now
 * @param told whether the body learns of the reason in another way, and is not to be disturbed
 */
export function requestCancel(
  task: TaskNode,
  cause: CancelCause,
  deadline?: number,
  told = false,
): void {
  witness.now?.interferes();
  if (task.phase === B.ENDED) return;
  if ((task.bits & B.CANCELLING) !== 0 && task.cold!.cancelCause !== null) {
    if (deadline !== undefined) hurry(task, deadline);
    return;
  }
  const cold = task.coldPart();
  const clock = task.scheduler.clock;
  cold.cancelCause = cause;
  cold.cancelDeadline = deadline ?? clock.after(task.environment.grace);
  cold.cancelGrace = cold.cancelDeadline - clock.now();
  task.bits |= B.CANCELLING;
  switch (task.phase) {
    case B.PENDING:
      close(task);
      break;
    case B.BODY:
      if (told) task.bits |= B.TOLD;
      else interrupt(task);
      break;
    case B.CHILDREN:
      tellChildren(task, false);
      if (task.children === null) close(task);
      else armGrace(task);
      break;
    case B.CLOSING:
      armGrace(task);
      break;
  }
  // Last: a listener that settles what the task waits on comes too late, for the task has left it.
  cold.controller?.abort(cause.error);
}

/** How deep a tree is told in one go; what is deeper is told after, lest the stack overflow. */
const deepest = 128;

let depth = 0;
const deeper: { tasks: TaskNode[]; cause: CancelCause; deadline: number | undefined }[] = [];

/** Cancels several in order, as a step further down in a tree. */
export function cancelEach(tasks: TaskNode[], cause: CancelCause, deadline?: number): void {
  if (depth === deepest) {
    deeper.push({ tasks, cause, deadline });
    return;
  }
  depth++;
  try {
    for (const task of tasks) requestCancel(task, cause, deadline);
    // What lies below the limit is put at the end of the list while the outermost call goes through it.
    if (depth > 1) return;
    for (let at = 0; at < deeper.length; at++) {
      const { tasks, cause, deadline } = deeper[at];
      for (const task of tasks) requestCancel(task, cause, deadline);
    }
    deeper.length = 0;
  } finally {
    depth--;
  }
}

/** Throws the cancellation into the body where it waits; if it does not wait, or is shielded, at its next wait. */
function interrupt(task: TaskNode): void {
  if (
    (task.bits & B.CRITICAL) !== 0 || isRunning(task) || task.waiting?.shielded === true
  ) {
    task.bits |= B.UNDELIVERED;
  } else deliver(task);
}

/**
 * Throws `cause` into the body of `task` where it waits, as a cancellation would, though the task is not cancelled, or not
 * by this: so a part of a body is unwound. Whoever does it calls {@linkcode unwound} when that part is over.
 *
 * @returns what the task was being cancelled for before, if it was
 */
export function unwindBody(task: TaskNode, cause: CancelCause): CancelCause | null {
  const cold = task.coldPart();
  const before = cold.cancelCause;
  cold.cancelCause = cause;
  interrupt(task);
  return before;
}

/** The part that was unwound for `cause` is over: the task goes on as before. */
export function unwound(task: TaskNode, cause: CancelCause, before: CancelCause | null): void {
  const cold = task.coldPart();
  if (cold.cancelCause !== cause) return;
  cold.cancelCause = before;
  if ((task.bits & B.CANCELLING) === 0) task.bits &= ~B.UNDELIVERED;
}

/** Throws the cancellation into the body where it waits, after taking it out of the wait. */
function deliver(task: TaskNode): void {
  const waiting = task.waiting;
  let error: unknown = null;
  let failed = false;
  if (waiting !== null) {
    try {
      if (!waiting.abandon(task)) {
        armGrace(task);
        return;
      }
    } catch (failure) {
      // What leaving the wait had to clean up failed, as a `finally` block may: that is what the body sees.
      error = failure;
      failed = true;
    }
  }
  if (!failed) error = task.cold!.cancelCause!.error;
  if ((task.bits & B.QUEUED) !== 0) task.fail(error);
  else task.wakeWithError(error);
}

/** Whether a cancellation that was held back comes now, in the place of `effect`. Then its time begins. */
export function isTold(task: TaskNode, effect: unknown): boolean {
  if ((task.bits & B.CRITICAL) !== 0 || task.cold!.cancelCause!.spares(effect)) return false;
  if (foreign.spares(effect)) return false;
  beginGrace(task);
  return true;
}

/** A cancellation that was held back, by a shield or because the task was running, is delivered: its time begins now. */
function beginGrace(task: TaskNode): void {
  task.bits &= ~B.UNDELIVERED;
  const cold = task.cold!;
  cold.cancelDeadline = Math.max(cold.cancelDeadline, task.scheduler.clock.after(cold.cancelGrace));
}

/** A task was cancelled by the very call that began its wait, which is the first at which it can be told. */
export function deliverLate(task: TaskNode): void {
  if ((task.bits & B.CRITICAL) !== 0 || task.waiting?.shielded === true) return;
  beginGrace(task);
  deliver(task);
}

/** The body is over: cancels the children, newest first, all or those that only served it; then they are awaited. */
export function tellChildren(task: TaskNode, daemonsOnly: boolean): void {
  if (task.children !== null) {
    task.phase = B.TELLING;
    cancelChildren(task, daemonsOnly);
    // A listener to the signal of a child may have cancelled the task itself meanwhile.
    if (daemonsOnly && (task.bits & B.CANCELLING) !== 0) cancelChildren(task, false);
  }
  task.phase = B.CHILDREN;
}

function cancelChildren(task: TaskNode, daemonsOnly: boolean): void {
  const children: TaskNode[] = [];
  for (let child = task.children; child !== null; child = child.older) {
    if (!daemonsOnly || (child.bits & B.DAEMON) !== 0) children.push(child);
  }
  if (children.length === 0) return;
  const cause = task.cold?.cancelCause ??
    new CancelCause(() => `The scope of task ${task.id} '${task.name}' ended`);
  // Whoever is cancelled shares the time that its canceller was given.
  const deadline = task.cold?.cancelCause == null ? undefined : task.cold.cancelDeadline;
  cancelEach(children, cause, deadline);
}

/** Sees to it that a cancelled task ends when its grace time is over. */
export function armGrace(task: TaskNode): void {
  if (task.phase === B.ENDED || (task.bits & B.UNDELIVERED) !== 0) return;
  const cold = task.cold;
  if (cold === null || cold.cancelCause === null || cold.cancelDeadline === Infinity) return;
  if ((task.bits & B.FORCED) !== 0 || cold.cancelDeadline <= task.scheduler.clock.now()) {
    return force(task);
  }
  if (cold.graceTimer !== null) return;
  cold.graceTimer = new GraceTimer(task);
  task.scheduler.setTimer(cold.graceTimer, cold.cancelDeadline);
}

/** Brings the end of the grace time forward. */
function hurry(task: TaskNode, deadline: number): void {
  const cold = task.cold!;
  if (deadline >= cold.cancelDeadline) return;
  cold.cancelDeadline = deadline;
  cold.cancelGrace = deadline - task.scheduler.clock.now();
  if (cold.graceTimer !== null) {
    task.scheduler.cancelTimer(cold.graceTimer);
    cold.graceTimer = null;
  }
  armGrace(task);
}

/** Ends a task that did not end in time. One that is running, or about to, may take that one step. */
function force(task: TaskNode): void {
  if (tellAfterAll(task)) return;
  const again = (task.bits & B.FORCED) !== 0;
  task.bits |= B.FORCED;
  if (task.phase === B.CHILDREN) return hurryChildren(task);
  if (isRunning(task)) return;
  if ((task.bits & B.QUEUED) !== 0) {
    if (again && task.iterator !== null) task.bits |= B.SPENT;
    return;
  }
  const { waiting } = task;
  if (waiting !== null) {
    if (waiting.shielded === true) return;
    try {
      if (!waiting.abandon(task)) return hurryChildren(task);
    } catch (failure) {
      task.collect(failure);
    }
    // Leaving the wait may have ended it.
    if ((task.phase as number) === B.ENDED) return;
  }
  endByForce(task);
}

/**
 * A body that joined the child which failed has had its error, and may have caught it and gone on: it is told outright
 * then, once, and its time begins anew.
 */
function tellAfterAll(task: TaskNode): boolean {
  const cold = task.cold!;
  if ((task.bits & B.TOLD) === 0 || task.phase !== B.BODY || cold.cancelGrace <= 0) return false;
  task.bits &= ~B.TOLD;
  cold.cancelDeadline = task.scheduler.clock.after(cold.cancelGrace);
  interrupt(task);
  return true;
}

/** The turn of a task that went on and on by yielding, after its time was over. */
export function endSpent(task: TaskNode): void {
  const { waiting } = task;
  if (waiting !== null && waiting.shielded !== true) {
    try {
      waiting.abandon(task);
    } catch (failure) {
      task.collect(failure);
    }
  }
  // An error on its way to the task is not lost with it.
  if ((task.bits & B.THROW) !== 0 && !(task.value instanceof CancelledError)) {
    task.collect(task.value);
  }
  task.bits &= ~(B.SPENT | B.QUEUED | B.THROW);
  endByForce(task);
}

function endByForce(task: TaskNode): void {
  const end = leaveIterator(task);
  const instrument = task.scheduler.instrument;
  if (instrument?.cancellationIgnored) instrument.cancellationIgnored(eventOf(task), end);
  else {
    console.warn(
      `${task} ignored its cancellation and was ${
        end === "returned" ? "ended by force" : "abandoned"
      }${(task.spawnedAt ?? "").replace(/^Error: /, "; it was ")}`,
    );
  }
  if (task.phase === B.CLOSING) close(task);
  else windUp(task);
}

function hurryChildren(task: TaskNode): void {
  const children: TaskNode[] = [];
  for (let child = task.children; child !== null; child = child.older) children.push(child);
  cancelEach(children, task.cold!.cancelCause!, -Infinity);
}

/** Returns from the iterator of a task, each `finally` up to its first wait, and drops it. */
function leaveIterator(task: TaskNode): ForcedEnd {
  const iterator = task.iterator;
  task.iterator = null;
  task.waiting = null;
  task.value = undefined;
  if (iterator?.return === undefined) return "abandoned";
  try {
    for (let left = returnLimit; left > 0; left--) {
      if (runAs(task, () => iterator.return!(undefined)).done === true) {
        return left === returnLimit ? "returned" : "abandoned";
      }
    }
  } catch (error) {
    task.collect(error);
    return "returned";
  }
  return "abandoned";
}

class GraceTimer extends Timer {
  readonly #task: TaskNode;

  constructor(task: TaskNode) {
    super();
    this.#task = task;
  }

  fire(): void {
    const cold = this.#task.cold;
    if (cold !== null) cold.graceTimer = null;
    armGrace(this.#task);
  }
}

/** What the handle of a task does when it is told to cancel. */
export function cancelByHand(
  task: TaskNode,
  reason: unknown,
  options: CancelOptions | undefined,
): void {
  if (options !== undefined) checkOptions(options, "cancel");
  const grace = options?.grace;
  checkGrace(grace, "cancel");
  const deadline = grace === undefined ? undefined : task.scheduler.clock.after(grace);
  const cause = new CancelCause(() => {
    const because = reason instanceof Error
      ? reason.message
      : typeof reason === "string"
      ? reason
      : describe(reason);
    return `Task ${task.id} '${task.name}' was cancelled${
      reason === undefined ? "" : `: ${because}`
    }`;
  }, reason);
  requestCancel(task, cause, deadline);
}

/** Throws unless `grace` is a time, or not given. */
export function checkGrace(grace: unknown, verb: string): asserts grace is number | undefined {
  if (grace === undefined || (typeof grace === "number" && grace >= 0)) return;
  const ErrorClass = typeof grace === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: 'grace' must be a number of milliseconds, at least 0: current value is ${
      describe(grace)
    }`,
  );
}
