/**
 * Looking for an order in which a program fails.
 *
 * @module
 */

import { checkOptions, checkThunk, describe, type Thunk } from "../kernel/work.ts";
import { type Chooser, RandomChooser } from "./chooser.ts";
import { ExhaustiveSearch } from "./exhaustive_search.ts";
import { NoteTaker } from "./notes.ts";
import { PctChooser } from "./pct_chooser.ts";
import { DivergenceError, fingerprintOf } from "./replay.ts";
import { runOnce, type RunResult, type RunSetup } from "./run_once.ts";
import { encode } from "./schedule.ts";
import { ScheduleChooser } from "./schedule_chooser.ts";
import { type Failing, shrink } from "./shrink.ts";
import { checkWhole, choicesOf, setupOf } from "./simulate.ts";
import { tell } from "./story.ts";

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
  /** Called after each run with how many there have been. */
  onProgress?: (runs: number) => void;
}

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
  readonly #firstSeed: number;
  #choices = 0;

  constructor(work: Thunk<unknown>, options: ExploreOptions) {
    checkOptions(options, "explore");
    const { timeBudget, strategy = "random", seed = 1, deviations } = options;
    const { maxSteps, stepCost, globals, depth, onProgress } = options;
    const { runs = timeBudget === undefined ? 1000 : Infinity } = options;
    if (runs !== Infinity) checkWhole(runs, "runs", 1, "explore");
    checkWhole(seed, "seed", -Infinity, "explore");
    if (deviations !== Infinity) checkWhole(deviations, "deviations", 0, "explore");
    if (strategy !== "random" && strategy !== "pct" && strategy !== "exhaustive") {
      throw new TypeError(
        `Cannot explore: 'strategy' must be "random", "pct" or "exhaustive": current value is ${
          describe(strategy)
        }`,
      );
    }
    if (timeBudget !== undefined && !(typeof timeBudget === "number" && timeBudget >= 0)) {
      throw new TypeError(
        `Cannot explore: 'timeBudget' must be a number of milliseconds: current value is ${
          describe(timeBudget)
        }`,
      );
    }
    if (onProgress !== undefined && typeof onProgress !== "function") {
      throw new TypeError(
        `Cannot explore: 'onProgress' must be a function: current value is ${describe(onProgress)}`,
      );
    }
    this.#work = work;
    this.#options = options;
    this.#runs = runs;
    this.#firstSeed = seed;
    const given = { maxSteps, stepCost, globals, depth };
    this.#setup = setupOf(
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      "explore",
    );
  }

  async explore(): Promise<Report> {
    const { timeBudget = Infinity, onProgress, strategy } = this.#options;
    const search = strategy === "exhaustive"
      ? new ExhaustiveSearch(this.#options.deviations ?? Infinity)
      : null;
    const began = performance.now();
    let steps = 0;
    let runs = 0;
    if (strategy === "pct") this.#choices = await choicesOf(this.#work, this.#setup);
    while (runs < this.#runs && (runs === 0 || performance.now() - began < timeBudget)) {
      const seed = this.#firstSeed + (search === null ? runs : 0);
      const result = await runOnce(this.#work, {
        ...this.#setup,
        seed,
        chooser: search === null ? this.#chooser(seed) : search.chooser(),
      });
      runs++;
      steps += result.trace.length;
      onProgress?.(runs);
      if (!result.outcome.ok) {
        const failure = await this.#failure(seed, result);
        return { ok: false, runs, steps, complete: false, failure };
      }
      if (search === null) continue;
      if (!search.follows(result.decisions)) {
        const error = new DivergenceError();
        const failure = { error, seed, replay: "", story: error.message };
        return { ok: false, runs, steps, complete: false, failure };
      }
      if (!search.next(result.decisions)) return { ok: true, runs, steps, complete: true };
    }
    return { ok: true, runs, steps, complete: false };
  }

  #chooser(seed: number): Chooser {
    const { strategy, depth = 3 } = this.#options;
    return strategy === "pct"
      ? new PctChooser(seed, depth, this.#choices)
      : new RandomChooser(seed);
  }

  async #failure(seed: number, result: RunResult<unknown>): Promise<ExploreFailure> {
    const setup = { ...this.#setup, seed };
    const found: Failing = { decisions: result.decisions.map(({ chosen }) => chosen), result };
    const { decisions } = await shrink(this.#work, setup, found, shrinkBudget);
    const notes = new NoteTaker();
    const told = await runOnce(this.#work, {
      ...setup,
      chooser: new ScheduleChooser({ decisions }),
      instrument: notes,
      traced: true,
    });
    const { outcome, trace } = told;
    const error = outcome.ok ? new NotRepeatedError() : outcome.error;
    return {
      error,
      seed,
      replay: encode({ decisions, seed, fingerprint: fingerprintOf(told) }),
      story: tell({ trace, notes: notes.steps, error }),
    };
  }
}

/** A program failed, and did not when it was run again in the same order: something is outside of its control. */
export class NotRepeatedError extends Error {
  /** `"NotRepeatedError"`. */
  override readonly name = "NotRepeatedError";

  /** Makes one. */
  constructor() {
    super(
      "The program failed, and did not fail when it was run again in the same order: it depends on something that is " +
        "not under the simulation's control, such as Math.random, the time of day or a promise of the host " +
        "(see the option 'globals')",
    );
  }
}
