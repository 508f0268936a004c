/**
 * Work that a cancellation does not interrupt.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Thunk } from "../kernel/work.ts";

/**
 * Runs `work` to its end, whatever happens outside: a cancellation of the task is held back, and delivered where it next
 * waits. Who cancels the task waits meanwhile, beyond the grace time if it comes to that, so what is shielded should be
 * short, or have a `timeout` of its own. A cancellation from within, such as that of a `timeout` or a failing child
 * inside the work, is not held back.
 *
 * @example
 * ```ts
 * import { run, shield, sleep, yieldNow } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const done: string[] = [];
 * const task = run(function* () {
 *   yield* shield(function* () {
 *     yield* sleep(1);
 *     done.push("committed");
 *   });
 *   yield* yieldNow(); // the cancellation arrives here
 *   done.push("not reached");
 * });
 * await run(() => yieldNow());
 * await task.cancel();
 * assertEquals(done, ["committed"]);
 * ```
 *
 * @param work an operation or a function; it runs in a scope of its own
 * @returns what the work returns
 * @throws {TypeError} when `work` is neither an operation nor a function
 */
export function shield<T>(work: Operation<T> | Thunk<T>): AwaitableOperation<T>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function shield<T>(work: () => Promise<T> | T): AwaitableOperation<T>;
export function shield<T>(work: Operation<T> | Thunk<T>): AwaitableOperation<T> {
  return new Shield<T>(thunkOf(work, "shield", "'work'"));
}

class Shield<T> extends BaseEffect<T> {
  readonly description = "shield()";
  readonly #work: Thunk<T>;

  constructor(work: Thunk<T>) {
    super();
    this.#work = work;
  }

  [perform](task: TaskNode): boolean {
    return new ShieldedGroup(task, this, this.#work, "shield").begin();
  }
}

class ShieldedGroup extends SingleGroup {
  override get shielded(): boolean {
    return true;
  }
}
