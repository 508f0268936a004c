/**
 * Waiting for a callback.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { runAs } from "../kernel/running.ts";
import { poll, Seat, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Parking } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";

/** Begins something that ends in a callback; what it returns, if anything, takes that back or tidies up after it. */
export type ActionExecutor<T> = (
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
) => (() => void) | void;

/**
 * Waits for a callback. The function is called each time the operation is run, with `resolve` and `reject`; the cleanup
 * it returns is called exactly once, when either was called or the coroutine is cancelled. Calls after the first, or
 * after a cancellation, are ignored. A cleanup that throws makes the operation throw.
 *
 * @example
 * ```ts
 * import { action, run } from "@heddle/runtime";
 *
 * const once = (target: EventTarget, type: string) =>
 *   action<Event>((resolve) => {
 *     target.addEventListener(type, resolve);
 *     return () => target.removeEventListener(type, resolve);
 *   });
 *
 * const target = new EventTarget();
 * setTimeout(() => target.dispatchEvent(new Event("open")), 1);
 * await run(() => once(target, "open"));
 * ```
 *
 * @param executor begins the wait and returns its cleanup
 * @throws {TypeError} when `executor` is not a function, or returns something that is neither function nor nothing
 */
export function action<T>(executor: ActionExecutor<T>): AwaitableOperation<T> {
  if (typeof executor !== "function") {
    throw new TypeError(
      `Cannot act: 'executor' must be a function: current value is ${describe(executor)}`,
    );
  }
  return new Action(executor);
}

class Action<T> extends BaseEffect<T> implements Selectable {
  readonly description = "action()";
  readonly #executor: ActionExecutor<T>;

  constructor(executor: ActionExecutor<T>) {
    super();
    this.#executor = executor;
  }

  [poll](): boolean {
    return false;
  }

  [perform](task: TaskNode): boolean {
    return new ParkedOnAction(task).begin(this.#executor as ActionExecutor<unknown>);
  }
}

class ParkedOnAction implements Parking {
  readonly description = "action()";
  readonly #task: TaskNode;
  #cleanup: (() => void) | undefined = undefined;
  #entered = false;
  #settled = false;
  #failed = false;
  #outcome: unknown = undefined;

  constructor(task: TaskNode) {
    this.#task = task;
  }

  get outside(): true {
    return true;
  }

  get shielded(): boolean {
    return this.#settled;
  }

  begin(executor: ActionExecutor<unknown>): boolean {
    const cleanup = executor(
      (value) => this.#settle(value, false),
      (error) => this.#settle(error, true),
    );
    if (cleanup !== undefined && typeof cleanup !== "function") {
      this.#settled = true;
      throw new TypeError(
        `An action must return its cleanup, a function, or nothing: it returned ${
          describe(cleanup)
        }`,
      );
    }
    this.#cleanup = cleanup ?? undefined;
    this.#entered = true;
    const task = this.#task;
    if (this.#settled) {
      this.#tidy();
      if (this.#failed) task.fail(this.#outcome);
      else task.give(this.#outcome);
      return true;
    }
    task.scheduler.outside++;
    task.waiting = this;
    return false;
  }

  abandon(task: TaskNode): boolean {
    this.#settled = true;
    task.scheduler.outside--;
    const cleanup = this.#cleanup;
    if (cleanup !== undefined) runAs(task instanceof Seat ? task.task : task, cleanup);
    return true;
  }

  #settle(outcome: unknown, failed: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#outcome = outcome;
    this.#failed = failed;
    if (!this.#entered) return;
    this.#task.scheduler.outside--;
    this.#tidy();
    if (this.#failed) this.#task.wakeWithError(this.#outcome);
    else this.#task.wake(this.#outcome);
  }

  /** Runs the cleanup; when that throws, it is the outcome, with what it replaces as a second error. */
  #tidy(): void {
    try {
      this.#cleanup?.();
    } catch (error) {
      this.#outcome = this.#failed
        ? new AggregateError([this.#outcome, error], "An action and its cleanup failed")
        : error;
      this.#failed = true;
    }
  }
}
