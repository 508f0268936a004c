/**
 * From ordinary code, work of one library in a scope of the other's.
 *
 * @module
 */

import type { Scope } from "effection";
import type { Operation } from "../kernel/effect.ts";
import { UsageError } from "../kernel/errors.ts";
import { checkTaskOptions } from "../kernel/spawn.ts";
import { TaskNode } from "../kernel/task.ts";
import { DAEMON } from "../kernel/task_bits.ts";
import type { Task, TaskOptions } from "../kernel/task_handle.ts";
import { checkThunk, describe, type Thunk } from "../kernel/work.ts";
import { hostOf } from "./host.ts";
import { scopeOf } from "./scope_of_task.ts";

/** A scope of Effection's, as far as this library asks for one. */
export interface EffectionScope {
  /** Runs an operation in the scope. */
  run<T>(operation: () => Operation<T>): PromiseLike<T>;
}

/**
 * The scope of Effection's that belongs to a task of this library: what is run in it is halted when the task ends, and
 * fails the task when it crashes. In a coroutine, Effection's `useScope` gives the same.
 *
 * @example
 * ```ts
 * import { effectionScope } from "@heddle/runtime/effection";
 * import { run, suspend } from "@heddle/runtime";
 * import { call } from "effection";
 * import { assertEquals } from "@std/assert";
 *
 * await using task = run(() => suspend());
 * const inside = effectionScope(task).run(() => call(() => "in the scope of the task"));
 * assertEquals(await inside, "in the scope of the task");
 * task.catch(() => {});
 * ```
 *
 * @typeParam S name it `Scope`, of Effection, to have all that it can do
 * @param task whose scope
 * @throws {TypeError} when `task` is not a task of this library
 * @throws {UsageError} when the task has ended
 */
export function effectionScope<S extends EffectionScope = EffectionScope>(task: Task<unknown>): S {
  if (!(task instanceof TaskNode)) {
    throw new TypeError(
      `Cannot give a scope: 'task' must be a task of this library: current value is ${
        describe(task)
      }`,
    );
  }
  if (task.hasEnded) {
    throw new UsageError(`Cannot give a scope: task ${task.id} '${task.name}' has ended`);
  }
  return scopeOf(task as TaskNode) as unknown as S;
}

/**
 * Spawns work of this library in a scope of Effection's: it is cancelled when the scope ends, which waits for it, and when
 * it fails the scope crashes. In a program of Effection's, `yield* spawn(work)` does the same.
 *
 * @example
 * ```ts
 * import { spawnIn } from "@heddle/runtime/effection";
 * import { sleep } from "@heddle/runtime";
 * import { createScope } from "effection";
 * import { assertEquals } from "@std/assert";
 *
 * const [scope, destroy] = createScope();
 * const task = spawnIn(scope, () => sleep(10_000));
 * task.catch(() => {});
 * await destroy();
 * assertEquals(task.status, "cancelled");
 * ```
 *
 * @param scope where
 * @param work what the task does
 * @param options its name, priority, and whether it only serves the scope
 * @returns the task
 * @throws {TypeError} when `scope` is not a scope of Effection's, `work` is not a function, or an option has the wrong type
 * @throws {UsageError} when something of this library was bound to the scope and the scope has ended
 */
export function spawnIn<T>(
  scope: EffectionScope,
  work: Thunk<T>,
  options: TaskOptions = {},
): Task<T> {
  if (typeof scope?.run !== "function") {
    throw new TypeError(
      `Cannot spawn: 'scope' must be a Scope of Effection's: current value is ${describe(scope)}`,
    );
  }
  checkThunk(work, "spawn");
  checkTaskOptions(options, "spawn");
  const { task: host } = hostOf(scope as Scope);
  if (host.hasEnded) throw new UsageError("Cannot spawn: the scope of Effection's has ended");
  const task = new TaskNode<T>(
    host.scheduler,
    host,
    host.environment,
    work,
    options.daemon === true ? DAEMON : 0,
    options.priority ?? host.priority,
    options.name,
  );
  host.scheduler.enqueue(task as TaskNode);
  return task;
}
