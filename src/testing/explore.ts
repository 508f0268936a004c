/**
 * Looking for an order in which a program fails.
 *
 * @module
 */

import { checkThunk, type Thunk } from "../kernel/work.ts";
import { ExhaustiveSearch } from "./exhaustive_search.ts";
import { checkExploreOptions, type ExploreOptions } from "./explore_options.ts";
import { NoteTaker } from "./notes.ts";
import { outsideInWords } from "./outside.ts";
import { ReducedSearch } from "./reduced_search.ts";
import { DivergenceError, fingerprintOf } from "./replay.ts";
import { runOnce, type RunResult, type RunSetup } from "./run_once.ts";
import { encode, type Settings } from "./schedule.ts";
import { ScheduleChooser } from "./schedule_chooser.ts";
import { CheckedSearch, type Search, SeededSearch } from "./search.ts";
import { type Failing, shrink } from "./shrink.ts";
import { choicesOf, setupOf } from "./simulate.ts";
import { tell } from "./story.ts";

/** An order in which the program fails, shrunk. */
export interface ExploreFailure {
  /** What it failed with, in the shrunk run. */
  readonly error: unknown;
  /** The seed of the run that failed first. */
  readonly seed: number;
  /** Makes the shrunk run again: `replay(work, failure.replay)`. */
  readonly replay: string;
  /** The shrunk run, step by step, for people. */
  readonly story: string;
  /** What that run met that was not under its control, one line for each: then `replay` may come to something else. */
  readonly outside: readonly string[];
}

/** What exploring came to. */
export interface Report {
  /** Whether no run failed. */
  readonly ok: boolean;
  /** How many runs there were, without those of the shrinking. */
  readonly runs: number;
  /** How many steps they took, together. */
  readonly steps: number;
  /** Whether every schedule there is, within the bound, was tried. */
  readonly complete: boolean;
  /** The failure, if there was one. */
  readonly failure?: ExploreFailure;
}

const shrinkBudget = 1000;

/**
 * Runs a program many times, each time in another order, until it fails or the budget is spent. A failing order is shrunk
 * to the fewest switches between tasks, told as a story, and given as a string that `replay` takes.
 *
 * The program is called afresh for each run, so what it creates is fresh too; what it takes from outside it must not
 * change. A run fails when the program does: by an error, a deadlock, or a livelock.
 *
 * @example
 * ```ts
 * import { all, yieldNow } from "@heddle/runtime";
 * import { explore } from "@heddle/runtime/testing";
 * import { assertEquals, assertMatch } from "@std/assert";
 *
 * const { ok, failure } = await explore(function* () {
 *   let count = 0;
 *   function* increment() {
 *     const before = count;
 *     yield* yieldNow();
 *     count = before + 1; // another one may have come between
 *   }
 *   yield* all([increment, increment]);
 *   if (count !== 2) throw new Error("an increment is lost");
 * });
 * assertEquals(ok, false);
 * assertMatch(failure!.story, /an increment is lost/);
 * ```
 *
 * @param work the program
 * @param options how many runs, which strategy
 * @returns whether it held, and the failure if not
 * @throws {TypeError} when `work` is not a function, or an option has the wrong type
 * @throws {RangeError} when a number is out of its bounds
 */
export async function explore(
  work: Thunk<unknown>,
  options: ExploreOptions = {},
): Promise<Report> {
  checkThunk(work, "explore");
  return await new Explorer(work, options).explore();
}

class Explorer {
  readonly #work: Thunk<unknown>;
  readonly #options: ExploreOptions;
  readonly #setup: RunSetup;
  readonly #runs: number;
  /** What a replay has to set as well. */
  readonly #given: Settings;

  constructor(work: Thunk<unknown>, options: ExploreOptions) {
    checkExploreOptions(options);
    const { timeBudget, maxSteps, stepCost, globals, interruptions, depth, patience } = options;
    const { hostTimeout } = options;
    const { runs = timeBudget === undefined ? 1000 : Infinity } = options;
    this.#work = work;
    this.#options = options;
    this.#runs = runs;
    this.#given = { maxSteps, stepCost, globals, interruptions, patience, hostTimeout };
    const given = { ...this.#given, depth };
    this.#setup = setupOf(
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      "explore",
    );
  }

