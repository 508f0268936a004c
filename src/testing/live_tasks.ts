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
export function liveTasks(scheduler: Scheduler): BlockedTask[] {
  const found: BlockedTask[] = [];
  const ahead: TaskNode[] = childrenOf(scheduler.roots).reverse();
  for (let task = ahead.pop(); task !== undefined; task = ahead.pop()) {
    const { id, name, waitsFor = "its turn to run" } = task;
    const spawnedAt = spawnSiteOf(task);
    found.push({ id, name, waitsFor, ...(spawnedAt === undefined ? {} : { spawnedAt }) });
    for (const member of familyOf(task).reverse()) ahead.push(member);
  }
  return found;
}
