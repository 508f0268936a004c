/**
 * A task as it is written down: in words, and as data.
 *
 * @module
 */

import type { Task, TaskStatus } from "./task_handle.ts";

/** What `JSON.stringify` writes of a task. */
export interface TaskRecord {
  /** Its number. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Where it stands. */
  readonly status: TaskStatus;
  /** What it waits for, in words; not there when it does not wait. */
  readonly waitsFor?: string;
}

/** What is known of a task, without what it works on. */
export function recordOf({ id, name, status, waitsFor }: Task<unknown>): TaskRecord {
  return waitsFor === undefined ? { id, name, status } : { id, name, status, waitsFor };
}

/** The same in words: `Task 3 'fetch' (running, waits for sleep(10))`. */
export function wordsOf({ id, name, status, waitsFor }: Task<unknown>): string {
  const waits = waitsFor === undefined ? "" : `, waits for ${waitsFor}`;
  return `Task ${id} '${name}' (${status}${waits})`;
}
