/**
 * What was decided in a run.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { Chooser } from "./chooser.ts";

/** One decision. */
export interface Decision {
  /** Among how many. */
  readonly count: number;
  /** The place that was chosen. */
  readonly chosen: number;
  /** The place of the task that ran last; -1 when it was not among them. */
  readonly stay: number;
}

/** Asks a chooser, and writes down what it decided. */
export class Decisions {
  readonly made: Decision[] = [];
  readonly #chooser: Chooser;

  constructor(chooser: Chooser) {
    this.#chooser = chooser;
  }

  next(ready: readonly TaskNode[], stay: number): number {
    const chosen = this.#chooser.next(ready, stay);
    this.made.push({ count: ready.length, chosen, stay });
    return chosen;
  }

  pick(count: number): number {
    if (count < 2) return 0;
    const chosen = this.#chooser.pick(count);
    this.made.push({ count, chosen, stay: -1 });
    return chosen;
  }
}
