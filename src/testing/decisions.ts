/**
 * What was decided in a run.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { Chooser } from "./chooser.ts";
import type { ReadyTasks } from "./ready_list.ts";

/** One decision. */
export interface Decision {
  /** Among how many. */
  readonly count: number;
  /** The place that was chosen. */
  readonly chosen: number;
  /** The place of the task that ran last; -1 when it was not among them. */
  readonly stay: number;
}

/** Asks a chooser where there is a choice, and writes down what it decided. */
export class Decisions {
  readonly made: Decision[] = [];
  readonly #chooser: Chooser;

  constructor(chooser: Chooser) {
    this.#chooser = chooser;
  }

  /** A task became ready. */
  added(task: TaskNode): void {
    this.#chooser.added?.(task);
  }

  /** The place of the task to run, of at least one. */
  next(ready: ReadyTasks, stay: number): number {
    if (ready.length === 1) {
      this.#chooser.only?.(ready.at(0));
      return 0;
    }
    const chosen = this.#chooser.next(ready, stay);
    this.made.push({ count: ready.length, chosen, stay });
    return chosen;
  }

  /** One of `count` that are alike. */
  pick(count: number): number {
    if (count < 2) return 0;
    const chosen = this.#chooser.pick(count);
    this.made.push({ count, chosen, stay: -1 });
    return chosen;
  }
}
