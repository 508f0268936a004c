/**
 * The slots of an executor, and one more who is told of the end of a task.
 *
 * @module
 */

import type { Settled } from "../kernel/join.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Slots } from "./slots.ts";

/** Tells the executor first. One pair serves all tasks that the same one listens to, as a map does. */
export class Followed implements Settled {
  readonly #slots: Slots;
  readonly who: Settled;

  constructor(slots: Slots, who: Settled) {
    this.#slots = slots;
    this.who = who;
  }

  settled(task: TaskNode): void {
    this.#slots.settled(task);
    this.who.settled(task);
  }

  awaited(task: TaskNode): void {
    this.#slots.awaited(task);
  }

  without(who: Settled): Settled {
    return who === this.who ? this.#slots : this;
  }
}
