/**
 * Who runs next. The default is a line, first come first served, with levels for priorities; simulation brings another
 * queue, in which a seed decides.
 *
 * @module
 */

import { RingQueue } from "./ring_queue.ts";
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

/** Of this many picks, one goes to a lower level when one waits, so that no task waits for ever. */
const ageingInterval = 8;

/**
 * First come first served within a level, the highest level first. Ageing: every eighth pick serves the lower levels
 * in turn. While all priorities are 0, which is nearly always, it is a plain ring buffer.
 */
export class FairReadyQueue implements ReadyQueue {
  readonly #ring = new RingQueue<TaskNode>();
  #next: TaskNode | undefined = undefined;
  #handoffs = 0;
  #levels: Levels | null = null;

  get size(): number {
    return this.#ring.size + (this.#next === undefined ? 0 : 1) + (this.#levels?.size ?? 0);
  }

  push(task: TaskNode): void {
    if (task.priority !== 0 || this.#levels !== null) this.#pushLevelled(task);
    else this.#ring.push(task);
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
    if (next !== undefined) {
      this.#next = undefined;
      return next;
    }
    return this.#levels === null ? this.#ring.shift() : this.#shiftLevelled();
  }

  #pushLevelled(task: TaskNode): void {
    if (task.priority === 0) {
      this.#ring.push(task);
      return;
    }
    this.#levels ??= new Levels(this.#ring);
    this.#levels.push(task);
  }

  #shiftLevelled(): TaskNode | undefined {
    const levels = this.#levels!;
    const task = levels.shift();
    if (levels.size === 0) this.#levels = null;
    return task;
  }
}

/** The ready tasks by priority, once there is more than one. */
class Levels {
  /** Highest priority first. The level of priority 0 is the ring of the queue itself. */
  readonly #levels: { priority: number; ring: RingQueue<TaskNode> }[];
  #extra = 0;
  #picks = 0;
  #turn = 0;

  constructor(ring: RingQueue<TaskNode>) {
    this.#levels = [{ priority: 0, ring }];
  }

  /** How many tasks of a priority other than 0 wait. */
  get size(): number {
    return this.#extra;
  }

  push(task: TaskNode): void {
    const levels = this.#levels;
    let at = 0;
    while (at < levels.length && levels[at].priority > task.priority) at++;
    if (levels[at]?.priority !== task.priority) {
      levels.splice(at, 0, { priority: task.priority, ring: new RingQueue() });
    }
    levels[at].ring.push(task);
    this.#extra++;
  }

  shift(): TaskNode | undefined {
    const levels = this.#levels;
    if (++this.#picks % ageingInterval === 0) {
      // The levels below the highest are served in turn, an empty one is passed over.
      for (let tries = 1; tries < levels.length; tries++) {
        this.#turn = (this.#turn + 1) % levels.length;
        const task = this.#take(this.#turn);
        if (task !== undefined) return task;
      }
    }
    for (let at = 0; at < levels.length; at++) {
      const task = this.#take(at);
      if (task !== undefined) return task;
    }
    return undefined;
  }

  #take(at: number): TaskNode | undefined {
    const level = this.#levels[at];
    const task = level.ring.shift();
    if (task !== undefined && level.priority !== 0) this.#extra--;
    return task;
  }
}
