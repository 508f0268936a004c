/**
 * Steps that are wrapped by the `enter` of `run`.
 *
 * @module
 */

import { CancelCause } from "./cancel_cause.ts";
import { requestCancel } from "./cancellation.ts";
import type { Enter } from "./environment.ts";
import { pass } from "./running.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

/** What `enter` did wrong. */
interface EnterFailure {
  readonly error: unknown;
  /** Whether the step was taken all the same. */
  readonly stepped: boolean;
}

/** Takes a step of `task` within `enter`; ends the task when that is broken. */
export function stepEntered(task: TaskNode, enter: Enter, step: () => void): void {
  const broken = takeStep(enter, step);
  pass(null);
  if (broken !== null) endBroken(task, broken);
}

/** Has `enter` take a step. It must call it at once and once: a later or second call throws, and takes no step. */
function takeStep(enter: Enter, step: () => void): EnterFailure | null {
  let stepped = false;
  let over = false;
  try {
    enter(() => {
      if (stepped || over) {
        throw new TypeError("'enter' called the step that it was given too late, or twice");
      }
      stepped = true;
      step();
    });
    if (!stepped) {
      throw new TypeError("'enter' must call the step that it is given, at once and once");
    }
    return null;
  } catch (error) {
    return { error, stepped };
  } finally {
    over = true;
  }
}

/** Ends a task because what surrounds its steps is broken. Its last steps, which unwind it, are taken bare. */
function endBroken(task: TaskNode, { error, stepped }: EnterFailure): void {
  if (task.hasEnded) return void Promise.reject(error);
  task.collect(error);
  task.environment = { ...task.environment, enter: null };
  // The turn that was lost.
  if (!stepped && (task.bits & B.QUEUED) !== 0) task.scheduler.enqueue(task);
  requestCancel(task, new CancelCause("The task's 'enter' failed", error), -Infinity);
}
