/**
 * The effect protocol: what a coroutine yields, and what drives it.
 *
 * A coroutine hands its driver an {@linkcode Effect}, a description of something to wait for. An effect speaks two
 * protocols. This runtime calls the method {@linkcode perform} with the task, and learns at once whether the task goes
 * on or is parked. Effection 4 calls `enter(resolve, routine)` and gets back a function that leaves the wait. So the
 * same `yield* sleep(10)` works under both drivers.
 *
 * `yield*` on an operation makes one {@linkcode Step}: its first `next` hands the effect out, its second returns the
 * result. A wrapping generator would do the same at half the speed, which is why nothing in here is written as one.
 *
 * @module
 */

import type { TaskNode } from "./task.ts";

/** The outcome that Effection's drivers exchange. */
export type ForeignResult<T = unknown> = { ok: true; value?: T } | { ok: false; error: unknown };

/** What a coroutine yields to its driver: something to wait for, and the words that say what it is. */
export interface Effect<T> {
  /** What a task that is blocked here waits for, for people: `sleep(10)`, `channel.receive()`. */
  readonly description: string;
  /** Effection's protocol: begins the wait; the function that comes back leaves it. */
  // deno-lint-ignore no-explicit-any -- Effection types the routine; here it is opaque in both directions
  enter(resolve: (result: any) => void, routine: any): (left: (result: any) => void) => void;
}

/**
 * A description of something a coroutine can wait for: run with `yield*`, as often as one likes. Structurally
 * Effection's `Operation`. A generator object is one, and so is everything that this library offers to wait for.
 *
 * @typeParam T what the wait results in
 */
export interface Operation<T> {
  /** Begins the operation. `yield*` calls this. */
  [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown>;
}

/**
 * What the functions of this library return: an operation that a coroutine runs with `yield*`, and that ordinary code can
 * `await`, which runs it as a root task.
 *
 * @typeParam T what the wait results in
 */
export interface AwaitableOperation<T> extends Operation<T>, PromiseLike<T> {}

/** The key of the method by which this runtime performs an effect. */
export const perform: unique symbol = Symbol.for("@heddle/runtime/perform") as never;

/** An effect as this runtime drives it. */
export interface NativeEffect<T = unknown> extends Effect<T> {
  /**
   * Performs the effect for `task`, which is running.
   *
   * @returns `true` when the result stands in the task and it goes on at once (see `TaskNode.give` and `TaskNode.fail`),
   * `false` when the task is parked, with `task.waiting` set, and will be woken.
   *
   * What has its result at once may also have the `step` that handed it out take it: a task that is old pays for each
   * young object that is put into it, about 8 ns (the engine's write barrier), and the step is as young as the result.
   */
  [perform](task: TaskNode, step?: unknown): boolean;
}

/** An operation that is a single effect, as drivers of other libraries enter it. */
export interface OperationEffect extends NativeEffect, Operation<unknown> {
  /** Whether it binds something to the scope of the task that performs it: a child, a cleanup, a value. */
  readonly bindsToScope?: boolean;
}

/** The one iterator of all operations of this library: two steps, then spent. */
export class Step<T> implements Iterator<Effect<unknown>, T, unknown> {
  // The step is its own result, both times, so that a wait costs two objects less.
  /** `undefined` before the first step. */
  done: boolean | undefined = undefined;
  value: unknown;

  constructor(effect: Effect<T>) {
    this.value = effect;
  }

  next(result?: unknown): IteratorResult<Effect<unknown>, T> {
    if (this.done === undefined) this.done = false;
    else if (this.done === false) {
      this.done = true;
      this.value = result;
    }
    return this as unknown as IteratorResult<Effect<unknown>, T>;
  }

  /** Takes the result of the effect that it handed out, in the place of what the second step will bring. */
  take(result: T): void {
    this.done = true;
    this.value = result;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<Effect<unknown>, T> {
    this.done = true;
    return { done: true, value: value as T };
  }
}

/** The mark of everything this library makes that `yield*` can run. */
export const operation: unique symbol = Symbol.for("@heddle/runtime/operation") as never;

/**
 * What the operations of this library extend: it can be run by `yield*`, and awaited from ordinary code too
 * (`await sleep(10)` runs it as a root task).
 */
export abstract class BaseOperation<T> implements AwaitableOperation<T> {
  get [operation](): true {
    return true;
  }

  abstract [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown>;

  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return outside.promise(this).then(onfulfilled, onrejected);
  }
}

/** An operation that is a single effect. */
export abstract class BaseEffect<T> extends BaseOperation<T> implements NativeEffect<T> {
  abstract readonly description: string;
  abstract [perform](task: TaskNode): boolean;

  [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown> {
    return new Step<T>(this);
  }

  // deno-lint-ignore no-explicit-any -- see Effect.enter
  enter(resolve: (result: any) => void, routine: any): (left: (result: any) => void) => void {
    return outside.enter(this, resolve, routine);
  }

  /** Whether it binds something to the scope of the task that performs it: a child, a cleanup, a value. */
  get bindsToScope(): boolean {
    return false;
  }
}

/**
 * How an effect is run by something that is not a task of ours. `run.ts` fills it in: it needs the scheduler, which
 * needs this file.
 */
export const outside: {
  promise<T>(operation: Operation<T>): Promise<T>;
  enter(
    operation: OperationEffect,
    resolve: (result: ForeignResult) => void,
    routine: unknown,
  ): (left: (result: ForeignResult<void>) => void) => void;
} = {
  promise: unset,
  enter: unset,
};

function unset(): never {
  throw new Error("The effect protocol was used before the kernel was loaded: import mod.ts");
}

/** Whether `value` is an effect that this runtime can perform itself. */
export function isNativeEffect(value: unknown): value is NativeEffect {
  return typeof (value as NativeEffect | null | undefined)?.[perform] === "function";
}
