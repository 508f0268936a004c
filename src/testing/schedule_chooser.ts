/**
 * Following a schedule.
 *
 * @module
 */

import type { Chooser } from "./chooser.ts";
import type { ReadyTasks } from "./ready_list.ts";
import type { Schedule } from "./schedule.ts";

/** Chooses as a schedule says, and after its end as the real scheduler would. */
export class ScheduleChooser implements Chooser {
  readonly #decisions: readonly number[];
  #at = 0;

  constructor(schedule: Schedule) {
    this.#decisions = schedule.decisions;
  }

  next(ready: ReadyTasks): number {
    return this.pick(ready.length);
  }

  pick(count: number): number {
    const place = this.#decisions[this.#at++] ?? 0;
    return Math.min(place, count - 1);
  }
}
