/**
 * The stats of two lanes as those of one executor.
 *
 * @module
 */

import type { ExecutorStats } from "./executor.ts";
import { Quantiles } from "./quantiles.ts";

/** How long the tasks of a lane waited and ran. */
export interface LaneTimes {
  readonly queue: Quantiles;
  readonly run: Quantiles;
}

/** Adds up `a` and `b`; quantiles are those of all tasks together. */
export function sumOfLanes(
  a: ExecutorStats,
  b: ExecutorStats,
  times: readonly LaneTimes[],
): ExecutorStats {
  return {
    name: a.name,
    running: a.running + b.running,
    waiting: a.waiting + b.waiting,
    size: a.size + b.size,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    queueTime: times.reduce((all, { queue }) => all.merge(queue), new Quantiles()).snapshot(),
    runTime: times.reduce((all, { run }) => all.merge(run), new Quantiles()).snapshot(),
    utilisation: (a.utilisation * a.size + b.utilisation * b.size) / (a.size + b.size),
  };
}