  async explore(): Promise<Report> {
    const { timeBudget = Infinity, onProgress } = this.#options;
    const search = await this.#search();
    const began = performance.now();
    let steps = 0;
    let runs = 0;
    while (runs < this.#runs && (runs === 0 || performance.now() - began < timeBudget)) {
      const attempt = search.begin();
      const result = await runOnce(this.#work, { ...this.#setup, ...attempt });
      runs++;
      steps += result.trace.length;
      onProgress?.(runs);
      if (!result.outcome.ok) {
        const failure = await this.#failure(attempt.seed, result);
        return { ok: false, runs, steps, complete: false, failure };
      }
      const next = search.next(result);
      if (next === "complete") return { ok: true, runs, steps, complete: true };
      if (next === "diverged") {
        const error = new DivergenceError({ outside: result.outside });
        const failure = {
          error,
          seed: attempt.seed,
          replay: "",
          story: error.message,
          outside: result.outside,
        };
        return { ok: false, runs, steps, complete: false, failure };
      }
    }
    return { ok: true, runs, steps, complete: false };
  }

  async #search(): Promise<Search> {
    const { strategy, depth = 3, seed = 1, deviations, preemptions, reduction } = this.#options;
    if (strategy === "pct") {
      return new SeededSearch(seed, { depth, choices: await choicesOf(this.#work, this.#setup) });
    }
    if (strategy !== "exhaustive") return new SeededSearch(seed, null);
    if (reduction === true) return new CheckedSearch(new ReducedSearch(seed), seed);
    return preemptions === undefined
      ? new ExhaustiveSearch("deviations", deviations ?? Infinity, seed)
      : new ExhaustiveSearch("preemptions", preemptions, seed);
  }

  async #failure(seed: number, result: RunResult<unknown>): Promise<ExploreFailure> {
    const setup = { ...this.#setup, seed };
    const found: Failing = { decisions: result.decisions.map(({ chosen }) => chosen), result };
    let { decisions } = await shrink(this.#work, setup, found, shrinkBudget);
    let { notes, told } = await this.#runNoting(setup, decisions);
    if (told.outcome.ok) {
      // What is shrunk may depend on the host where what was found does not.
      ({ decisions } = found);
      ({ notes, told } = await this.#runNoting(setup, decisions));
    }
    const { outcome, trace, outside } = told;
    const error = outcome.ok
      ? new NotRepeatedError(told.outside.length > 0 ? outside : result.outside)
      : outcome.error;
    return {
      error,
      seed,
      replay: encode({ decisions, seed, fingerprint: fingerprintOf(told), settings: this.#given }),
      story: tell({ trace, notes: notes.steps, error }) + outsideInWords(outside),
      outside,
    };
  }

  /** Makes a run again, and takes notes for its story. */
  async #runNoting(setup: RunSetup, decisions: readonly number[]) {
    const notes = new NoteTaker();
    const chooser = new ScheduleChooser({ decisions });
    const told = await runOnce(this.#work, { ...setup, chooser, instrument: notes, traced: true });
    return { notes, told };
  }
}

/** A program failed, and did not when it was run again in the same order: something is outside of its control. */
export class NotRepeatedError extends Error {
  /** `"NotRepeatedError"`. */
  override readonly name = "NotRepeatedError";

  /** What the run met that was not under its control, as `Simulation.outside` tells it. */
  readonly outside: readonly string[];

  /**
   * Makes one.
   *
   * @param outside what the run met that was not under its control
   */
  constructor(outside: readonly string[] = []) {
    super(
      "The program failed, and did not fail when it was run again in the same order: it depends on something that is " +
        "not under the simulation's control, such as Math.random, the time of day or a promise of the host " +
        `(see the option 'globals')${outsideInWords(outside)}`,
    );
    this.outside = outside;
  }
}
