/**
 * A ready queue in which somebody chooses.
 *
 * @module
 */

import type { ReadyQueue } from "../kernel/ready_queue.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Decisions } from "./decisions.ts";
import { ReadyList } from "./ready_list.ts";

/** Keeps the tasks that are ready, and has one chosen whenever there are several. */
export class ChoosingQueue implements ReadyQueue {
  readonly #decisions: Decisions;
  readonly #ready = new ReadyList();
  #last: TaskNode | undefined = undefined;

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  get size(): number {
    return this.#ready.length;
  }

  push(task: TaskNode): void {
    this.#ready.push(task);
    this.#decisions.added(task);
  }

  pushNext(task: TaskNode): void {
    this.#ready.unshift(task);
    this.#decisions.added(task);
  }

  shift(): TaskNode | undefined {
    const ready = this.#ready;
    if (ready.length === 0) return undefined;
    const stay = this.#last === undefined ? -1 : ready.placeOf(this.#last);
    return this.#last = ready.take(this.#decisions.next(ready, stay));
  }
}
