/**
 * A wait that either world can wait for, and that ends when the coroutine which waits for it is cancelled.
 *
 * @module
 */

import { type Effect, type Operation, operation } from "../kernel/effect.ts";
import { run } from "../kernel/run.ts";
import type { Task } from "../kernel/task_handle.ts";

/** Begins `body`, and gives what it comes to. A coroutine that is cancelled while it waits cancels it, and waits for that. */
export function completion<T>(body: () => Operation<T>, name: string): Promise<T> & Operation<T> {
  return new OwnedTask<T>(run(body, { name }));
}

/** The wait; whoever leaves it ends what it waits for. */
export class OwnedTask<T> implements Promise<T>, Operation<T> {
  readonly [operation] = true;
  readonly [Symbol.toStringTag] = "Completion";
  readonly #task: Task<T>;

  constructor(task: Task<T>) {
    this.#task = task;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, T, unknown> {
    const task = this.#task;
    try {
      return yield* task;
    } finally {
      // Does nothing once it has ended.
      yield* task.cancel();
    }
  }

  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#task.then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#task.catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.#task.finally(onfinally);
  }
}
