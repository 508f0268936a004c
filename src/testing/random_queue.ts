/**
 * A schedule from a seed.
 *
 * @module
 */

import type { ReadyQueue } from "../kernel/ready_queue.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Random } from "./random.ts";

/**
 * Chooses the next task among all that are ready, each with the same chance. It minds neither order nor priority: a
 * program must be right whoever goes first.
 */
export class RandomQueue implements ReadyQueue {
  readonly #random: Random;
  readonly #tasks: TaskNode[] = [];

  /** @param seed decides all choices */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  get size(): number {
    return this.#tasks.length;
  }

  push(task: TaskNode): void {
    this.#tasks.push(task);
  }

  pushNext(task: TaskNode): void {
    this.#tasks.push(task);
  }

  shift(): TaskNode | undefined {
    const tasks = this.#tasks;
    const last = tasks.pop();
    if (tasks.length === 0) return last;
    const at = this.#random.below(tasks.length + 1);
    if (at === tasks.length) return last;
    const chosen = tasks[at];
    tasks[at] = last!;
    return chosen;
  }
}
