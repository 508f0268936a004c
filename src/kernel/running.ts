/**
 * Whose code is under way.
 *
 * @module
 */

import type { TaskNode } from "./task.ts";

/** The task whose step is being taken; `null` between steps. */
export let running: TaskNode | null = null;

/** The tasks whose steps stand on the stack below the running one: there are none, unless a step made another run. */
const below: TaskNode[] = [];

/** From here on code of `task` runs, or of none. Returns what {@linkcode leave} is to be given after. */
export function enter(task: TaskNode | null): TaskNode | null {
  const before = running;
  if (before !== null) below.push(before);
  running = task;
  return before;
}

/** From here on code of `task` runs, in the place of another one's, or none: between {@linkcode enter} and `leave`. */
export function pass(task: TaskNode | null): void {
  running = task;
}

/** The code of the task has returned. */
export function leave(before: TaskNode | null): void {
  running = before;
  if (before !== null) below.pop();
}

/** Takes a step of `task` here and now, whatever stands below on the stack, and not in its turn. */
export function runNow(task: TaskNode): void {
  const before = enter(null);
  try {
    task.run();
  } finally {
    leave(before);
  }
}

/** Calls `body` as code of no task, though it may stand in a step of one. */
export function runApart<R>(body: () => R): R {
  const before = running;
  if (before !== null) below.push(before);
  running = null;
  try {
    return body();
  } finally {
    leave(before);
  }
}

/** Calls `body` as code of `task`, wrapped as its steps are. */
export function runAs<R>(task: TaskNode, body: () => R): R {
  const { enter: wrap } = task.environment;
  const before = enter(task);
  try {
    return wrap === null ? body() : wrap(body);
  } finally {
    leave(before);
  }
}

/** Whether code of `task` is under way, if further down the stack. */
export function isRunning(task: TaskNode): boolean {
  return running === task || (below.length > 0 && below.includes(task));
}
