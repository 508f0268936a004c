/**
 * Who has not ended.
 *
 * @module
 */

import type { BlockedTask } from "../kernel/errors.ts";
import type { Scheduler } from "../kernel/scheduler.ts";
import type { TaskNode } from "../kernel/task.ts";

/** Every task of `scheduler` that has not ended, a parent before its children, an older child before a newer one. */
export function liveTasks(scheduler: Scheduler): BlockedTask[] {
  const found: BlockedTask[] = [];
  const ahead: TaskNode[] = [...scheduler.roots].reverse();
  for (let task = ahead.pop(); task !== undefined; task = ahead.pop()) {
    found.push({ id: task.id, name: task.name, waitsFor: task.waitsFor ?? "its turn to run" });
    // Newest first in the list of children, so the oldest is the last to be put on the pile and the first to be taken.
    for (let child = task.children; child !== null; child = child.older) ahead.push(child);
  }
  return found;
}
