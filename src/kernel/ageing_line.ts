/**
 * A line with priorities in which nobody waits for ever.
 *
 * @module
 */

import { RingQueue } from "./ring_queue.ts";

/** Of this many that are served, one is of a lower priority than the highest, when there is one. */
export const ageingInterval = 8;

interface Level<T> {
  readonly priority: number;
  readonly ring: RingQueue<T>;
}

/**
 * First come first served within a priority, the highest priority first. Ageing: every eighth turn goes to the lower
 * priorities, in rotation. O(1) for one priority, O(p) for p different ones; with a single one it is a ring buffer.
 */
export class AgeingLine<T> {
  /** Highest priority first; levels stay once they were needed, their number is that of the priorities in use. */
  readonly #levels: Level<T>[];
  #single: RingQueue<T> | null;
  readonly #first: Level<T> = { priority: 0, ring: new RingQueue() };
  /** How many stand in it while there are several levels. */
  #size = 0;
  #served = 0;
  #turn = 0;

  constructor() {
    this.#levels = [this.#first];
    this.#single = this.#first.ring;
  }

  /** How many stand in it. */
  get size(): number {
    return this.#single === null ? this.#size : this.#single.size;
  }

  /** The highest priority of those who stand in it; `-Infinity` when nobody does. */
  get highest(): number {
    if (this.size === 0) return -Infinity;
    return this.#single === null ? this.#levels[this.#highest()].priority : 0;
  }

  /** Joins the line. */
  push(item: T, priority: number): void {
    const single = this.#single;
    if (single !== null && priority === 0) single.push(item);
    else this.#pushLevelled(item, priority);
  }

  /** Whose turn it is; `undefined` when nobody stands in it. */
  shift(): T | undefined {
    const single = this.#single;
    return single === null ? this.#shiftLevelled() : single.shift();
  }

  #pushLevelled(item: T, priority: number): void {
    if (this.#single !== null) {
      this.#size = this.#single.size;
      this.#single = null;
    }
    this.#size++;
    this.#ringOf(priority).push(item);
  }

  #ringOf(priority: number): RingQueue<T> {
    const levels = this.#levels;
    let at = 0;
    while (at < levels.length && levels[at].priority > priority) at++;
    if (levels[at]?.priority !== priority) {
      levels.splice(at, 0, { priority, ring: new RingQueue() });
    }
    return levels[at].ring;
  }

  #shiftLevelled(): T | undefined {
    if (this.#size === 0) {
      // It is a plain line again.
      this.#reset();
      return undefined;
    }
    this.#size--;
    const levels = this.#levels;
    if (++this.#served % ageingInterval === 0) {
      for (let tries = 0; tries < levels.length; tries++) {
        this.#turn = (this.#turn + 1) % levels.length;
        const item = this.#turn === this.#highest() ? undefined : levels[this.#turn].ring.shift();
        if (item !== undefined) return item;
      }
    }
    return levels[this.#highest()].ring.shift();
  }

  #highest(): number {
    let at = 0;
    while (at < this.#levels.length - 1 && this.#levels[at].ring.size === 0) at++;
    return at;
  }

  #reset(): void {
    this.#levels.length = 0;
    this.#levels.push(this.#first);
    this.#single = this.#first.ring;
  }
}
