/**
 * Who chooses, wherever the scheduler could go on in more than one way.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import { Random } from "./random.ts";
import type { ReadyTasks } from "./ready_list.ts";

/** Makes the choices of one run. */
export interface Chooser {
  /**
   * Chooses who runs next.
   *
   * @param ready at least two, in the order in which the real scheduler would run them
   * @param stay which of them ran last; -1 when it is not ready
   * @returns its place among them
   */
  next(ready: ReadyTasks, stay: number): number;
  /** Picks one of `count` that are alike. */
  pick(count: number): number;
  /** Is told that a task became ready. */
  added?(task: TaskNode): void;
  /** Is told that the only task which is ready runs. */
  only?(task: TaskNode): void;
}

/** Chooses what the real scheduler would. */
export class FirstChooser implements Chooser {
  next(): number {
    return 0;
  }

  pick(): number {
    return 0;
  }
}

/** Gives everyone the same chance, each time. */
export class RandomChooser implements Chooser {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  next(ready: ReadyTasks): number {
    return this.#random.below(ready.length);
  }

  pick(count: number): number {
    return this.#random.below(count);
  }
}
