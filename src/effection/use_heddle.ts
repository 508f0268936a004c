/**
 * Unmodified programs of Effection's on our scheduler.
 *
 * @module
 */

import { type Scope, useScope } from "effection";
import type { Operation } from "../kernel/effect.ts";
import { defaultScheduler, Scheduler } from "../kernel/scheduler.ts";
import { describe } from "../kernel/work.ts";
import { reducerHolds, setReducer } from "./reducer.ts";
import { nearestTask } from "./nearest.ts";
import type { EffectionScope } from "./scopes.ts";

/** How a program of Effection's is run. */
export interface UseHeddleOptions {
  /**
   * The scope whose tasks are run so.
   *
   * @default the scope of the operation that calls it
   */
  scope?: EffectionScope;
  /**
   * What runs them.
   *
   * @default that of the task of ours around, or else the scheduler of the program
   */
  scheduler?: Scheduler;
}

/**
 * Has the tasks that are spawned from now on in a scope of Effection's, and in the scopes below it, run by this scheduler
 * in the place of Effection's reducer. The program is not changed otherwise. What it gains:
 *
 * - No task starves another, and the host gets its turn every few milliseconds: Effection prefers tasks near the root, and
 *   does not let go of the thread while one is ready.
 * - A halt is not lost where a `finally` that waits stands in an operation reached by plain `yield*`
 *   (thefrontside/effection#1190).
 *
 * The body that calls it has its reducer already; what it spawns is run so. A whole program, then, is `main` with one
 * `spawn` in it, or `scope.run` after `useHeddle({ scope })` has been run.
 *
 * It costs little: programs of many short tasks took 1.04 to 1.11 times as long as on Effection's own reducer, up to 1.25 times
 * where the machine was busy. A task that is ready stands in a heap, O(log n), and a halt looks for the frames that it has to leave
 * one by one.
 *
 * @example
 * ```ts
 * import { useHeddle } from "@heddle/runtime/effection";
 * import { run, sleep, spawn } from "effection";
 * import { assertEquals } from "@std/assert";
 *
 * const answer = await run(function* () {
 *   assertEquals(yield* useHeddle(), true);
 *   const program = yield* spawn(function* () {
 *     yield* sleep(1);
 *     return 42;
 *   });
 *   return yield* program;
 * });
 * assertEquals(answer, 42);
 * ```
 *
 * @param options whose tasks, and what runs them
 * @returns whether it is so: `false` when this version of Effection does not let its reducer be replaced, and the program
 * runs as before
 * @throws {TypeError} when an option has the wrong type
 */
export function useHeddle(options: UseHeddleOptions = {}): Operation<boolean> {
  const { scope, scheduler } = options;
  if (scope !== undefined && typeof scope?.run !== "function") {
    throw new TypeError(
      `Cannot use heddle: 'scope' must be a Scope of Effection's: current value is ${
        describe(scope)
      }`,
    );
  }
  if (scheduler !== undefined && !(scheduler instanceof Scheduler)) {
    throw new TypeError(
      `Cannot use heddle: 'scheduler' must be a Scheduler: current value is ${describe(scheduler)}`,
    );
  }
  return { [Symbol.iterator]: () => adopt(scope, scheduler) };
}

function* adopt(scope: EffectionScope | undefined, scheduler: Scheduler | undefined) {
  const target = (scope as Scope | undefined) ?? (yield* useScope());
  setReducer(target, scheduler ?? target.get(nearestTask)?.scheduler ?? defaultScheduler());
  return reducerHolds();
}
