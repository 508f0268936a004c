/**
 * The executor in context: the one that `yield* job` runs on.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import type { TaskNode } from "../kernel/task.ts";
import { checkThunk, describe, type Thunk } from "../kernel/work.ts";
import type { Executor } from "./executor.ts";

/** The key under which the environment of a task holds its executor. */
const key: unique symbol = Symbol("executor");

/** Makes the shared executor when somebody first asks for it; `adaptive_executor.ts` sets it. */
export const shared: Shared = { make: null, executor: null, isWorker: false };

interface Shared {
  make: (() => Executor) | null;
  executor: Executor | null;
  /** A job that runs further jobs has them run beside it, in its own worker: it holds one already. */
  isWorker: boolean;
}

/**
 * The executor in context: that of the innermost `withExecutor` around the task, or else one adaptive executor that the
 * program shares.
 */
export function ambientExecutor(): AwaitableOperation<Executor> {
  return ambient;
}

class Ambient extends BaseEffect<Executor> {
  readonly description = "executor()";

  [perform](task: TaskNode): boolean {
    task.give(task.environment.values?.get(key) ?? (shared.executor ??= shared.make!()));
    return true;
  }
}

const ambient = new Ambient();

/**
 * Runs `work` with `executor` in context: jobs that it runs by `yield*`, and those of tasks that it spawns, go there.
 *
 * @param executor where jobs shall run
 * @param work what to run, as a scope of its own
 * @returns what the work returns
 * @throws {TypeError} when `executor` is not one, or `work` is not a function
 */
export function withExecutor<T>(executor: Executor, work: Thunk<T>): AwaitableOperation<T>;
/** Runs a plain function with `executor` in context. */
export function withExecutor<T>(
  executor: Executor,
  work: () => Promise<T> | T,
): AwaitableOperation<T>;
export function withExecutor<T>(executor: Executor, work: Thunk<T>): AwaitableOperation<T> {
  if (typeof executor?.submit !== "function") {
    throw new TypeError(
      `Cannot set the executor: 'executor' must be an Executor: current value is ${
        describe(executor)
      }`,
    );
  }
  checkThunk(work, "withExecutor");
  return new WithExecutor<T>(executor, work);
}

class WithExecutor<T> extends BaseEffect<T> {
  readonly description = "withExecutor()";
  readonly #executor: Executor;
  readonly #work: Thunk<T>;

  constructor(executor: Executor, work: Thunk<T>) {
    super();
    this.#executor = executor;
    this.#work = work;
  }

  [perform](task: TaskNode): boolean {
    const group = new SingleGroup(task, this, this.#work, "withExecutor");
    const { child } = group;
    const { environment } = child;
    const values = new Map(environment.values).set(key, this.#executor);
    child.environment = { ...environment, values };
    return group.begin();
  }
}
