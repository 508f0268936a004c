/**
 * Which tasks belong to which: the children of a task, newest first in a list that runs through them, and the keepers of
 * its resources, which end with its finalisers and so later than the children.
 *
 * @module
 */

import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

const { HELD, RESOURCE } = B;

/** Who has children: a task, and a scheduler, whose children are the roots. */
export interface Family {
  /** Those that have not ended, newest first. */
  children: TaskNode | null;
}

/** Puts a new task below its parent, or among the roots. */
export function joinFamily(task: TaskNode): void {
  const { parent } = task;
  if ((task.bits & RESOURCE) !== 0) {
    (parent!.coldPart().keepers ??= new Set()).add(task);
    return;
  }
  const family: Family = parent === null ? task.scheduler.roots : parent;
  const newest = family.children;
  task.older = newest;
  if (newest !== null) {
    if ((newest.bits & HELD) !== 0) newest.scheduler.release();
    newest.newer = task;
  }
  family.children = task;
}

/** Takes a task that has ended from its parent, or from the roots. O(1). */
export function leaveFamily(task: TaskNode): void {
  const { parent } = task;
  if ((task.bits & (RESOURCE | HELD)) !== 0) {
    if ((task.bits & HELD) !== 0) task.scheduler.release();
    else return void parent!.cold!.keepers!.delete(task);
  }
  const { newer, older } = task;
  if (newer !== null) newer.older = older;
  else if (parent === null) task.scheduler.roots.children = older;
  else parent.children = older;
  if (older !== null) older.newer = newer;
  task.newer = task.older = null;
}

/** The members of a family, the oldest first. */
export function childrenOf(family: Family): TaskNode[] {
  const children: TaskNode[] = [];
  for (let child = family.children; child !== null; child = child.older) children.push(child);
  return children.reverse();
}

/** All that stand directly below a task and have not ended, the oldest first, its children before the keepers. */
export function familyOf(task: TaskNode): TaskNode[] {
  const family = childrenOf(task);
  for (const keeper of task.cold?.keepers ?? []) family.push(keeper);
  return family;
}
