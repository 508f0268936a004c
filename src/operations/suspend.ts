/**
 * Waiting until cancelled.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Parking } from "../kernel/waiter.ts";

class Suspend extends BaseEffect<never> implements Parking, Selectable {
  readonly description = "suspend()";

  [poll](): boolean {
    return false;
  }

  [perform](task: TaskNode): boolean {
    task.waiting = this;
    return false;
  }

  abandon(): boolean {
    return true;
  }
}

const suspends = new Suspend();

/**
 * Waits until the task is cancelled: for a task that only keeps something open.
 *
 * @example
 * ```ts
 * import { run, suspend } from "@heddle/runtime";
 *
 * const task = run(function* () {
 *   try {
 *     yield* suspend();
 *   } finally {
 *     console.log("closing");
 *   }
 * });
 * await Promise.resolve();
 * await task.cancel();
 * ```
 */
export function suspend(): AwaitableOperation<never> {
  return suspends;
}
