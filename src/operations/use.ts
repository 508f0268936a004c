/**
 * Disposables that live as long as the scope in which they are used.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import type { AwaitableOperation, Effect, Operation } from "../kernel/effect.ts";
import { addFinaliser } from "../kernel/finaliser.ts";
import { PromiseWait } from "../kernel/promise_wait.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe, inline, isOperation, type Thunk } from "../kernel/work.ts";
import { Acquisition } from "./_acquisition.ts";

/** What {@linkcode use} binds to a scope. */
export type Usable = Disposable | AsyncDisposable;

/**
 * Binds something disposable to the current scope: it is disposed of when the scope ends, after everything that was
 * spawned there, the newest first. `Symbol.asyncDispose` is preferred, and waited for. The current scope is that of the
 * task: of the innermost `scope`, `spawn`, `run`, or of the work that was given to `timeout`, `race`, `all` and the like.
 *
 * It takes the disposable itself, or an operation or a function that gives one; then to have it and to have its disposal
 * registered is one step. The wait for it can be cancelled; what an async function still brings after that is disposed
 * of when it comes. A task counts as a disposable: it is cancelled when the scope ends.
 *
 * @example
 * ```ts
 * import { Mutex, run, use } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const mutex = new Mutex();
 * await run(function* () {
 *   yield* use(mutex.acquire()); // held until the end of the scope
 *   assertEquals(mutex.locked, true);
 * });
 * assertEquals(mutex.locked, false);
 * ```
 *
 * @param what a disposable, or what gives one
 * @returns the disposable
 * @throws {TypeError} when it is neither, or what it gives is not disposable
 */
export function use<T extends Usable>(what: T | Operation<T> | Thunk<T>): AwaitableOperation<T> {
  if (isUsable(what)) return new UseNow<T>(what as T);
  if (typeof what === "function") return new UseOnce<T>(what);
  if (isOperation(what)) return new UseOnce<T>(() => what as Operation<T>);
  throw new TypeError(
    `Cannot use: it takes a Disposable, an AsyncDisposable, or an operation or a function that gives one: ` +
      `current value is ${describe(what)}`,
  );
}

/** Whether `value` is to be disposed of. A generator object can be, but it is there to be run. */
function isUsable(value: unknown): value is Usable {
  if (typeof value !== "object" || value === null) return false;
  if ((value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Generator") {
    return false;
  }
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = value as Partial<
    AsyncDisposable & Disposable
  >;
  return typeof later === "function" || typeof now === "function";
}

/** Disposes of it; a promise when that takes time. */
function dispose(held: Usable): PromiseLike<void> | void {
  const { [Symbol.asyncDispose]: later } = held as Partial<AsyncDisposable>;
  if (typeof later === "function") return later.call(held);
  (held as Disposable)[Symbol.dispose]();
}

class UseNow<T extends Usable> extends BindingEffect<T> {
  readonly description = "use()";
  readonly #held: T;

  constructor(held: T) {
    super();
    this.#held = held;
  }

  bind(task: TaskNode): boolean {
    const held = this.#held;
    addFinaliser(task, () => dispose(held), "use");
    task.give(held);
    return true;
  }
}

class UseOnce<T extends Usable> extends BindingEffect<T> {
  readonly description = "use()";
  readonly #site: Error | null = traceSpawn(use);
  readonly #work: Thunk<T>;

  constructor(work: Thunk<T>) {
    super();
    this.#work = work;
  }

  bind(task: TaskNode): boolean {
    const work = this.#work;
    return new Acquisition(
      task,
      "use",
      (acquisition) => keep(acquisition, work),
      work.name || "use",
      this.#site,
    ).begin();
  }
}

function* keep(
  acquisition: Acquisition,
  work: Thunk<unknown>,
): Generator<Effect<unknown>, void, unknown> {
  let held = work();
  if (!isUsable(held)) {
    const { then } = Object(held) as Partial<PromiseLike<unknown>>;
    held = typeof then === "function" && !isOperation(held)
      ? yield* arrival(held as PromiseLike<unknown>)
      : yield* inline(() => held);
  }
  if (!isUsable(held)) {
    throw new TypeError(`Cannot use: it must give something disposable: it gave ${describe(held)}`);
  }
  try {
    yield* acquisition.provide(held);
  } finally {
    const disposal = dispose(held);
    if (disposal !== undefined) yield* new PromiseWait(disposal, "a disposal", "own");
  }
}

/** Waits for what an async function brings; if nobody does any more when it comes, it is disposed of. */
function* arrival(promise: PromiseLike<unknown>): Generator<Effect<unknown>, unknown, unknown> {
  let arrived = false;
  try {
    const held = yield* new PromiseWait(promise, "use()", "own");
    arrived = true;
    return held;
  } finally {
    if (!arrived) {
      promise.then((held) => isUsable(held) ? dispose(held) : undefined, () => {});
    }
  }
}
