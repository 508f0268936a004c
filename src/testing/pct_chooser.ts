/**
 * Probabilistic concurrency testing.
 *
 * S. Burckhardt, P. Kothari, M. Musuvathi and S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs", ASPLOS 2010. Tasks get random priorities, of those that are ready the highest runs, and at d - 1 random
 * steps the one that would run falls below all that have not. How far it falls is fixed for each of these beforehand, not
 * by which comes first: the last to fall may come to stand above the first. A bug that needs d orderings to come about,
 * in a program of n tasks and k steps, is found by one run with a chance of at least 1 / (n · k^(d-1)).
 *
 * One thing is added, without which a loop that only yields until another task has done something would run for ever: a
 * task that has been chosen a thousand times in a row while others were ready falls below them. So the chance is that of
 * the paper for bugs that do not need a task to take more than a thousand steps while another one waits for its turn.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { Chooser } from "./chooser.ts";
import { Heap } from "./heap.ts";
import { Random } from "./random.ts";
import type { ReadyTasks } from "./ready_list.ts";

/** How often in a row a task is chosen before it is taken to wait for another one by yielding. */
const patience = 1000;

/** A task and its priority. */
interface Ranked {
  readonly task: TaskNode;
  priority: number;
  /** Whether it stands in the heap. */
  listed: boolean;
}

/** Chooses by random priorities that change at a few random steps. */
export class PctChooser implements Chooser {
  readonly #random: Random;
  readonly #ranked = new WeakMap<TaskNode, Ranked>();
  /** Whoever is ready, and some who were, the highest priority first. */
  readonly #heap = new Heap<Ranked>((a, b) => a.priority > b.priority);
  readonly #changes: number[] = [];
  /** All priorities of those that have not fallen lie above, those of the changes from 1 up to it. */
  readonly #fallen: number;
  #lowest = 1;
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
    this.#fallen = depth;
    for (let i = 1; i < depth; i++) this.#changes.push(this.#random.below(Math.max(1, steps)));
  }

  added(task: TaskNode): void {
    let ranked = this.#ranked.get(task);
    if (ranked === undefined) {
      ranked = { task, priority: this.#fallen + this.#random.below(2 ** 31), listed: false };
      this.#ranked.set(task, ranked);
    }
    if (ranked.listed) return;
    ranked.listed = true;
    this.#heap.push(ranked);
  }

  next(ready: ReadyTasks): number {
    let highest = this.#takeHighest(ready);
    for (const [index, change] of this.#changes.entries()) {
      if (change === this.#step) highest = this.#lower(highest, index + 1, ready);
    }
    this.#step++;
    this.#inRow = highest.task === this.#last ? this.#inRow + 1 : 0;
    if (this.#inRow > patience) {
      highest = this.#lower(highest, --this.#lowest, ready);
      this.#inRow = 0;
    }
    this.#last = highest.task;
    return ready.placeOf(highest.task);
  }

  pick(count: number): number {
    return this.#random.below(count);
  }

  /** Who runs when all that stand before it are not ready any more. */
  #takeHighest(ready: ReadyTasks): Ranked {
    for (;;) {
      const ranked = this.#heap.take()!;
      ranked.listed = false;
      if (ready.placeOf(ranked.task) >= 0) return ranked;
    }
  }

  /** Has one fall. Returns who is the highest then. */
  #lower(ranked: Ranked, priority: number, ready: ReadyTasks): Ranked {
    ranked.priority = priority;
    ranked.listed = true;
    this.#heap.push(ranked);
    return this.#takeHighest(ready);
  }
}
