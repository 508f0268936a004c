/**
 * All schedules of a program, those first that are least out of the ordinary.
 *
 * A run follows the path that was fixed, and then what is ordinary. Wherever it had a choice after its path, another place
 * makes a path of its own; each path comes about in one way only. What is out of the ordinary is counted: either each
 * decision that deviates from the real scheduler's (delay bounding, M. Emmi, S. Qadeer and Z. Rakamarić, 2011), or each
 * that takes the turn from a task which could have gone on (preemption bounding, M. Musuvathi and S. Qadeer, 2007). What is
 * kept are the paths of one count, and of the next.
 *
 * @module
 */

import type { Chooser } from "./chooser.ts";
import type { Decision } from "./decisions.ts";
import type { ReadyTasks } from "./ready_list.ts";
import type { RunResult } from "./run_once.ts";
import type { Attempt, Search } from "./search.ts";

/** What is counted. */
export type Counted = "deviations" | "preemptions";

/** A run whose choices after its path have not all been taken otherwise. */
interface Parent {
  readonly decisions: readonly Decision[];
  /** Whether those are meant that count, or those that do not. */
  readonly counting: boolean;
  at: number;
  place: number;
}

/** Walks through the paths. */
export class ExhaustiveSearch implements Search {
  readonly #counted: Counted;
  readonly #bound: number;
  readonly #seed: number;
  #path: number[] = [];
  #parent: Parent | null = null;
  /** How much on the path counts. */
  #count = 0;
  /** What is left of this count, and what there is of the next. */
  #parents: Parent[] = [];
  #later: Parent[] = [];

  /**
   * @param counted what is counted
   * @param bound how much of it a schedule may have
   * @param seed where chance comes from that is not a choice
   */
  constructor(counted: Counted, bound: number, seed: number) {
    this.#counted = counted;
    this.#bound = bound;
    this.#seed = seed;
  }

  begin(): Attempt {
    return { seed: this.#seed, chooser: new PathChooser(this.#path, this.#counted) };
  }

  next({ decisions }: RunResult<unknown>): "more" | "complete" | "diverged" {
    if (!this.#follows(decisions)) return "diverged";
    const from = { decisions, at: this.#path.length, place: 0 };
    if (this.#counted === "preemptions") this.#parents.push({ ...from, counting: false });
    this.#later.push({ ...from, counting: true });
    for (;;) {
      const parent = this.#parents.at(-1);
      if (parent === undefined) {
        if (this.#later.length === 0 || ++this.#count > this.#bound) return "complete";
        this.#parents = this.#later.reverse();
        this.#later = [];
      } else if (this.#advance(parent)) {
        this.#parent = parent;
        this.#path = parent.decisions.slice(0, parent.at).map(({ chosen }) => chosen);
        this.#path.push(parent.place++);
        return "more";
      } else this.#parents.pop();
    }
  }

  /** Whether a run had the choices on its path that its parent had. */
  #follows(decisions: readonly Decision[]): boolean {
    if (decisions.length < this.#path.length) return false;
    const before = this.#parent?.decisions;
    return this.#path.every((place, at) =>
      place < decisions[at].count &&
      (before === undefined || before[at].count === decisions[at].count)
    );
  }

  /** Goes on to the next choice that can be taken otherwise. */
  #advance(parent: Parent): boolean {
    const { decisions, counting } = parent;
    for (; parent.at < decisions.length; parent.at++, parent.place = 0) {
      const { count, chosen, stay } = decisions[parent.at];
      if ((this.#counted === "deviations" || stay >= 0) !== counting) continue;
      if (parent.place === chosen) parent.place++;
      if (parent.place < count) return true;
    }
    return false;
  }
}

/** Follows a path, and then what is ordinary. */
class PathChooser implements Chooser {
  readonly #path: readonly number[];
  readonly #stays: boolean;
  #at = 0;

  constructor(path: readonly number[], counted: Counted) {
    this.#path = path;
    this.#stays = counted === "preemptions";
  }

  next(_ready: ReadyTasks, stay: number): number {
    return this.#path[this.#at++] ?? (this.#stays && stay >= 0 ? stay : 0);
  }

  pick(): number {
    return this.#path[this.#at++] ?? 0;
  }
}
