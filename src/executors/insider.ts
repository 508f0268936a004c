/**
 * Whose code asks: what an executor has to know of those that submit to it from inside.
 *
 * A coroutine is known by its step. An async function is only known up to its first `await`; what comes after runs in a
 * microtask of the host. Node, Deno and Bun can carry a value along (`AsyncLocalStorage`), at 200 ns and more a task,
 * about as much as the rest of a task costs. So an executor carries it for one of the running tasks when its slots
 * are all taken, which is enough for progress: see `slots.ts`.
 *
 * @module
 */

import { asyncContext } from "../kernel/async_context.ts";
import type { Enter } from "../kernel/environment.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CARRIED, FOREIGN } from "../kernel/task_bits.ts";

interface Storage {
  run<R>(value: TaskNode | undefined, body: () => R): R;
  getStore(): TaskNode | undefined;
}

interface AsyncHooks {
  AsyncLocalStorage: new () => Storage;
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown };
}

let storage: Storage | null | undefined;

/** Where the host carries values across `await`; `null` on hosts that cannot. Looked for when first needed. */
function carrier(): Storage | null {
  if (storage === undefined) {
    const hooks = (globalThis as Host).process?.getBuiltinModule?.("node:async_hooks");
    storage = hooks === undefined ? null : new (hooks as AsyncHooks).AsyncLocalStorage();
    if (storage !== null) asyncContext.leave = leave;
  }
  return storage;
}

function leave(body: () => void): void {
  if (storage!.getStore() === undefined) body();
  else storage!.run(undefined, body);
}

/** Has the code of `task`, which has not begun, known across `await`. */
export function carry(task: TaskNode): void {
  const store = carrier();
  if (store === null) return;
  const outer = task.environment.enter;
  const enter: Enter = (step) => store.run(task, outer === null ? step : () => outer(step));
  task.environment = { ...task.environment, enter };
  task.bits |= CARRIED;
}

/** The root of the task whose code is under way; `null` when it is code of none, or that cannot be told. */
export function insider(): TaskNode | null {
  if (running !== null && (running.bits & FOREIGN) === 0) return rootOf(running);
  return storage?.getStore() ?? null;
}

/** The root above a task. */
export function rootOf(task: TaskNode): TaskNode {
  let root = task;
  while (root.parent !== null) root = root.parent;
  return root;
}
