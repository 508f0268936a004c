/**
 * Effects that bind something to a scope.
 *
 * @module
 */

import { BaseEffect, perform } from "./effect.ts";
import { foreign } from "./foreign.ts";
import type { TaskNode } from "./task.ts";
import { ELSEWHERE } from "./task_bits.ts";

/**
 * An effect that binds something to the scope of the task that performs it: a child, a cleanup, a value. In a scope of
 * another library's, which is part of the body of a task, it is bound to that scope.
 */
export abstract class BindingEffect<T> extends BaseEffect<T> {
  override get bindsToScope(): boolean {
    return true;
  }

  /** Performs it for the task whose scope it is; see {@linkcode perform}. */
  abstract bind(task: TaskNode, step?: unknown): boolean;

  [perform](task: TaskNode, step?: unknown): boolean {
    return (task.bits & ELSEWHERE) === 0 ? this.bind(task, step) : foreign.bind(this, task);
  }
}
