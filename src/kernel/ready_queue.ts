/**
 * Who runs next. The default is a line, first come first served, with levels for priorities; simulation brings another
 * queue, in which a seed decides.
 *
 * @module
 */

import { AgeingLine } from "./ageing_line.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

const { HELD } = B;

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
  /** The task that is marked as held (see {@linkcode FairReadyQueue}) will no longer be the newest child of its parent. */
  release(): void;
}

/** How often in a row a task may hand the thread on directly before the others get their turn. */
const handoffLimit = 64;

/**
 * First come first served within a priority, with ageing between them.
 *
 * A task that is spawned while the line is empty, as most are that are joined at once, is not put into it: its parent
 * has it already as its newest child, so the queue keeps the parent. The line and the parent are old objects, and each
 * place in an old object that is given a young one costs the engine's write barrier, 8 ns of the 180 of a spawn.
 */
export class FairReadyQueue implements ReadyQueue {
  readonly #line = new AgeingLine<TaskNode>();
  #next: TaskNode | undefined = undefined;
  /** Whose newest child stands first in line, ahead of nobody, without being in it. */
  #holder: TaskNode | null = null;
  #handoffs = 0;

  get size(): number {
    return this.#line.size + (this.#next === undefined ? 0 : 1) + (this.#holder === null ? 0 : 1);
  }

  push(task: TaskNode): void {
    const { parent } = task;
    if (this.#holder !== null) this.release();
    else if (parent !== null && parent.children === task && this.#line.size === 0) {
      this.#holder = parent;
      task.bits |= HELD;
      return;
    }
    this.#line.push(task, task.priority);
  }

  release(): void {
    const task = this.#takeHeld();
    if (task !== null) this.#line.push(task, task.priority);
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
      return this.#takeHeld() ?? this.#line.shift();
    }
    this.#next = undefined;
    return next;
  }

  #takeHeld(): TaskNode | null {
    const holder = this.#holder;
    if (holder === null) return null;
    this.#holder = null;
    const task = holder.children!;
    task.bits &= ~HELD;
    return task;
  }
}
