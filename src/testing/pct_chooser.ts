/**
 * Probabilistic concurrency testing.
 *
 * S. Burckhardt, P. Kothari, M. Musuvathi and S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs", ASPLOS 2010. Tasks get random priorities, of those that are ready the highest runs, and at d - 1 random
 * steps the one that would run falls below all others. A bug that needs d orderings to come about, in a program of n tasks
 * and k steps, is found by one run with a chance of at least 1 / (n · k^(d-1)).
 *
 * One thing is added, without which a loop that only yields until another task has done something would run for ever: a
 * task that has been chosen a thousand times in a row while others were ready falls below them. So the chance is that of
 * the paper for bugs that do not need a task to take more than a thousand steps while another one waits for its turn.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { Chooser } from "./chooser.ts";
import { Random } from "./random.ts";

/** How often in a row a task is chosen before it is taken to wait for another one by yielding. */
const patience = 1000;

/** Chooses by random priorities that change at a few random steps. */
export class PctChooser implements Chooser {
  readonly #random: Random;
  readonly #priorities = new WeakMap<TaskNode, number>();
  readonly #changes: number[] = [];
  #lowest = 0;
  #step = 0;
  #last: TaskNode | null = null;
  #inRow = 0;

  /**
   * @param seed decides priorities and changes
   * @param depth how many orderings a bug may need: d
   * @param steps how many choices the program is expected to have: k
   */
  constructor(seed: number, depth: number, steps: number) {
    this.#random = new Random(seed);
    for (let i = 1; i < depth; i++) this.#changes.push(this.#random.below(Math.max(1, steps)));
  }

  next(ready: readonly TaskNode[]): number {
    let at = this.#highest(ready);
    const { length } = this.#changes.filter((step) => step === this.#step);
    this.#step++;
    for (let i = 0; i < length; i++) at = this.#lower(ready, at);
    this.#inRow = ready[at] === this.#last ? this.#inRow + 1 : 0;
    if (this.#inRow > patience) {
      at = this.#lower(ready, at);
      this.#inRow = 0;
    }
    this.#last = ready[at];
    return at;
  }

  pick(count: number): number {
    return this.#random.below(count);
  }

  #lower(ready: readonly TaskNode[], at: number): number {
    this.#priorities.set(ready[at], --this.#lowest);
    return this.#highest(ready);
  }

  #highest(ready: readonly TaskNode[]): number {
    let best = 0;
    for (let at = 1; at < ready.length; at++) {
      if (this.#priorityOf(ready[at]) > this.#priorityOf(ready[best])) best = at;
    }
    return best;
  }

  #priorityOf(task: TaskNode): number {
    let priority = this.#priorities.get(task);
    if (priority === undefined) {
      priority = 1 + this.#random.below(2 ** 31);
      this.#priorities.set(task, priority);
    }
    return priority;
  }
}
