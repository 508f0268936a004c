/**
 * Spawning: a new task in the scope of the running one.
 *
 * @module
 */

import { BindingEffect } from "./binding_effect.ts";
import { type AwaitableOperation, Step } from "./effect.ts";
import { checkScope } from "./finaliser.ts";
import { traceSpawn } from "./spawn_trace.ts";
import { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";
import type { Task, TaskOptions } from "./task_handle.ts";
import { checkOptions, checkThunk, describe, type Thunk } from "./work.ts";

/**
 * Spawns `work` as a child of the current task, and goes on at once with its handle. The child takes its first step when
 * its turn comes. The scope does not end before the child has; when the child fails, the scope fails.
 *
 * Costs about 180 ns, its join included, for a child that is `() => child(x)` with `child` a named generator function; a `function*` written
 * in place costs a microsecond more, since V8 makes a new prototype for each.
 *
 * @example
 * ```ts
 * import { run, sleep, spawn } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* double(x: number) {
 *   yield* sleep(1);
 *   return 2 * x;
 * }
 * const sum = await run(function* () {
 *   const a = yield* spawn(() => double(1));
 *   const b = yield* spawn(() => double(2));
 *   return (yield* a) + (yield* b);
 * });
 * assertEquals(sum, 6);
 * ```
 *
 * @param work what the child does
 * @param options its name, priority, and whether it only serves the scope
 * @returns the child
 * @throws {TypeError} when `work` is not a function, or an option has the wrong type
 */
export function spawn<T>(work: Thunk<T>, options?: TaskOptions): AwaitableOperation<Task<T>>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function spawn<T>(
  work: () => Promise<T> | T,
  options?: TaskOptions,
): AwaitableOperation<Task<T>>;
export function spawn<T>(work: Thunk<T>, options?: TaskOptions): AwaitableOperation<Task<T>> {
  checkThunk(work, "spawn");
  if (options !== undefined) checkTaskOptions(options, "spawn");
  const site = traceSpawn(spawn);
  return site === null ? new Spawn<T>(work, options) : new TracedSpawn<T>(work, options, site);
}

class Spawn<T> extends BindingEffect<Task<T>> {
  readonly #work: Thunk<T>;
  readonly #options: TaskOptions | undefined;

  constructor(work: Thunk<T>, options: TaskOptions | undefined) {
    super();
    this.#work = work;
    this.#options = options;
  }

  get description(): string {
    return "spawn()";
  }

  bind(parent: TaskNode, step?: unknown): boolean {
    checkScope(parent, "spawn");
    const options = this.#options;
    const child = options === undefined
      ? new TaskNode(
        parent.scheduler,
        parent,
        parent.environment,
        this.#work,
        0,
        parent.priority,
        undefined,
      )
      : new TaskNode(
        parent.scheduler,
        parent,
        parent.environment,
        this.#work,
        options.daemon === true ? B.DAEMON : 0,
        options.priority ?? parent.priority,
        options.name,
      );
    parent.scheduler.enqueue(child);
    if (step instanceof Step) step.take(child);
    else parent.give(child);
    return true;
  }
}

/** A spawn that has taken down where it was made. */
class TracedSpawn<T> extends Spawn<T> {
  readonly #site: Error;

  constructor(work: Thunk<T>, options: TaskOptions | undefined, site: Error) {
    super(work, options);
    this.#site = site;
  }

  override bind(parent: TaskNode): boolean {
    super.bind(parent);
    (parent.value as TaskNode).coldPart().spawnSite = this.#site;
    return true;
  }
}

/**
 * Spawns a child whose outcome concerns only the operation that makes it, and which runs next.
 *
 * @param site where that operation was made, when it is recorded
 */
export function spawnOwned(
  parent: TaskNode,
  work: () => unknown,
  owner: TaskNode["joiners"],
  name?: string,
  bits = 0,
  site: Error | null = null,
): TaskNode {
  const child = new TaskNode(
    parent.scheduler,
    parent,
    parent.environment,
    work,
    B.OWNED | bits,
    parent.priority,
    name,
  );
  child.joiners = owner;
  if (site !== null) child.coldPart().spawnSite = site;
  return child;
}

/** Throws a `TypeError` or `RangeError` when an option of a task is not what it should be. */
export function checkTaskOptions(options: TaskOptions, verb: string): void {
  checkOptions(options, verb);
  const { name, daemon, priority } = options;
  if (name !== undefined && typeof name !== "string") {
    throw new TypeError(
      `Cannot ${verb}: 'name' must be a string: current value is ${describe(name)}`,
    );
  }
  if (daemon !== undefined && typeof daemon !== "boolean") {
    throw new TypeError(
      `Cannot ${verb}: 'daemon' must be a boolean: current value is ${describe(daemon)}`,
    );
  }
  if (priority !== undefined && !Number.isInteger(priority)) {
    const ErrorClass = typeof priority === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot ${verb}: 'priority' must be a whole number: current value is ${describe(priority)}`,
    );
  }
}
