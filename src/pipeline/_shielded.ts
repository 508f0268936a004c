/**
 * Whether a cancellation reaches a task of a pipeline where it waits.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import { OWNED } from "../kernel/task_bits.ts";

/**
 * Whether `task` runs within a `shield` of `part`, the task of a pipeline that it belongs to: a cancellation of that part
 * is not delivered to it, so that it must not wait for one.
 */
export function isShielded(task: TaskNode, part: TaskNode | null): boolean {
  for (let node = task; node !== part; node = node.parent) {
    if (node.parent === null || node.parent === undefined) return false;
    // Only what a wait owns runs within that wait; what the body has spawned runs beside it.
    if ((node.bits & OWNED) !== 0 && node.parent.waiting?.shielded === true) return true;
  }
  return false;
}
