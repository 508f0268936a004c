/**
 * Who has not ended.
 *
 * @module
 */

import type { BlockedTask } from "../kernel/errors.ts";
import { childrenOf, familyOf } from "../kernel/family.ts";
import type { Scheduler } from "../kernel/scheduler.ts";
import { spawnSiteOf } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";

/** Every task of `scheduler` that has not ended, a parent before its children, an older child before a newer one. */
export function liveNodes(scheduler: Scheduler): TaskNode[] {
  const found: TaskNode[] = [];
  const ahead: TaskNode[] = childrenOf(scheduler.roots).reverse();
  for (let task = ahead.pop(); task !== undefined; task = ahead.pop()) {
    found.push(task);
    for (const member of familyOf(task).reverse()) ahead.push(member);
  }
  return found;
}

/** The same, as reports name them. */
export function liveTasks(scheduler: Scheduler): BlockedTask[] {
  return liveNodes(scheduler).map((task) => {
    const { id, name, waitsFor = "its turn to run" } = task;
    const spawnedAt = spawnSiteOf(task);
    return { id, name, waitsFor, ...(spawnedAt === undefined ? {} : { spawnedAt }) };
  });
}
