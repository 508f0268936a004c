/**
 * Values that a task passes on to those it spawns, without handing them from function to function.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import { type AwaitableOperation, BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { type Environment, rootEnvironment } from "../kernel/environment.ts";
import { checkScope } from "../kernel/finaliser.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import type { TaskNode } from "../kernel/task.ts";
import { checkOptions, describe, type Thunk } from "../kernel/work.ts";

/**
 * A value that tasks inherit. A child sees what stood in its parent at the moment of the spawn, and what either sets
 * later on the other does not see. Looking it up costs the same however deep the task stands; setting it costs as much as
 * there are contexts set.
 *
 * @typeParam T what it holds
 */
export interface Context<T> {
  /** What to call it in messages. */
  readonly name: string;
  /** The value; when none is set, the default; when there is none, `undefined`. */
  get(): AwaitableOperation<T | undefined>;
  /**
   * The value, which must be there.
   *
   * @throws {MissingContextError} when none is set, and there is no default
   */
  expect(): AwaitableOperation<T>;
  /**
   * Sets the value for the rest of the current scope: for the task itself and what it spawns from now on.
   *
   * @returns the value
   */
  set(value: T): AwaitableOperation<T>;
  /**
   * Runs `work` with the value set, in a scope of its own.
   *
   * @returns what the work returns
   */
  with<R>(value: T, work: Operation<R> | Thunk<R>): AwaitableOperation<R>;
  /** The same, for work that returns something iterable, such as a string or an array. */
  with<R>(value: T, work: () => Promise<R> | R): AwaitableOperation<R>;
}

/** How a context is made. */
export interface ContextOptions {
  /**
   * Whether its value goes along with jobs to the workers that run them: a coroutine that runs there finds it in each context
   * with that name and this option, so that a context made in a module which both sides import is the same on both. The
   * value must be one that can be cloned, or the job fails with `UncloneableError`.
   *
   * @default false
   */
  propagate?: boolean;
}

/** A context was expected to have a value, and had none. */
export class MissingContextError extends Error {
  /** Says which class it is. */
  override readonly name = "MissingContextError";
  /** The name of the context. */
  readonly context: string;

  /**
   * Says which context has no value.
   *
   * @param context its name
   */
  constructor(context: string) {
    super(
      `Context '${context}' has no value here: set it with context.set() or context.with() in a task above, ` +
        `or give createContext() a default`,
    );
    this.context = context;
  }
}

/**
 * Makes a context: a value that tasks inherit from those that spawn them.
 *
 * @example
 * ```ts
 * import { createContext, run, spawn } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const requestId = createContext<string>("request id");
 * function* handle() {
 *   return `handled ${yield* requestId.expect()}`;
 * }
 * const answer = await run(function* () {
 *   return yield* requestId.with("r1", function* () {
 *     return yield* yield* spawn(() => handle());
 *   });
 * });
 * assertEquals(answer, "handled r1");
 * ```
 *
 * @example A context that goes along to workers
 * ```ts
 * import { createContext } from "@heddle/runtime";
 *
 * // In a module that the program and the module of the jobs import:
 * export const traceparent = createContext<string>("traceparent", undefined, { propagate: true });
 * ```
 *
 * @param name what to call it in messages
 * @param defaultValue the value where none is set
 * @param options whether it goes along with jobs
 * @throws {TypeError} when `name` is not a string, or an option has the wrong type
 */
