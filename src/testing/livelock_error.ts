/**
 * A simulated program that does not come to an end.
 *
 * @module
 */

import { type BlockedTask, tasksInWords } from "../kernel/errors.ts";

/** A simulated program took more steps than it was allowed. */
export class LivelockError extends Error {
  /** `"LivelockError"`. */
  override readonly name = "LivelockError";
  /** How many steps were taken. */
  readonly steps: number;
  /** Every task that has not ended, and what it waits for: a turn to run, or something else. */
  readonly tasks: readonly BlockedTask[];

  /**
   * Makes the error.
   *
   * @param steps how many steps were taken
   * @param tasks every task that has not ended
   */
  constructor(steps: number, tasks: readonly BlockedTask[]) {
    super(
      `Livelock: the program did not end within ${steps} steps. A loop that only yields keeps virtual time from moving; ` +
        `if the program is only long, raise 'maxSteps'. Its tasks:\n${tasksInWords(tasks)}`,
    );
    this.steps = steps;
    this.tasks = tasks;
  }
}
