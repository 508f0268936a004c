/**
 * What a parked task stands in: a {@linkcode Parking} knows how to get it out again, and a {@linkcode WaitQueue} is a
 * line of them, first come first served, from which anyone leaves in O(1).
 *
 * @module
 */

import type { TaskNode } from "./task.ts";

/** What a task waits on. It stays in `task.waiting` until the task runs again, woken or not. */
export interface Parking {
  /** What is waited for, in words. */
  readonly description: string;
  /**
   * Whether a cancellation must not disturb this wait, but come at the next one: because the wait is shielded, or has
   * come to a result that could not be given back.
   */
  readonly shielded?: boolean;
  /**
   * Whether it is the host that ends the wait, and not something that tasks do.
   *
   * @default false
   */
  readonly outside?: boolean;
  /**
   * Takes `task` out of the wait because it is cancelled. When it had been woken already and has not run yet, what it
   * was handed goes back to where it came from: a cancelled wait takes nothing.
   *
   * @returns `true` when the task is out; `false` when the wait must unwind first, and wakes the task itself after
   */
  abandon(task: TaskNode): boolean;
}

/** What a task waits for that gives way after many results: it has the last in hand, and cannot give it back. */
export const givenWay: Parking = { description: "its turn", shielded: true, abandon: () => true };

/** What stands in a {@linkcode WaitQueue}, which needs no object of its own for it. */
export interface Linked {
  /** The line it stands in; `null` before and after. */
  queue: WaitQueue<this> | null;
  previous: this | null;
  next: this | null;
}

/** A task in a {@linkcode WaitQueue}. */
export abstract class Waiter implements Parking, Linked {
  abstract readonly description: string;
  readonly task: TaskNode;
  queue: WaitQueue<this> | null = null;
  previous: this | null = null;
  next: this | null = null;

  constructor(task: TaskNode) {
    this.task = task;
  }

  abandon(_task: TaskNode): boolean {
    this.queue?.remove(this);
    return true;
  }
}

/** A line of waiters: intrusive and doubly linked, so that joining and leaving cost the same however long it is. */
export class WaitQueue<W extends Linked> {
  #first: W | null = null;
  #last: W | null = null;
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** The one whose turn is next. */
  get first(): W | null {
    return this.#first;
  }

  /** Joins the end of the line. */
  push(waiter: W): void {
    waiter.queue = this as unknown as WaitQueue<typeof waiter>;
    waiter.previous = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#size++;
  }

  /** Joins the line before one who stands in it. */
  pushBefore(waiter: W, next: W): void {
    const { previous } = next;
    waiter.queue = this as unknown as WaitQueue<typeof waiter>;
    waiter.previous = previous;
    waiter.next = next;
    if (previous === null) this.#first = waiter;
    else previous.next = waiter;
    next.previous = waiter;
    this.#size++;
  }

  /** Takes the first out of the line. */
  shift(): W | null {
    const waiter = this.#first;
    if (waiter !== null) this.remove(waiter);
    return waiter;
  }

  /** Takes one out of the line, wherever it stands. */
  remove(waiter: W): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    waiter.previous = waiter.next = null;
    waiter.queue = null;
    this.#size--;
  }

  /** Everyone in line, the first first. The line may change meanwhile only by the removal of the one handed out. */
  *[Symbol.iterator](): Generator<W, void, undefined> {
    for (let waiter = this.#first; waiter !== null;) {
      const next: W | null = waiter.next;
      yield waiter;
      waiter = next;
    }
  }
}
