/**
 * Making a run again.
 *
 * @module
 */

import { inWords } from "../kernel/aggregate.ts";
import { checkThunk, type Thunk } from "../kernel/work.ts";
import { outsideInWords } from "./outside.ts";
import { runOnce, type RunResult } from "./run_once.ts";
import { decode } from "./schedule.ts";
import { ScheduleChooser } from "./schedule_chooser.ts";
import { signatureOf } from "./shrink.ts";
import { setupOf, type SimulateOptions, type Simulation } from "./simulate.ts";

/** A run that was to follow a recording did something else. */
export class DivergenceError extends Error {
  /** `"DivergenceError"`. */
  override readonly name = "DivergenceError";

  /** What the run met that was not under its control, as `Simulation.outside` tells it. */
  readonly outside: readonly string[];

  /**
   * Makes one.
   *
   * @param options what the run failed with, if it did, as the `cause`, what it met that was not under its control, and
   * what became of it instead, in words
   */
  constructor(options: ErrorOptions & { outside?: readonly string[]; instead?: string } = {}) {
    const { outside = [], instead } = options;
    super(
      `The run did not follow its recording${instead === undefined ? "" : `, but ${instead}`}: ` +
        "the program is another one now, or it depends on something that is not " +
        "under the simulation's control, such as Math.random, the time of day or a promise of the host " +
        `(see the option 'globals')${outsideInWords(outside)}`,
      options,
    );
    this.outside = outside;
  }
}

/** What can be set otherwise when a run is made again; by default it is as it was when it was found. */
export type ReplayOptions = Pick<
  SimulateOptions,
  "maxSteps" | "stepCost" | "globals" | "interruptions" | "patience" | "hostTimeout"
>;

/**
 * Makes a run again that `explore` found, from its replay string, so that one can look at it with a debugger.
 *
 * @example
 * ```ts
 * import { all, yieldNow } from "@heddle/runtime";
 * import { explore, replay } from "@heddle/runtime/testing";
 * import { assertRejects } from "@std/assert";
 *
 * function* program() {
 *   let count = 0;
 *   function* increment() {
 *     const before = count;
 *     yield* yieldNow();
 *     count = before + 1;
 *   }
 *   yield* all([increment, increment]);
 *   if (count !== 2) throw new Error("an increment is lost");
 * }
 * const { failure } = await explore(program);
 * await assertRejects(() => replay(program, failure!.replay), Error, "an increment is lost");
 * ```
 *
 * @param work the program
 * @param text the replay string
 * @param options what shall be otherwise than it was when it was found: the string has the rest
 * @returns what came of it; rejects with the failure again
 * @throws {DivergenceError} when the run does not follow the recording
 * @throws {TypeError} when `text` is no replay string
 */
export async function replay<T>(
  work: Thunk<T>,
  text: string,
  options: ReplayOptions = {},
): Promise<Simulation<T>> {
  checkThunk(work, "replay");
  const recording = decode(text);
  const setup = {
    ...setupOf({ ...recording.settings, ...options }, "replay"),
    seed: recording.seed,
  };
  const result = await runOnce<T>(work, {
    ...setup,
    chooser: new ScheduleChooser(recording),
    traced: true,
  });
  const { outcome, trace, time, leaks, outside } = result;
  if (fingerprintOf(result) !== recording.fingerprint) {
    const steps = `after ${trace.length} ${trace.length === 1 ? "step" : "steps"}`;
    throw outcome.ok
      ? new DivergenceError({ outside, instead: `ended well ${steps}` })
      : new DivergenceError({
        outside,
        instead: `failed ${steps} with ${inWords(outcome.error)}`,
        cause: outcome.error,
      });
  }
  if (!outcome.ok) throw outcome.error;
  return { value: outcome.value, trace, steps: trace.length, time, leaks, outside };
}

/** A number that stands for who took each step, when, and what came of it. (FNV-1a.) */
export function fingerprintOf({ trace, outcome }: RunResult<unknown>): number {
  let hash = 0x811c9dc5;
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ (value & 0xffff), 0x01000193);
    hash = Math.imul(hash ^ (value >>> 16), 0x01000193);
  };
  for (const { task, time } of trace) {
    mix(task);
    mix(Math.round(time * 1000));
  }
  if (!outcome.ok) { for (const letter of signatureOf(outcome.error)) mix(letter.codePointAt(0)!); }
  return hash >>> 0;
}