export function createContext<T>(
  name: string,
  defaultValue?: T,
  options: ContextOptions = {},
): Context<T> {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot create a context: 'name' must be a string: current value is ${describe(name)}`,
    );
  }
  checkOptions(options, "create a context");
  const { propagate = false } = options;
  if (typeof propagate !== "boolean") {
    throw new TypeError(
      `Cannot create a context: 'propagate' must be a boolean: current value is ${
        describe(propagate)
      }`,
    );
  }
  return new InheritedContext<T>(name, defaultValue, propagate);
}

class InheritedContext<T> implements Context<T> {
  readonly name: string;
  readonly #default: T | undefined;
  readonly #propagates: boolean;
  readonly #get: Get<T>;
  readonly #expect: Get<T>;

  constructor(name: string, defaultValue: T | undefined, propagates: boolean) {
    this.name = name;
    this.#propagates = propagates;
    this.#default = defaultValue;
    this.#get = new Get<T>(this, false);
    this.#expect = new Get<T>(this, true);
  }

  get(): AwaitableOperation<T | undefined> {
    return this.#get;
  }

  expect(): AwaitableOperation<T> {
    return this.#expect as AwaitableOperation<T>;
  }

  set(value: T): AwaitableOperation<T> {
    return new Assign<T>(this, value);
  }

  with<R>(value: T, work: Operation<R> | Thunk<R>): AwaitableOperation<R> {
    return new With<R>(this, value, thunkOf(work, `run with context '${this.name}'`, "'work'"));
  }

  /** @internal */
  read(task: TaskNode, required: boolean): T | undefined {
    const { values, arrived } = task.environment;
    const value = values?.get(this) as T | undefined;
    if (value !== undefined || values?.has(this)) return value;
    if (this.#propagates && arrived?.has(this.name)) return arrived.get(this.name) as T;
    if (required && this.#default === undefined) throw new MissingContextError(this.name);
    return this.#default;
  }

  /** @internal Whether its value goes along with jobs. */
  get propagates(): boolean {
    return this.#propagates;
  }

  /** @internal The environment is shared and unchangeable, so the task gets another one. */
  write(task: TaskNode, value: unknown): void {
    const { environment } = task;
    task.environment = {
      ...environment,
      values: new Map(environment.values).set(this, value),
    };
  }
}

/**
 * The values that go along with a job.
 *
 * @param environment that of the task which submits it
 * @returns the values by the names of their contexts; `undefined` when there are none
 */
export function propagatedValues(
  { values, arrived }: Environment = rootEnvironment,
): ReadonlyMap<string, unknown> | undefined {
  let found: Map<string, unknown> | undefined;
  for (const [context, value] of values ?? []) {
    if (!(context instanceof InheritedContext) || !context.propagates) continue;
    (found ??= new Map(arrived)).set(context.name, value);
  }
  return found ?? arrived ?? undefined;
}

class Get<T> extends BaseEffect<T | undefined> {
  readonly #context: InheritedContext<T>;
  readonly #required: boolean;

  constructor(context: InheritedContext<T>, required: boolean) {
    super();
    this.#context = context;
    this.#required = required;
  }

  get description(): string {
    return `context '${this.#context.name}'`;
  }

  [perform](task: TaskNode): boolean {
    task.give(this.#context.read(task, this.#required));
    return true;
  }
}

class Assign<T> extends BindingEffect<T> {
  readonly #context: InheritedContext<T>;
  readonly #value: T;

  constructor(context: InheritedContext<T>, value: T) {
    super();
    this.#context = context;
    this.#value = value;
  }

  get description(): string {
    return `context '${this.#context.name}'`;
  }

  bind(task: TaskNode): boolean {
    checkScope(task, `set context '${this.#context.name}'`);
    this.#context.write(task, this.#value);
    task.give(this.#value);
    return true;
  }
}

class With<R> extends BaseEffect<R> {
  readonly #context: InheritedContext<unknown>;
  readonly #value: unknown;
  readonly #work: Thunk<R>;

  constructor(context: object, value: unknown, work: Thunk<R>) {
    super();
    this.#context = context as InheritedContext<unknown>;
    this.#value = value;
    this.#work = work;
  }

  get description(): string {
    return `with(context '${this.#context.name}')`;
  }

  [perform](task: TaskNode): boolean {
    const group = new SingleGroup(task, this, this.#work, "with");
    this.#context.write(group.child, this.#value);
    return group.begin();
  }
}
