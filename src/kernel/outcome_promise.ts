/**
 * The outcome of a task as a promise, made for the first who asks.
 *
 * @module
 */

import type { Cold } from "./cold.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

/** The promise of the outcome. Who asks for it observes the task. */
export function promiseOf<T>(task: TaskNode<T>): Promise<T> {
  task.bits |= B.OBSERVED;
  return ensurePromise(task as TaskNode) as Promise<T>;
}

/** Leaves a failure to the host, as a rejected promise that nobody handles, unless someone still does. */
export function report(task: TaskNode): void {
  void ensurePromise(task);
}

/** Settles the promise that was made while the task had not ended. */
export function settlePromise(task: TaskNode, cold: Cold): void {
  if ((task.bits & (B.FAILED | B.CANCELLED)) === 0) cold.resolve!(task.value);
  else cold.reject!(task.failure);
}

function ensurePromise(task: TaskNode): Promise<unknown> {
  const cold = task.coldPart();
  if (cold.promise === null) {
    cold.promise = new Promise((resolve, reject) => {
      cold.resolve = resolve;
      cold.reject = reject;
    });
    if (task.hasEnded) settlePromise(task, cold);
  }
  return cold.promise;
}
