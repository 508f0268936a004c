/**
 * Our operations, run by Effection.
 *
 * @module
 */

import type { Scope } from "effection";
import type { ForeignResult, OperationEffect } from "../kernel/effect.ts";
import { lend } from "../kernel/run.ts";
import { TaskNode } from "../kernel/task.ts";
import { hostOf } from "./host.ts";
import { belongsTo, environmentFor, schedulerFor } from "./nearest.ts";

/** Begins an operation of ours for a routine of Effection's; what comes back leaves it. */
export function enterFor(
  scope: Scope,
  operation: OperationEffect,
  resolve: (result: ForeignResult) => void,
): (left: (result: ForeignResult<void>) => void) => void {
  if (operation.bindsToScope) return hostOf(scope).perform(operation, resolve);
  const scheduler = schedulerFor(scope);
  const task = new TaskNode(
    scheduler,
    null,
    environmentFor(scope),
    () => operation,
    0,
    0,
    operation.description,
  );
  belongsTo(task, scope);
  return lend(task, resolve);
}
