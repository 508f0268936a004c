/**
 * Who runs next. The default is a line, first come first served, with levels for priorities; simulation brings another
 * queue, in which a seed decides.
 *
 * @module
 */

import { AgeingLine } from "./ageing_line.ts";
import type { TaskNode } from "./task.ts";

/** The seam at which the next ready task is chosen. */
export interface ReadyQueue {
  /** How many tasks are ready. */
  readonly size: number;
  /** A task became ready. */
  push(task: TaskNode): void;
  /** A task became ready to which the running one hands the thread directly, as a caller does to a callee. */
  pushNext(task: TaskNode): void;
  /** The task to run now; `undefined` when none is ready. */
  shift(): TaskNode | undefined;
}

/** How often in a row a task may hand the thread on directly before the others get their turn. */
const handoffLimit = 64;

/** First come first served within a priority, with ageing between them. */
export class FairReadyQueue implements ReadyQueue {
  readonly #line = new AgeingLine<TaskNode>();
  #next: TaskNode | undefined = undefined;
  #handoffs = 0;

  get size(): number {
    return this.#line.size + (this.#next === undefined ? 0 : 1);
  }

  push(task: TaskNode): void {
    this.#line.push(task, task.priority);
  }

  pushNext(task: TaskNode): void {
    if (this.#next !== undefined || ++this.#handoffs > handoffLimit) {
      this.#handoffs = 0;
      this.push(task);
    } else {
      this.#next = task;
    }
  }

  shift(): TaskNode | undefined {
    const next = this.#next;
    if (next === undefined) {
      this.#handoffs = 0;
      return this.#line.shift();
    }
    this.#next = undefined;
    return next;
  }
}
