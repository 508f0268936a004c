/**
 * What `explore` can be told.
 *
 * @module
 */

import { checkOptions, describe } from "../kernel/work.ts";
import { checkTime, checkWhole } from "./simulate.ts";

/** How a program is explored. */
export interface ExploreOptions {
  /**
   * How many runs there are at most.
   *
   * @default 1000; Infinity when there is a `timeBudget`
   */
  runs?: number;
  /**
   * How long it may take, in milliseconds of the host; a run that has begun is finished.
   *
   * @default Infinity
   */
  timeBudget?: number;
  /**
   * How schedules are made: `"random"` gives everyone the same chance at each step; `"pct"` finds a bug that needs
   * `depth` orderings in a program of n tasks and k choices with a chance of at least 1 / (n · k^(depth-1)) a run;
   * `"exhaustive"` tries all, those first that deviate least from the real scheduler, up to `deviations`.
   *
   * @default "random"
   */
  strategy?: "random" | "pct" | "exhaustive";
  /**
   * The d of PCT.
   *
   * @default 3
   */
  depth?: number;
  /**
   * For `"exhaustive"`: in how many decisions a schedule may deviate from what the real scheduler does. Most bugs need few.
   * (Delay bounding, M. Emmi, S. Qadeer and Z. Rakamarić, 2011.)
   *
   * @default Infinity
   */
  deviations?: number;
  /**
   * For `"exhaustive"`, instead of `deviations`: how often a schedule may take the turn from a task that could have gone on.
   * Tasks that wait or end are followed by any other. (Preemption bounding, M. Musuvathi and S. Qadeer, 2007.)
   *
   * @default Infinity
   */
  preemptions?: number;
  /**
   * For `"exhaustive"`: leaves out schedules that differ only in the order of steps which have nothing to do with each
   * other, as far as the simulation sees what a step touches: tasks, scopes, what is in `sync`, and plain objects that
   * were made {@linkcode shared}. It does not see other variables that tasks share; set it only when there are none. (A hundred
   * random orders are run at the end, which find out most who did.) Once there is an executor, a supervisor, a pipeline or a further root, nothing more is left out.
   *
   * @default false
   */
  reduction?: boolean;
  /**
   * The seed of the first run; the next ones count up from it.
   *
   * @default 1
   */
  seed?: number;
  /**
   * After how many steps a run is held to be in a livelock.
   *
   * @default 100_000
   */
  maxSteps?: number;
  /**
   * How much virtual time a step takes, in milliseconds.
   *
   * @default 0
   */
  stepCost?: number;
  /**
   * Whether `Math.random`, `Date` and `performance.now` are controlled, as in `simulate`.
   *
   * @default false
   */
  globals?: boolean;
  /**
   * Whether a task may also give way where an operation has its result at once, as in `simulate`. It finds what happens
   * under load only, and makes for more orders.
   *
   * @default false
   */
  interruptions?: boolean;
  /**
   * How long the host is waited for while a timer is set, as in `simulate`.
   *
   * @default 0
   */
  patience?: number;
  /**
   * How long the host is waited for when nothing else can happen, as in `simulate`.
   *
   * @default 1000
   */
  hostTimeout?: number;
  /** Called after each run with how many there have been. */
  onProgress?: (runs: number) => void;
}

/** Throws a `TypeError` or a `RangeError` when an option is not what it should be. */
export function checkExploreOptions(options: ExploreOptions): void {
  checkOptions(options, "explore");
  const { runs, timeBudget, strategy = "random", seed, deviations, preemptions } = options;
  const { reduction, interruptions, stepCost, onProgress } = options;
  if (runs !== Infinity) checkWhole(runs, "runs", 1, "explore");
  checkWhole(seed, "seed", -Infinity, "explore");
  if (deviations !== Infinity) checkWhole(deviations, "deviations", 0, "explore");
  if (preemptions !== Infinity) checkWhole(preemptions, "preemptions", 0, "explore");
  if (strategy !== "random" && strategy !== "pct" && strategy !== "exhaustive") {
    refuse("strategy", '"random", "pct" or "exhaustive"', strategy);
  }
  if (timeBudget !== Infinity) checkTime(timeBudget ?? 0, "timeBudget", "explore");
  if (onProgress !== undefined && typeof onProgress !== "function") {
    refuse("onProgress", "a function", onProgress);
  }
  if (reduction !== undefined && typeof reduction !== "boolean") {
    refuse("reduction", "a boolean", reduction);
  }
  const bounds = Object.entries({ deviations, preemptions, reduction: reduction || undefined })
    .filter(([, value]) => value !== undefined).map(([name]) => `'${name}'`);
  if (bounds.length > 0 && strategy !== "exhaustive") {
    throw new TypeError(`Cannot explore: ${bounds[0]} goes with the strategy "exhaustive" only`);
  }
  if (bounds.length > 1) {
    // A bound may forbid the one run that stands for all those which are left out.
    throw new TypeError(`Cannot explore: ${bounds.join(" and ")} do not go together`);
  }
  if (reduction === true && interruptions === true) {
    // What comes after an interruption may have to do with anything.
    throw new TypeError("Cannot explore: 'reduction' and 'interruptions' do not go together");
  }
  if (reduction === true && stepCost !== undefined && stepCost !== 0) {
    // Then each step decides when timers fire, and all have to do with each other.
    throw new TypeError("Cannot explore: 'reduction' and 'stepCost' do not go together");
  }
}

function refuse(name: string, wanted: string, value: unknown): never {
  throw new TypeError(
    `Cannot explore: '${name}' must be ${wanted}: current value is ${describe(value)}`,
  );
}
