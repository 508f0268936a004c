/**
 * `AbortSignal` in both libraries.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import type { AwaitableOperation } from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { signalOf } from "../kernel/task_info.ts";
import { describe } from "../kernel/work.ts";
import { action } from "../operations/action.ts";

/**
 * A signal that aborts when the current scope ends before its time: in a coroutine of this library when its task is
 * cancelled, in a program of Effection's when its scope ends, as `useAbortSignal` of Effection's does.
 *
 * @example
 * ```ts
 * import { abortSignal } from "@heddle/runtime/effection";
 * import { run, scoped } from "effection";
 * import { assert } from "@std/assert";
 *
 * const signal = await run(() => scoped(() => abortSignal()));
 * assert(signal.aborted);
 * ```
 */
export function abortSignal(): AwaitableOperation<AbortSignal> {
  return signals;
}

class Signal extends BindingEffect<AbortSignal> {
  readonly description = "abortSignal()";

  bind(task: TaskNode): boolean {
    task.give(signalOf(task));
    return true;
  }
}

const signals = new Signal();

/**
 * Waits until `signal` aborts, and then throws its reason: `race([work, aborted(signal)])` is work that the signal ends, in
 * either library.
 *
 * @example
 * ```ts
 * import { aborted } from "@heddle/runtime/effection";
 * import { race, run, sleep } from "effection";
 * import { assertRejects } from "@std/assert";
 *
 * const signal = AbortSignal.abort(new Error("no longer wanted"));
 * await assertRejects(() => run(() => race([sleep(1000), aborted(signal)])), Error, "no longer");
 * ```
 *
 * @param signal what to wait for
 * @throws {TypeError} when `signal` is not an `AbortSignal`
 */
export function aborted(signal: AbortSignal): AwaitableOperation<never> {
  if (!(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot wait for an abort: 'signal' must be an AbortSignal: current value is ${
        describe(signal)
      }`,
    );
  }
  return action<never>((_resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  });
}
