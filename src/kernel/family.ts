/**
 * Which tasks belong to which: the children of a task, newest first in a list that runs through them, and the keepers of
 * its resources, which end with its finalisers and so later than the children.
 *
 * @module
 */

import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

const { RESOURCE } = B;

/** Puts a new task below its parent. */
export function joinFamily(task: TaskNode, parent: TaskNode): void {
  if ((task.bits & RESOURCE) !== 0) {
    (parent.coldPart().keepers ??= new Set()).add(task);
    return;
  }
  const newest = parent.children;
  task.older = newest;
  if (newest !== null) newest.newer = task;
  parent.children = task;
}

/** Takes a task that has ended from its parent. O(1). */
export function leaveFamily(task: TaskNode, parent: TaskNode): void {
  if ((task.bits & RESOURCE) !== 0) {
    parent.cold!.keepers!.delete(task);
    return;
  }
  const { newer, older } = task;
  if (newer === null) parent.children = older;
  else newer.older = older;
  if (older !== null) older.newer = newer;
  task.newer = task.older = null;
}

/** All that stand directly below a task and have not ended, the oldest first, its children before the keepers. */
export function familyOf(task: TaskNode): TaskNode[] {
  const family: TaskNode[] = [];
  for (let child = task.children; child !== null; child = child.older) family.push(child);
  family.reverse();
  for (const keeper of task.cold?.keepers ?? []) family.push(keeper);
  return family;
}
