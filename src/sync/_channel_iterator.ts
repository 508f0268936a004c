/**
 * A channel as ordinary code iterates over it.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import { run } from "../kernel/run.ts";
import type { Task } from "../kernel/task_handle.ts";

const over: IteratorResult<never, undefined> = { done: true, value: undefined };

/** Receives for ordinary code. Who leaves takes nothing more, not even by a `next` that is under way. */
export class ChannelIterator<T> implements AsyncIterator<T, undefined> {
  readonly #next: Operation<IteratorResult<T, undefined>>;
  readonly #pending = new Set<Task<IteratorResult<T, undefined>>>();
  #left = false;

  constructor(next: Operation<IteratorResult<T, undefined>>) {
    this.#next = next;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#left) return over;
    const task = run(() => this.#next, { name: "next of a channel" });
    this.#pending.add(task);
    try {
      return await task;
    } catch (error) {
      if (this.#left) return over;
      throw error;
    } finally {
      this.#pending.delete(task);
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#left = true;
    await Promise.all([...this.#pending].map((task) => task.cancel()));
    return over;
  }
}
