/**
 * How a task ends: its body is over, then its children, then its finalisers. The phases stand at the top of `task.ts`.
 *
 * @module
 */

import { oneError } from "./aggregate.ts";
import { CancelCause } from "./cancel_cause.ts";
import { requestCancel, tellChildren } from "./cancellation.ts";
import type { Cold } from "./cold.ts";
import { ErrorList } from "./error_list.ts";
import { CancelledError } from "./errors.ts";
import { leaveFamily } from "./family.ts";
import { joins } from "./join.ts";
import { settlePromise } from "./outcome_promise.ts";
import { traceFailure } from "./spawn_trace.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";
import { eventOf } from "./task_event.ts";
import { nobodyLooked } from "./unseen_failures.ts";

// Their own to this file, for an imported constant is loaded anew at each use: 5 % of a spawn.
// deno-fmt-ignore
const {
  CANCELLED, CANCELLING, CHILDREN, CLOSING, ENDED, FAILED, ISOLATING, OBSERVED, OWNED,
  UNDELIVERED,
} = B;

/** The body, or a finaliser, returned. */
export function bodyReturned(task: TaskNode, value: unknown): void {
  task.iterator = null;
  if (task.phase === CLOSING) return close(task);
  task.value = value;
  if (task.children === null && task.cold === null) end(task);
  else windUp(task);
}

/** The body, or a finaliser, threw. */
export function bodyThrew(task: TaskNode, error: unknown): void {
  task.iterator = null;
  if (task.phase === CLOSING) {
    task.collect(error);
    return close(task);
  }
  const cold = task.coldPart();
  // The cancellation that was thrown in has come out again; anything else is a failure.
  if ((task.bits & CANCELLING) === 0 || !(error instanceof CancelledError)) {
    cold.bodyFailed = true;
    cold.bodyError = error;
  }
  task.value = undefined;
  windUp(task);
}

/** The body is over: waits for the children, after telling those that must not go on. */
export function windUp(task: TaskNode): void {
  task.bits &= ~UNDELIVERED;
  const cold = task.cold;
  if (cold !== null) {
    // Finalisers need the place of the result for what they take in.
    if (cold.finalisers !== null) {
      cold.result = task.value;
      cold.resultMoved = true;
    }
    if (cold.bodyFailed) task.bits |= CANCELLING;
  }
  tellChildren(task, (task.bits & CANCELLING) === 0);
  if (task.children === null) close(task);
}

/** The children are over: runs the next finaliser, in a step of its own, or ends. */
export function close(task: TaskNode): void {
  if (isOver(task)) end(task);
}

/** Whether nothing is left of a task whose children are over; if something is, sets about it. */
function isOver(task: TaskNode): boolean {
  task.phase = CLOSING;
  const cold = task.cold;
  if (cold === null || cold.finalisers === null) return true;
  if (cold.finalisers.length > 0) {
    task.value = undefined;
    task.requeue();
    return false;
  }
  cold.finalisers = null;
  // Finalisers may have spawned, and their tasks are of this scope too.
  tellChildren(task, false);
  if (task.children !== null) return false;
  task.phase = CLOSING;
  return true;
}

/**
 * Everything is over: works out the outcome, tells whoever waits for it, and ends the parent too when it was only waiting
 * for this. A loop, since a long line of tasks of which each spawned the next would overflow the stack.
 */
export function end(task: TaskNode): void {
  for (let over: TaskNode | null = task; over !== null;) over = endOne(over);
}

/** Ends one task. Returns its parent, when that is over now as well. */
function endOne(task: TaskNode): TaskNode | null {
  const { cold, parent, scheduler } = task;
  if (cold !== null) decide(task, cold);
  task.phase = ENDED;
  task.iterator = null;
  task.waiting = null;
  if (parent === null) leaveFamily(task);
  if (scheduler.instrument !== null) scheduler.instrument.taskEnded?.(eventOf(task));
  if (parent !== null && (task.bits & (FAILED | OWNED)) === FAILED) childFailed(parent, task);
  const joiners = task.joiners;
  if (joiners !== null) {
    task.joiners = null;
    joiners.settled(task);
  }
  if (task.outcome !== null) settlePromise(task, task.outcome);
  if (cold !== null) tell(task, cold);
  if (parent === null) return null;
  // Last, so that the parent does not end before all of this is done.
  leaveFamily(task);
  return parent.children === null && parent.phase === CHILDREN && isOver(parent) ? parent : null;
}

/** Works out the outcome, when there is more to it than a result. */
function decide(task: TaskNode, cold: Cold): void {
  if (cold.graceTimer !== null) task.scheduler.cancelTimer(cold.graceTimer);
  if (cold.bodyFailed || cold.errors !== null) {
    const errors = cold.errors ?? new ErrorList();
    if (cold.bodyFailed) errors.delete(cold.bodyError);
    const all = cold.bodyFailed ? [cold.bodyError, ...errors] : [...errors];
    task.bits |= FAILED;
    task.value = oneError(all, `task ${task.id} '${task.name}'`);
    traceFailure(task);
  } else if ((task.bits & CANCELLING) !== 0) {
    task.bits |= CANCELLED;
    // The error is made when someone asks for it.
    task.value = undefined;
  } else if (cold.resultMoved) {
    task.value = cold.result;
  }
  cold.result = cold.bodyError = cold.errors = null;
}

/** Tells those who are not tasks. */
function tell(task: TaskNode, cold: Cold): void {
  cold.unseenFailures?.close();
  for (const listener of cold.onEnd ?? []) listener(task);
  if ((task.bits & (FAILED | OBSERVED | OWNED)) === FAILED) nobodyLooked(task);
}

/** A child failed whose failure concerns the scope. */
function childFailed(task: TaskNode, child: TaskNode): void {
  if ((task.bits & ISOLATING) !== 0) return;
  task.collect(child.value);
  if ((task.bits & CANCELLING) !== 0) return;
  const cause = new CancelCause(
    () =>
      `Task ${task.id} '${task.name}' was cancelled because its child ${child.id} '${child.name}' failed`,
    child.value,
  );
  // A body that joins the very child is told of the failure by the join.
  requestCancel(task, cause, undefined, joins(task, child));
}
