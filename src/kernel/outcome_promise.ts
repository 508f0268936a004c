/**
 * The outcome of a task as a promise, made for the first who asks. The task itself holds it, and not its cold part: that is
 * large, and thousands of tasks may be awaited at once.
 *
 * @module
 */

import { running } from "./running.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

/** The promise of an outcome, and what settles it. */
export interface OutcomePromise {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The promise of the outcome. Who asks for it observes the task. */
export function promiseOf<T>(task: TaskNode<T>): Promise<T> {
  task.bits |= B.OBSERVED;
  task.cold?.unseen?.seen();
  // A coroutine that asks for the promise does not wait by it; code that is no task, or begins one, may.
  if ((task.bits & B.WAITS) !== 0 && (running === null || running.iterator === null)) {
    task.joiners?.awaited?.(task as TaskNode);
  }
  return ensurePromise(task as TaskNode) as Promise<T>;
}

/** Leaves a failure to the host, as a rejected promise that nobody handles, unless someone still does. */
export function report(task: TaskNode): void {
  const { onUnobserved } = task.scheduler;
  if (onUnobserved === null) void ensurePromise(task);
  else onUnobserved(task);
}

/** Somebody has learned of the outcome of a task that has ended, so that a failure need not be reported. */
export function nowSeen(task: TaskNode): void {
  task.cold?.unseen?.seen();
  task.outcome?.promise.catch(() => {});
}

/** Settles the promise that was made while the task had not ended. */
export function settlePromise(task: TaskNode, outcome: OutcomePromise): void {
  if ((task.bits & (B.FAILED | B.CANCELLED)) === 0) outcome.resolve(task.value);
  else outcome.reject(task.failure);
}

const { withResolvers } = Promise as Partial<PromiseConstructor>;

// What `Promise.withResolvers` gives is the record itself; Node 20 does not have it.
const makePromise: () => OutcomePromise = withResolvers === undefined
  ? makeByHand
  : withResolvers.bind(Promise) as () => OutcomePromise;

function makeByHand(): OutcomePromise {
  let resolve!: OutcomePromise["resolve"];
  let reject!: OutcomePromise["reject"];
  const promise = new Promise<unknown>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}

function ensurePromise(task: TaskNode): Promise<unknown> {
  if (task.outcome === null) {
    task.outcome = makePromise();
    if (task.hasEnded) settlePromise(task, task.outcome);
  }
  return task.outcome.promise;
}
