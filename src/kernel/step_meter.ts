/**
 * Measuring how long the steps of a task hold the thread.
 *
 * @module
 */

import type { Enter } from "./environment.ts";
import type { TaskNode } from "./task.ts";

/**
 * Measures every step of `task`, and of the tasks it will spawn, and tells the duration of each in milliseconds. To be
 * called before its first step. Costs two looks at the clock a step.
 */
export function meterSteps(task: TaskNode, held: (ms: number) => void): void {
  const outer = task.environment.enter;
  const enter: Enter = (step) => {
    const began = performance.now();
    try {
      return outer === null ? step() : outer(step);
    } finally {
      held(performance.now() - began);
    }
  };
  task.environment = { ...task.environment, enter };
}
