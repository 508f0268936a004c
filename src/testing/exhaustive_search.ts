/**
 * All schedules of a program, those first that deviate least from the real scheduler's.
 *
 * A run follows the path that was fixed, and then the real scheduler. Wherever it had a choice after its path, another
 * place makes a path with one deviation more; each path comes about in one way only. What is kept are the paths of one
 * number of deviations.
 *
 * @module
 */

import type { Chooser } from "./chooser.ts";
import type { Decision } from "./decisions.ts";

/** A run whose choices after `from` have not all been taken otherwise. */
interface Parent {
  readonly decisions: readonly Decision[];
  at: number;
  place: number;
}

/** Walks through the paths. */
export class ExhaustiveSearch {
  #path: number[] = [];
  #parent: Parent | null = null;
  /** Those with as many deviations as the path's parent has, and those with as many as the path has. */
  #parents: Parent[] = [];
  #children: Parent[] = [];
  #depth = 0;
  readonly #deviations: number;

  /** @param deviations in how many decisions a schedule may deviate from the real scheduler's */
  constructor(deviations: number) {
    this.#deviations = deviations;
  }

  /** Who chooses in the run to come. */
  chooser(): Chooser {
    return new PathChooser(this.#path);
  }

  /** Whether a run had the choices on its path that its parent had; if not, something is not under control. */
  follows(decisions: readonly Decision[]): boolean {
    if (decisions.length < this.#path.length) return false;
    const before = this.#parent?.decisions;
    return this.#path.every((place, at) =>
      place < decisions[at].count &&
      (before === undefined || before[at].count === decisions[at].count)
    );
  }

  /** Goes on to the next path, after a run that decided so. Returns `false` when there is none. */
  next(decisions: readonly Decision[]): boolean {
    this.#children.push({ decisions, at: this.#path.length, place: 1 });
    for (;;) {
      const parent = this.#parents.at(-1);
      if (parent === undefined) {
        if (this.#children.length === 0 || ++this.#depth > this.#deviations) return false;
        this.#parents = this.#children.reverse();
        this.#children = [];
      } else if (parent.at === parent.decisions.length) {
        this.#parents.pop();
      } else if (parent.place === parent.decisions[parent.at].count) {
        parent.at++;
        parent.place = 1;
      } else {
        this.#parent = parent;
        this.#path = parent.decisions.slice(0, parent.at).map(({ chosen }) => chosen);
        this.#path.push(parent.place++);
        return true;
      }
    }
  }
}

class PathChooser implements Chooser {
  readonly #path: readonly number[];
  #at = 0;

  constructor(path: readonly number[]) {
    this.#path = path;
  }

  next(): number {
    return this.pick();
  }

  pick(): number {
    return this.#path[this.#at++] ?? 0;
  }
}
