/**
 * All timers of a scheduler behind one alarm of its clock.
 *
 * Timers with the same deadline share a bucket, a doubly linked list in the order in which they were set; the buckets
 * stand in a binary heap. So a million sleeps that end at a thousand different moments cost a heap of a thousand, equal
 * deadlines fire in order, and a timer is cancelled in O(1). (The idea is the hashed timing wheel of Varghese and
 * Lauck, 1987, with a heap in the place of the wheel, so that time may jump.)
 *
 * The alarm is set when the scheduler goes idle or gives the host a turn, not at each change: a timeout that is set and
 * cancelled within a turn never touches the host.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** Something that is to happen at a moment: what a bucket holds, without an object of the bucket's own. */
export interface Timed {
  /** Where it is set; `null` before, after, and when it is cancelled. */
  bucket: Bucket | null;
  earlier: Timed | null;
  later: Timed | null;
  /** Called once, at or after the deadline. */
  fire(): void;
}

/** Something timed, for those who need not extend anything else. */
export abstract class Timer implements Timed {
  bucket: Bucket | null = null;
  earlier: Timed | null = null;
  later: Timed | null = null;

  abstract fire(): void;
}

/** @internal Timers with the same deadline. */
export class Bucket {
  readonly deadline: number;
  first: Timed | null = null;
  last: Timed | null = null;

  constructor(deadline: number) {
    this.deadline = deadline;
  }
}

/** How many timers fire before the tasks that they woke get to run. */
const burst = 16_384;

/** The timers of one scheduler. */
export class Timers {
  readonly #clock: Clock;
  readonly #due: () => void;
  #heap: Bucket[] = [];
  readonly #buckets = new Map<number, Bucket>();
  #size = 0;
  #armed = Infinity;

  /**
   * @param clock whose time and alarm to use
   * @param due called when the alarm goes off
   */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = () => {
      this.#armed = Infinity;
      due();
    };
  }

  /** How many are set. */
  get size(): number {
    return this.#size;
  }

  /** Sets a timer. O(1) when another has the same deadline, else O(log d) for d different deadlines. */
  set(timer: Timed, deadline: number): void {
    let bucket = this.#buckets.get(deadline);
    if (bucket === undefined) {
      bucket = new Bucket(deadline);
      this.#buckets.set(deadline, bucket);
      this.#rise(bucket);
    }
    timer.bucket = bucket;
    timer.earlier = bucket.last;
    if (bucket.last === null) bucket.first = timer;
    else bucket.last.later = timer;
    bucket.last = timer;
    this.#size++;
  }

  /** Cancels a timer; nothing happens when it has fired or was never set. O(1). */
  cancel(timer: Timed): void {
    const bucket = timer.bucket;
    if (bucket === null) return;
    unlink(bucket, timer);
    this.#size--;
    // An empty bucket stays until its time comes, or until they are the most part of the heap.
    if (bucket.first === null && this.#heap.length > 64 && this.#heap.length > 2 * this.#size) {
      this.#compact();
    }
  }

  /** The earliest deadline; `Infinity` when none is set. */
  earliest(): number {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.first !== null) return top.deadline;
      this.#sink();
    }
    return Infinity;
  }

  /** Sets the alarm of the clock to the earliest deadline. */
  arm(): void {
    const earliest = this.#size === 0 ? Infinity : this.earliest();
    if (earliest === this.#armed) return;
    this.#armed = earliest;
    if (earliest === Infinity) this.#clock.disarm();
    else this.#clock.arm(earliest, this.#due);
  }

  /** Fires what is due, in the order of deadlines and, within one, in the order of setting. */
  expire(): void {
    const now = this.#clock.now();
    for (let left = burst; left > 0 && this.earliest() <= now;) {
      const bucket = this.#heap[0];
      for (let timer = bucket.first; timer !== null && left > 0; timer = bucket.first, left--) {
        unlink(bucket, timer);
        this.#size--;
        timer.fire();
      }
    }
  }

  #rise(bucket: Bucket): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(bucket);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above].deadline <= bucket.deadline) break;
      heap[at] = heap[above];
      at = above;
    }
    heap[at] = bucket;
  }

  /** Takes the earliest bucket, which is empty, out of the heap. */
  #sink(): void {
    const heap = this.#heap;
    this.#buckets.delete(heap[0].deadline);
    const last = heap.pop()!;
    if (heap.length > 0) this.#settle(last, 0);
  }

  /** Puts `bucket` where it belongs at or below `at`. */
  #settle(bucket: Bucket, at: number): void {
    const heap = this.#heap;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1].deadline < heap[below].deadline) below++;
      if (heap[below].deadline >= bucket.deadline) break;
      heap[at] = heap[below];
      at = below;
    }
    heap[at] = bucket;
  }

  #compact(): void {
    for (const bucket of this.#heap) {
      if (bucket.first === null) this.#buckets.delete(bucket.deadline);
    }
    this.#heap = this.#heap.filter((bucket) => bucket.first !== null);
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#settle(this.#heap[at], at);
  }
}

function unlink(bucket: Bucket, timer: Timed): void {
  const { earlier, later } = timer;
  if (earlier === null) bucket.first = later;
  else earlier.later = later;
  if (later === null) bucket.last = earlier;
  else later.earlier = earlier;
  timer.earlier = timer.later = null;
  timer.bucket = null;
}
