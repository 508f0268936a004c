/**
 * A clock that stands still until it is told to jump.
 *
 * @module
 */

import type { Clock } from "../kernel/clock.ts";

/** Time of a simulation: it begins at 0, and moves only by {@linkcode jump}, from one alarm to the next. */
export class VirtualClock implements Clock {
  #now = 0;
  #deadline = Infinity;
  #due: (() => void) | null = null;

  now(): number {
    return this.#now;
  }

  after(ms: number): number {
    return this.#now + ms;
  }

  arm(deadline: number, due: () => void): void {
    this.#deadline = deadline;
    this.#due = due;
  }

  disarm(): void {
    this.#deadline = Infinity;
    this.#due = null;
  }

  /** When the alarm goes off; `Infinity` when none is set. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Lets time pass, without the alarm. */
  advance(ms: number): void {
    this.#now += ms;
  }

  /**
   * Moves to the moment of the alarm, and lets it go off.
   *
   * @returns whether there was one
   */
  jump(): boolean {
    const due = this.#due;
    if (due === null) return false;
    this.#now = Math.max(this.#now, this.#deadline);
    this.disarm();
    due();
    return true;
  }
}
