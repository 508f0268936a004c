/**
 * Waiting for promises.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { PromiseWait } from "../kernel/promise_wait.ts";
import { signalOf } from "../kernel/task_info.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe } from "../kernel/work.ts";

/**
 * Waits for a promise, or for one that a function makes with a signal at hand. A cancelled coroutine leaves a promise
 * behind at once. The signal of a function aborts; the promise of a function that declares the parameter is also waited
 * for, within the grace time, so that what it began is over when the cancellation is. (A function that declares none,
 * as `() => promise` or `(...args) => f(...args)`, gets the signal all the same, and its promise is left behind.)
 *
 * @example
 * ```ts
 * import { run, until } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const text = await run(function* () {
 *   const response = yield* until((signal) => fetch("data:text/plain,hello", { signal }));
 *   return yield* until(response.text());
 * });
 * assertEquals(text, "hello");
 * ```
 *
 * @param promise a promise, or a function that makes one
 * @returns what the promise comes to
 * @throws {TypeError} when it is neither
 */
export function until<T>(
  promise: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>),
): AwaitableOperation<T> {
  if (typeof promise === "function") return new UntilCall(promise);
  if (typeof promise !== "object" || promise === null || typeof promise.then !== "function") {
    throw new TypeError(
      `Cannot wait until: 'promise' must be a promise or a function that makes one: current value is ${
        describe(promise)
      }`,
    );
  }
  return new PromiseWait(promise, "until(promise)", "else");
}

class UntilCall<T> extends BaseEffect<T> {
  readonly description = "until(function)";
  readonly #make: (signal: AbortSignal) => PromiseLike<T>;

  constructor(make: (signal: AbortSignal) => PromiseLike<T>) {
    super();
    this.#make = make;
  }

  [perform](task: TaskNode): boolean {
    const hears = this.#make.length > 0;
    const promise = this.#make(signalOf(task));
    if (typeof promise?.then !== "function") {
      throw new TypeError(
        `Cannot wait until: the function must return a promise: it returned ${describe(promise)}`,
      );
    }
    return new PromiseWait(promise, this.description, hears ? "hearing" : "else")[perform](task);
  }
}
