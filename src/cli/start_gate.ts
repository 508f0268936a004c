/**
 * Who begins next, when it is not first come first served.
 *
 * @module
 */

import { action, type Operation, RateLimiter, run, type Task } from "../../mod.ts";
import type { Rate } from "./option_values.ts";

/** Of this many that begin, one is the one that has waited longest, so that none waits for ever. */
const ageingInterval = 8;

/** After so many turns of the event loop in which nobody came, nobody more is waited for. */
const enough = 50;

/** How the gate opens. */
export interface StartGateOptions {
  /** How many may be inside at a time. */
  readonly size: number;
  /** How many may enter in what time; `null` for no limit. */
  readonly rate: Rate | null;
}

interface Waiting {
  readonly priority: number;
  readonly number: number;
  enter: (() => void) | null;
}

/**
 * Lets in who has the highest priority, first come first served within one, as often and as many as it may. O(log n) for
 * each of n that wait.
 */
export class StartGate {
  /** Tells whether those that come together are all there; who opens the gate before that may let in the wrong one. */
  allAreThere: () => boolean = () => true;
  readonly #size: number;
  readonly #limiter: RateLimiter | null;
  /** A binary heap: who is at i goes before those at 2i + 1 and 2i + 2. */
  readonly #heap: Waiting[] = [];
  /** All that wait, in the order in which they came; those that have entered are dropped when they come to the front. */
  readonly #line: Waiting[] = [];
  #front = 0;
  #inside = 0;
  #entered = 0;
  #arrived = 0;
  #opening: ReturnType<typeof setImmediate> | null = null;
  #rationing: Task<void> | null = null;

  constructor({ size, rate }: StartGateOptions) {
    this.#size = size;
    this.#limiter = rate === null ? null : new RateLimiter(rate);
  }

  /**
   * Waits to be let in.
   *
   * @param priority who has a higher one goes first
   * @returns what to call when leaving
   */
  enter(priority: number): Operation<() => void> {
    return action((resolve) => {
      const waiting: Waiting = {
        priority,
        number: this.#arrived++,
        enter: () => resolve(() => this.#leave()),
      };
      this.#push(waiting);
      this.#opening ??= setImmediate(() => this.#openWhenQuiet(0));
      return () => waiting.enter = null;
    });
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#rationing?.cancel("the gate is closed").catch(() => {});
  }

  /** Those that come together are all there before the first of them enters, when there is time since nobody is inside. */
  #openWhenQuiet(quietTurns: number): void {
    const arrived = this.#arrived;
    if (this.#inside > 0 || this.allAreThere() || quietTurns >= enough) {
      this.#opening = null;
      return this.#open();
    }
    this.#opening = setImmediate(() =>
      this.#openWhenQuiet(arrived === this.#arrived ? quietTurns + 1 : 0)
    );
  }

  #leave(): void {
    this.#inside--;
    this.#open();
  }

  #open(): void {
    if (this.#rationing !== null || this.#opening !== null) return;
    while (this.#inside < this.#size) {
      this.#drop();
      if (this.#heap.length === 0) return;
      if (this.#limiter !== null && !this.#limiter.tryAcquire()) return this.#ration(this.#limiter);
      this.#admit();
    }
  }

  #ration(limiter: RateLimiter): void {
    this.#rationing = run(() => limiter.acquire(), { name: "rate" });
    this.#rationing.then(() => {
      this.#rationing = null;
      this.#drop();
      if (this.#heap.length > 0) this.#admit();
      this.#open();
    }, () => {});
  }

  #admit(): void {
    const waiting = ++this.#entered % ageingInterval === 0 ? this.#oldest() : this.#pop();
    const { enter } = waiting;
    waiting.enter = null;
    this.#inside++;
    enter!();
  }

  /** Drops those at the head that do not wait any more. */
  #drop(): void {
    while (this.#heap.length > 0 && this.#heap[0].enter === null) this.#pop();
  }

  #oldest(): Waiting {
    while (this.#line[this.#front].enter === null) this.#front++;
    if (this.#front > 1024 && this.#front * 2 > this.#line.length) {
      this.#line.splice(0, this.#front);
      this.#front = 0;
    }
    return this.#line[this.#front];
  }

  #push(waiting: Waiting): void {
    this.#line.push(waiting);
    const heap = this.#heap;
    let at = heap.push(waiting) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!goesBefore(waiting, heap[above])) break;
      heap[at] = heap[above];
      at = above;
    }
    heap[at] = waiting;
  }

  #pop(): Waiting {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && goesBefore(heap[below + 1], heap[below])) below++;
      if (!goesBefore(heap[below], last)) break;
      heap[at] = heap[below];
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function goesBefore(a: Waiting, b: Waiting): boolean {
  return a.priority > b.priority || a.priority === b.priority && a.number < b.number;
}
