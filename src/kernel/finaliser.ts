/**
 * What is bound to a scope: it runs when the scope has ended, before whoever waits for that goes on.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import type { TaskNode } from "./task.ts";
import { FOREIGN } from "./task_bits.ts";

/**
 * Has `finaliser` run when the body and the children of `task` are over: newest first, exactly once, whatever the
 * outcome. What it throws does not stop the others, and is an error of the task.
 *
 * @throws {UsageError} when the task only runs one operation for ordinary code, and would end at once
 */
export function addFinaliser(task: TaskNode, finaliser: () => unknown, operation: string): void {
  checkScope(task, operation);
  (task.coldPart().finalisers ??= []).push(finaliser);
}

/** Throws a `UsageError` when nothing can be bound to the scope of `task`. */
export function checkScope(task: TaskNode, operation: string): void {
  if ((task.bits & FOREIGN) === 0) return;
  throw new UsageError(
    `Cannot ${operation}: it is bound to the scope of a coroutine, and there is none: ` +
      `use it with 'yield*' in a coroutine, as in run(function* () { yield* … })`,
  );
}
