/**
 * How many elements a task works on before it gives way: few when they take long, many when they take nanoseconds.
 *
 * @module
 */

import type { Clock } from "../kernel/clock.ts";

/** How long a task should hold the thread, in milliseconds; the scheduler's own budget is several of these. */
const target = 1;

/** How many elements at most: enough to make giving way cost nothing beside them. */
const most = 1024;

/** Learns from how long the last elements took. By a virtual clock they take no time, so it does the same each time. */
export class Pace {
  /** How many elements to work on now. */
  size = 1;
  readonly #clock: Clock;
  #began: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.now();
  }

  /** The task goes on after giving way. */
  begin(): void {
    this.#began = this.#clock.now();
  }

  /** The task is about to give way. */
  learn(): void {
    const elapsed = this.#clock.now() - this.#began;
    if (elapsed > target) this.size = Math.max(1, Math.floor(this.size * target / elapsed));
    else this.size = Math.min(most, this.size * 2);
  }
}
