/**
 * All schedules of a program, one after the other.
 *
 * A depth-first walk through the tree of decisions: each run follows the path that was fixed and then the real scheduler;
 * what it had to decide tells where the next branch is. Nothing is kept but the path.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { Chooser } from "./chooser.ts";
import type { Decision } from "./decisions.ts";

/** Walks the tree of decisions. */
export class ExhaustiveSearch {
  #path: number[] = [];
  readonly #deviations: number;

  /** @param deviations in how many decisions a schedule may deviate from the real scheduler's */
  constructor(deviations: number) {
    this.#deviations = deviations;
  }

  /** Who chooses in the run to come. */
  chooser(): Chooser {
    return new PathChooser(this.#path);
  }

  /** Goes on to the next path, after a run that decided so. Returns `false` when there is none. */
  next(decisions: readonly Decision[]): boolean {
    const path = decisions.map(({ chosen }) => chosen);
    for (let at = path.length - 1; at >= 0; at--) {
      const before = path.slice(0, at).filter((place) => place !== 0).length;
      if (path[at] + 1 >= decisions[at].count || before + 1 > this.#deviations) continue;
      this.#path = [...path.slice(0, at), path[at] + 1];
      return true;
    }
    return false;
  }
}

class PathChooser implements Chooser {
  readonly #path: readonly number[];
  #at = 0;

  constructor(path: readonly number[]) {
    this.#path = path;
  }

  next(_ready: readonly TaskNode[]): number {
    return this.pick();
  }

  pick(): number {
    return this.#path[this.#at++] ?? 0;
  }
}
