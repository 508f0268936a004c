/**
 * When the calls of one worker ran.
 *
 * @module
 */

import { Rows } from "./rows.ts";

/** So many calls are kept until others have come. */
const kept = 4;

/** Draws a call: in which of the worker's rows, from when to when. */
export type Draw = (row: number, begin: number, end: number) => void;

interface Ended {
  /** When its result came. */
  readonly at: number;
  readonly runMs: number;
  /** Whether it held the thread all the time. */
  readonly isHeld: boolean;
  readonly draw: Draw;
}

/**
 * Places the calls of one worker. A result says how long its call took, but not when, and it comes late: many travel in
 * one message, which waits for this thread. But of two calls that hold the thread one ends before the other begins; so
 * what is known of later ones tells when the earlier ones ended at the latest.
 */
export class WorkerRow {
  #ended: Ended[] = [];
  readonly #rows = new Rows();
  /** When the last one ended, and the last one that held the thread. */
  #last: number;
  #lastHeld: number;

  /** @param began when it can have begun its first call */
  constructor(began: number) {
    this.#last = this.#lastHeld = began;
  }

  /** A call has ended; nobody knows how long it took when its worker was lost. */
  ended(at: number, runMs: number | undefined, heldMs: number, draw: Draw): void {
    this.#ended.push({ at, runMs: runMs ?? at - this.#last, isHeld: runMs === heldMs, draw });
    this.#last = at;
  }

  /**
   * Draws what has come; but the last few only when it is the end, since what comes next tells more of them.
   *
   * @param isEnd whether nothing more will come
   */
  settle(isEnd: boolean): void {
    let end = Infinity;
    const count = isEnd ? this.#ended.length : Math.max(0, this.#ended.length - kept);
    const later = this.#ended.slice(count);
    for (const { at, runMs, isHeld } of later.toReversed()) {
      if (isHeld) end = Math.min(at, end) - runMs;
    }
    const spans = this.#ended.slice(0, count).reverse().map(({ at, runMs, isHeld, draw }) => {
      const to = isHeld ? Math.min(at, end) : at;
      const from = to - runMs;
      if (isHeld) end = from;
      return { from, to, isHeld, draw };
    });
    this.#ended = later;
    for (const { from, to, isHeld, draw } of spans.sort((a, b) => a.from - b.from)) {
      // Those that were drawn before stay where they are.
      const begin = isHeld ? Math.min(to, Math.max(from, this.#lastHeld)) : from;
      draw(this.#rows.take(begin, to), begin, to);
      if (isHeld) this.#lastHeld = to;
    }
  }
}
