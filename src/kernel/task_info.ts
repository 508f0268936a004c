/**
 * What work finds out about the task it runs in.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import { running } from "./running.ts";
import type { TaskNode } from "./task.ts";
import type { TaskInfo } from "./task_handle.ts";

/** The signal that aborts when `task` is cancelled. */
export function signalOf(task: TaskNode): AbortSignal {
  const cold = task.coldPart();
  if (cold.controller === null) {
    cold.controller = new AbortController();
    if (cold.cancelCause !== null) cold.controller.abort(cold.cancelCause.error);
  }
  return cold.controller.signal;
}

/** Who knows of tasks that are not the kernel's: a worker knows the job that it runs. */
export const taskAround: { current: (() => TaskInfo | undefined) | null } = { current: null };

/**
 * The task that the calling code runs in. Coroutines, synchronous functions and the synchronous part of async functions
 * may call it; after its first `await` an async function keeps what it got before.
 *
 * @example
 * ```ts
 * import { currentTask, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const name = await run(() => currentTask().name, { name: "greeter" });
 * assertEquals(name, "greeter");
 * ```
 *
 * @throws {UsageError} when the caller does not run in a task
 */
export function currentTask(): TaskInfo {
  if (running === null) {
    const around = taskAround.current?.();
    if (around !== undefined) return around;
    throw new UsageError(
      "currentTask() was called outside a task: call it in a coroutine, or in an async function before its first await",
    );
  }
  return new CurrentTask(running);
}

class CurrentTask implements TaskInfo {
  readonly #task: TaskNode;

  constructor(task: TaskNode) {
    this.#task = task;
  }

  get id(): number {
    return this.#task.id;
  }

  get name(): string {
    return this.#task.name;
  }

  get signal(): AbortSignal {
    return signalOf(this.#task);
  }

  get attempt(): number {
    return this.#task.cold?.attempt ?? 1;
  }

  progress(value: unknown): void {
    this.#task.cold?.onProgress?.(value);
  }
}
