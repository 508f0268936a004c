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

/** Tells who listens to `task`, or to the nearest task above it; a listener that throws harms nobody else. */
export function tellProgress(task: TaskNode, value: unknown): void {
  for (let above: TaskNode | null = task; above !== null; above = above.parent) {
    const listener = above.cold?.onProgress;
    if (typeof listener !== "function") continue;
    try {
      return listener(value);
    } catch (error) {
      return void Promise.reject(error);
    }
  }
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

  get deadline(): number | undefined {
    const { clock } = this.#task.scheduler;
    let dueAt = Infinity;
    for (let task: TaskNode | null = this.#task; task !== null; task = task.parent) {
      const owner = task.joiners as { readonly dueAt?: number } | null;
      dueAt = Math.min(dueAt, owner?.dueAt ?? Infinity, task.cold?.dueAt ?? Infinity);
    }
    return dueAt === Infinity ? undefined : Date.now() + dueAt - clock.now();
  }

  progress(value: unknown): void {
    tellProgress(this.#task, value);
  }
}
