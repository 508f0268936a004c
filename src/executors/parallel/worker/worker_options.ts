/**
 * What a worker of the pool brings along besides the worker's side itself: the same kernel as in the main thread, which runs
 * the exports that are coroutines.
 *
 * @module
 */
import type { Operation } from "../../../kernel/effect.ts";
import { CancelledError, TimeoutError } from "../../../kernel/errors.ts";
import { run } from "../../../kernel/run.ts";
import type { TaskNode } from "../../../kernel/task.ts";
import type { Task } from "../../../kernel/task_handle.ts";
import { taskAround } from "../../../kernel/task_info.ts";
import { isOperation } from "../../../kernel/work.ts";
import { shared } from "../../ambient.ts";
import { type CallContext, currentCall } from "./current_call.ts";
import "../wire/library_errors.ts";
import type { ServeOptions } from "./worker_side.ts";

/** Runs a coroutine as the task that it is to its submitter. */
function runCoroutine(coroutine: object, call: CallContext): Task<unknown> {
  const { signal, name, attempt, deadline } = call;
  const task = run(() => coroutine as Operation<unknown>, { signal, name });
  const node = task as unknown as TaskNode;
  (node as { id: number }).id = call.id;
  const cold = node.coldPart();
  cold.attempt = attempt;
  cold.onProgress = (value) => call.progress(value);
  if (deadline !== undefined) cold.dueAt = node.scheduler.clock.now() + deadline - Date.now();
  if (call.context instanceof Map) {
    node.environment = { ...node.environment, arrived: call.context };
  }
  return task;
}

/** Makes this thread ready for jobs, and returns what `serve` is to be given. */
export function workerOptions(): ServeOptions {
  shared.isWorker = true;
  taskAround.current = currentCall;
  return {
    isCoroutine: isOperation,
    runCoroutine,
    cancelReason: () => new CancelledError("The job was cancelled"),
    timeoutReason: (ms) => new TimeoutError(ms, "The job"),
  };
}
