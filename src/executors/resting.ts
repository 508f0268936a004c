/**
 * Tasks of an executor that wait until it is idle, from inside.
 *
 * A task that waits for the others to end does not count itself, nor those that wait for it, and leaves its slot to them
 * meanwhile. Of several such tasks one goes on at a time: for the rest it is one of the others.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { action } from "../operations/action.ts";

interface Rest {
  readonly task: TaskNode;
  readonly goOn: () => void;
}

/** The tasks of one executor that wait for the others. */
export class Resting {
  readonly #leaveSlot: () => void;
  readonly #takeSlot: () => void;
  readonly #othersAreOver: (resting: readonly TaskNode[]) => boolean;
  #rests: Rest[] = [];

  constructor(
    leaveSlot: () => void,
    takeSlot: () => void,
    othersAreOver: (resting: readonly TaskNode[]) => boolean,
  ) {
    this.#leaveSlot = leaveSlot;
    this.#takeSlot = takeSlot;
    this.#othersAreOver = othersAreOver;
  }

  /** Waits, for `task`, until the others have ended. */
  wait(task: TaskNode): Operation<void> {
    return action<void>((resolve) => {
      const rest = { task, goOn: () => resolve() };
      this.#rests.push(rest);
      this.#leaveSlot();
      this.look();
      return () => this.#end(rest);
    });
  }

  /** Something has ended. */
  look(): void {
    const [first] = this.#rests;
    if (first === undefined || !this.#othersAreOver(this.#rests.map(({ task }) => task))) return;
    this.#end(first);
    first.goOn();
  }

  /** A task has ended; if it rests, it has its slot back before it gives that up. */
  ended(task: TaskNode): void {
    for (const rest of this.#rests.filter((one) => one.task === task)) {
      this.#end(rest);
      rest.goOn();
    }
  }

  #end(rest: Rest): void {
    const left = this.#rests.filter((one) => one !== rest);
    if (left.length === this.#rests.length) return;
    this.#rests = left;
    this.#takeSlot();
  }
}
