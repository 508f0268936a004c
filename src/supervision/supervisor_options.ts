/**
 * How a supervisor behaves.
 *
 * @module
 */

import { describe } from "../kernel/work.ts";
import { type Backoff, checkBackoff, fixed } from "../operations/backoff.ts";
import { checkMs } from "../operations/sleep.ts";
import { Broadcast } from "../sync/broadcast.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";

/** Whom a restart concerns: the child that ended, all children, or that child and those after it. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** Whether the end of significant children ends the supervisor. */
export type AutoShutdown = "never" | "any_significant" | "all_significant";

/** How any supervisor behaves. */
export interface RestartOptions {
  /**
   * How many restarts there may be in any window of `within`: a whole number, at least 0, or `Infinity`. When one more is
   * called for, the supervisor gives up.
   *
   * @default 3
   */
  maxRestarts?: number;
  /**
   * The length of the window, in milliseconds, above 0. A restart counts from the moment at which the child ended.
   *
   * @default 5000
   */
  within?: number;
  /**
   * The delays before restarts, by how often the child has ended in a row.
   *
   * @default none: a child is restarted at once
   */
  backoff?: Backoff;
  /**
   * How long a child has to be up for its delays to start over, in milliseconds.
   *
   * @default that of `within`
   */
  stableAfter?: number;
  /**
   * Whether the supervisor shuts down when a significant child has ended and is not restarted: `"any_significant"` with
   * the first, `"all_significant"` with the last of them.
   *
   * @default "never"
   */
  autoShutdown?: AutoShutdown;
  /**
   * Where to publish what happens. Bring one to hear of the first starts too, or to hear several supervisors in one place.
   *
   * @default a broadcast of its own, which is closed when the supervisor has ended
   */
  events?: Broadcast<SupervisorEvent>;
}

/** How a supervisor of different children behaves. */
export interface SupervisorOptions extends RestartOptions {
  /**
   * Whom a restart concerns: `"one_for_one"` only the child that ended, `"one_for_all"` all children, `"rest_for_one"`
   * that child and those after it.
   *
   * @default "one_for_one"
   */
  strategy?: Strategy;
}

/** Options without gaps. */
export interface CheckedOptions {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly within: number;
  readonly backoff: Backoff;
  readonly stableAfter: number;
  readonly autoShutdown: AutoShutdown;
  /** Without it each supervisor has its own. */
  readonly events: Broadcast<SupervisorEvent> | undefined;
}

const atOnce = fixed(0);

/** Checks the options of a supervisor. */
export function checkOptions(options: SupervisorOptions, verb: string): CheckedOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${verb}: the options must be an object: current value is ${describe(options)}`,
    );
  }
  const {
    strategy = "one_for_one",
    maxRestarts = 3,
    within = 5000,
    backoff = atOnce,
    stableAfter = within,
    autoShutdown = "never",
    events,
  } = options;
  checkOneOf(strategy, ["one_for_one", "one_for_all", "rest_for_one"], verb, "strategy");
  checkOneOf(
    autoShutdown,
    ["never", "any_significant", "all_significant"],
    verb,
    "autoShutdown",
  );
  if (maxRestarts !== Infinity && !(Number.isInteger(maxRestarts) && maxRestarts >= 0)) {
    const ErrorClass = typeof maxRestarts === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot ${verb}: 'maxRestarts' must be a whole number, at least 0, or Infinity: current value is ${
        describe(maxRestarts)
      }`,
    );
  }
  if (typeof within !== "number" || !(within > 0)) {
    const ErrorClass = typeof within === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot ${verb}: 'within' must be a number of milliseconds above 0: current value is ${
        describe(within)
      }`,
    );
  }
  checkBackoff(backoff, verb);
  checkMs(stableAfter, verb, "stableAfter");
  if (events !== undefined && !(events instanceof Broadcast)) {
    throw new TypeError(
      `Cannot ${verb}: 'events' must be a Broadcast: current value is ${describe(events)}`,
    );
  }
  return {
    strategy,
    maxRestarts,
    within,
    backoff,
    stableAfter,
    autoShutdown,
    events,
  };
}

function checkOneOf(value: unknown, known: readonly string[], verb: string, name: string): void {
  if (known.includes(value as string)) return;
  const quoted = known.map((one) => JSON.stringify(one));
  throw new TypeError(
    `Cannot ${verb}: '${name}' must be ${quoted.slice(0, -1).join(", ")} or ${
      quoted.at(-1)
    }: current value is ${describe(value)}`,
  );
}
