/**
 * Where tasks were spawned, and which of them an error came up in, for error reports. Taking a stack costs more than a
 * spawn does, so it is off unless a program asks for it (`main` does).
 *
 * @module
 */

import type { TaskNode } from "./task.ts";

let traced = 0;

/** The first task that failed with each error, as far as it is recorded. */
const origins = new WeakMap<object, TaskNode>();

/** Turns the recording on; the function that comes back takes this wish back. */
export function traceSpawns(): () => void {
  traced++;
  let on = true;
  return () => {
    if (on) traced--;
    on = false;
  };
}

/**
 * The stack of the spawn under way, when it is recorded. Its text is not made before someone reads it.
 *
 * @param above the function whose caller spawns; its own frame, and those below, say nothing
 */
export function traceSpawn(above: (...args: never[]) => unknown): Error | null {
  if (traced === 0) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 6;
  const site = new Error("spawned here");
  Error.captureStackTrace?.(site, above);
  Error.stackTraceLimit = limit;
  return site;
}

/** Notes that `task` failed; the error goes on from it to others. */
export function traceFailure(task: TaskNode): void {
  if (traced === 0) return;
  const error = task.value;
  if (typeof error === "object" && error !== null && !origins.has(error)) origins.set(error, task);
}

/** The task in which `error` came up, when that was recorded. */
export function originOf(error: unknown): TaskNode | undefined {
  return typeof error === "object" && error !== null ? origins.get(error) : undefined;
}
