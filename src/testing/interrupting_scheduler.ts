/**
 * A scheduler that may have a task give way where it need not wait.
 *
 * @module
 */

import { Scheduler, type SchedulerOptions } from "../kernel/scheduler.ts";

/**
 * Asks, after each operation that comes to its result at once, whether the task shall give way. The real scheduler does so
 * when a task has held the thread for long, or has had hundreds of such results in a row.
 */
export class InterruptingScheduler extends Scheduler {
  readonly #givesWay: () => boolean;

  /**
   * @param options where time and choices come from
   * @param givesWay whether the task that runs shall give way now
   */
  constructor(options: SchedulerOptions, givesWay: () => boolean) {
    super(options);
    this.#givesWay = givesWay;
  }

  override isOverdue(): boolean {
    return this.#givesWay();
  }
}
