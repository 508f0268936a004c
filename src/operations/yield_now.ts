/**
 * Giving way to the other tasks.
 *
 * @module
 */

import {
  type AwaitableOperation,
  BaseEffect,
  type Effect,
  type ForeignResult,
  perform,
} from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";

/** What a task that gave way is resumed with; it tells the second step of the operation from its first. */
const resumed: unique symbol = Symbol("resumed");
const over: IteratorReturnResult<void> = { done: true, value: undefined };

/** One object serves all who give way: it is operation, iterator, effect and first result, and has no state. */
class YieldNow extends BaseEffect<void> implements Iterator<Effect<unknown>, void, unknown> {
  readonly description = "yieldNow()";
  readonly done = false;
  readonly value: Effect<void> = this;

  [perform](task: TaskNode): boolean {
    task.wake(resumed);
    return false;
  }

  override [Symbol.iterator](): this {
    return this;
  }

  override enter(
    resolve: (result: ForeignResult) => void,
    routine: unknown,
  ): (left: (result: ForeignResult<void>) => void) => void {
    return super.enter(
      (result: ForeignResult) => resolve(result.ok ? { ok: true, value: resumed } : result),
      routine,
    );
  }

  next(result?: unknown): IteratorResult<Effect<unknown>, void> {
    return result === resumed ? over : this as unknown as IteratorYieldResult<Effect<unknown>>;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<Effect<unknown>, void> {
    return { done: true, value: value as void };
  }
}

const gives = new YieldNow();

/**
 * Gives way: the task goes on after every task of its priority that is ready now has had its step. About 50 ns.
 *
 * @example
 * ```ts
 * import { run, yieldNow } from "@heddle/runtime";
 *
 * await run(function* () {
 *   for (let i = 0; i < 1000; i++) {
 *     // … a piece of a long computation …
 *     yield* yieldNow();
 *   }
 * });
 * ```
 */
export function yieldNow(): AwaitableOperation<void> {
  return gives;
}
