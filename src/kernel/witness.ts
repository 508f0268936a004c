/**
 * Seeing what a step has to do with other tasks, so that a search of orders knows which steps may change places. Nobody
 * watches but while a simulation asks for it.
 *
 * @module
 */

import type { TaskNode } from "./task.ts";

/** Who watches the steps of tasks. */
export interface Witness {
  /** The step made something that tasks may have in common. */
  names(thing: object): void;
  /**
   * The step looks at, or changes, something that tasks have in common.
   *
   * @param reads whether it only looks
   */
  touches(thing: object, reads?: boolean): void;
  /** The step waits for the end of a task, or takes its outcome. */
  joins(target: TaskNode): void;
  /** The step may have to do with whatever any other task does: it cancels, or asks where a task stands. */
  interferes(): void;
  /** From here on tasks have something in common that is not watched. */
  losesSight(): void;
}

/** Who watches now; `null` while nobody does. */
export const witness: { now: Witness | null } = { now: null };
