/**
 * How orders are gone through.
 *
 * @module
 */

import { RandomChooser } from "./chooser.ts";
import { PctChooser } from "./pct_chooser.ts";
import type { RunResult, RunSetup } from "./run_once.ts";

/** How one run of a search is set up. */
export type Attempt = Pick<RunSetup, "chooser" | "watch" | "seed">;

/** Goes through orders, one run at a time. */
export interface Search {
  /** The run to come. */
  begin(): Attempt;
  /**
   * Goes on after a run.
   *
   * @returns `"complete"` when there is no other order, `"diverged"` when the run had other choices than it was to have
   */
  next(result: RunResult<unknown>): "more" | "complete" | "diverged";
}

/** Each run by a seed of its own, counting up: there is always one more. */
export class SeededSearch implements Search {
  #seed: number;
  readonly #pct: { readonly depth: number; readonly choices: number } | null;

  /**
   * @param seed the first
   * @param pct how PCT is set up, if it is that
   */
  constructor(seed: number, pct: { readonly depth: number; readonly choices: number } | null) {
    this.#seed = seed;
    this.#pct = pct;
  }

  begin(): Attempt {
    const seed = this.#seed++;
    const chooser = this.#pct === null
      ? new RandomChooser(seed)
      : new PctChooser(seed, this.#pct.depth, this.#pct.choices);
    return { seed, chooser };
  }

  next(): "more" {
    return "more";
  }
}

/** How many runs check what a search has left out. */
const checks = 100;

/** A search that leaves orders out, and, when it is complete, tries some by chance, lest it left out what it should not. */
export class CheckedSearch implements Search {
  readonly #search: Search;
  readonly #check: SeededSearch;
  #left = checks;
  #isComplete = false;

  /**
   * @param search what leaves orders out
   * @param seed the first seed of the check
   */
  constructor(search: Search, seed: number) {
    this.#search = search;
    this.#check = new SeededSearch(seed, null);
  }

  begin(): Attempt {
    return this.#isComplete ? this.#check.begin() : this.#search.begin();
  }

  next(result: RunResult<unknown>): "more" | "complete" | "diverged" {
    if (this.#isComplete) return --this.#left === 0 ? "complete" : "more";
    const next = this.#search.next(result);
    if (next !== "complete") return next;
    this.#isComplete = true;
    return "more";
  }
}
