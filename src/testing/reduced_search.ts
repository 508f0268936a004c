/**
 * All schedules of a program but for those that differ only in the order of steps which have nothing to do with each other.
 *
 * P. Abdulla, S. Aronis, B. Jonsson and K. Sagonas, "Optimal dynamic partial order reduction", POPL 2014: their first
 * algorithm, with source sets and sleep sets (P. Godefroid, 1996), after C. Flanagan and P. Godefroid, "Dynamic
 * partial-order reduction for model checking software", POPL 2005. Each run is looked through for races: pairs of steps of
 * two tasks that meet, with nothing between that puts the one before the other. For each, the run is tried in which the
 * second comes first. A task whose step was tried at a place sleeps there until a step comes that its own meets.
 *
 * What makes it sound here: a step is what a task does between two waits, and is not interrupted; a ready task stays ready
 * until it runs, with nothing to do if it was cancelled before its first step; a step made another task ready, time moved, or the host had its turn, and so came before. Which steps
 * meet is the matter of `watch_steps.ts`.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { Chooser } from "./chooser.ts";
import type { Footprint } from "./footprint.ts";
import type { ReadyTasks } from "./ready_list.ts";
import type { Attempt, Search } from "./search.ts";
import { StepWatch, type WatchedStep } from "./watch_steps.ts";

/** A state between two steps, and what was tried there. */
interface Node {
  /** Who was ready. */
  readonly ready: readonly string[];
  /** Whose step was tried, or is to be. */
  readonly tried: Set<string>;
  /** Who sleeps, with what its step would touch. */
  readonly asleep: Map<string, Footprint>;
  /** Whose step is taken. */
  chosen: string;
  /** What was picked within the step, and among how many. */
  picks: { readonly count: number; chosen: number }[];
  /** What the step was, and which steps before it had to come before it. */
  step: WatchedStep | null;
  before: Set<number>;
}

/** Walks through the schedules, one run at a time. */
export class ReducedSearch implements Search {
  readonly #seed: number;
  readonly #nodes: Node[] = [];
  /** How many of the nodes the run to come has to follow. */
  #fixed = 0;
  #run: ReducedRun | null = null;

  /** @param seed where chance comes from that is not a choice */
  constructor(seed: number) {
    this.#seed = seed;
  }

  begin(): Attempt {
    const run = this.#run = new ReducedRun(this.#nodes, this.#fixed);
    return { seed: this.#seed, chooser: run, watch: run.watch };
  }

  next(): "more" | "complete" | "diverged" {
    const run = this.#run!;
    run.finish();
    if (run.diverged) return "diverged";
    const nodes = this.#nodes;
    for (let at = this.#fixed === 0 ? 0 : this.#fixed - 1; at < nodes.length; at++) {
      this.#order(at);
      this.#findRaces(at);
    }
    for (let node = nodes.at(-1); node !== undefined; node = nodes.at(-1)) {
      this.#fixed = nodes.length;
      // A step in which something is picked meets all others, so that it never sleeps.
      if (pickOther(node)) return "more";
      node.asleep.set(node.chosen, node.step!.footprint);
      const other = [...node.tried].find((task) => !node.asleep.has(task));
      if (other !== undefined) {
        node.chosen = other;
        node.picks = [];
        return "more";
      }
      nodes.pop();
    }
    return "complete";
  }

  /** Works out which steps had to come before the one at a place. */
  #order(at: number): void {
    const nodes = this.#nodes;
    const node = nodes[at];
    const { task, footprint, causes, since } = node.step!;
    const before = node.before = new Set<number>();
    const add = (earlier: number): void => {
      before.add(earlier);
      for (const place of nodes[earlier].before) before.add(place);
    };
    for (let earlier = at - 1; earlier >= 0; earlier--) {
      if (before.has(earlier)) continue;
      const other = nodes[earlier].step!;
      if (
        earlier < since || causes.includes(earlier) || other.task === task ||
        other.footprint.meets(footprint)
      ) add(earlier);
    }
  }

  /** Sees to it that a run is tried for each race of the step at a place with one before it. */
  #findRaces(at: number): void {
    const nodes = this.#nodes;
    const { step, before } = nodes[at];
    for (const first of before) {
      const other = nodes[first].step!;
      if (first < step!.since || step!.causes.includes(first) || other.task === step!.task) {
        continue;
      }
      // What lies between puts the one before the other, and the race is with that.
      const isIndirect = [...before].some((place) => nodes[place].before.has(first));
      if (!isIndirect) this.#reverse(first, at);
    }
  }

  /** Has one of those tried in the place of the step `first` which can begin a run where step `second` comes before it. */
  #reverse(first: number, second: number): void {
    const nodes = this.#nodes;
    const node = nodes[first];
    const ahead: number[] = [];
    for (let place = first + 1; place < second; place++) {
      if (!nodes[place].before.has(first)) ahead.push(place);
    }
    ahead.push(second);
    const beginners = new Set<string>();
    const seen = new Set<string>();
    for (const place of ahead) {
      const { task } = nodes[place].step!;
      if (seen.has(task)) continue;
      seen.add(task);
      if (!ahead.some((earlier) => nodes[place].before.has(earlier))) beginners.add(task);
    }
    const able = node.ready.filter((task) => beginners.has(task));
    // Should what was seen be less than what was, all are tried.
    if (able.length === 0) { for (const task of node.ready) node.tried.add(task); }
    else if (!able.some((task) => node.tried.has(task) || node.asleep.has(task))) {
      node.tried.add(able[0]);
    }
  }
}

/** Picks another one where several were alike, the last time in the step first. */
function pickOther({ picks }: Node): boolean {
  for (let pick = picks.at(-1); pick !== undefined; pick = picks.at(-1)) {
    if (pick.chosen + 1 < pick.count) {
      pick.chosen++;
      return true;
    }
    picks.pop();
  }
  return false;
}

/** One run: follows what is fixed, then runs whoever is first and does not sleep. */
class ReducedRun implements Chooser {
  /** What each step touches. */
  readonly watch = new StepWatch();
  /** Whether the run had other choices than it was to have. */
  diverged = false;
  readonly #nodes: Node[];
  readonly #fixed: number;
  #at = 0;
  /** How many picks there were in the step. */
  #picked = 0;
  /** Whether all who are ready sleep: whatever comes has been tried. */
  #spent = false;

  constructor(nodes: Node[], fixed: number) {
    this.#nodes = nodes;
    this.#fixed = fixed;
  }

  added(task: TaskNode): void {
    this.watch.added(task);
  }

  only(task: TaskNode): void {
    this.next({ length: 1, at: () => task, placeOf: () => 0 });
  }

  next(ready: ReadyTasks): number {
    this.watch.end();
    const place = this.#choose(ready);
    this.watch.begin(ready.at(place));
    return place;
  }

  #choose(ready: ReadyTasks): number {
    if (this.#spent || this.diverged) return 0;
    this.#close();
    const names = Array.from({ length: ready.length }, (_, at) => this.watch.nameOf(ready.at(at)));
    if (this.#at === this.#nodes.length) this.#open(names);
    if (this.#spent) return 0;
    const node = this.#nodes[this.#at++];
    this.#picked = 0;
    const place = names.indexOf(node.chosen);
    if (place >= 0 && sameNames(names, node.ready)) return place;
    this.diverged = true;
    return 0;
  }

  pick(count: number): number {
    this.watch.interferes();
    if (this.#spent || this.diverged) return 0;
    const { picks } = this.#nodes[this.#at - 1];
    if (this.#picked === picks.length) picks.push({ count, chosen: 0 });
    const pick = picks[this.#picked++];
    if (pick.count !== count) this.diverged = true;
    return Math.min(pick.chosen, count - 1);
  }

  /** The run is over. */
  finish(): void {
    this.watch.end();
    if (this.#spent || this.diverged) return;
    this.#close();
    // Whoever is ready still was cancelled before its first step. Let it have its turn, which does nothing but meet what
    // cancelled it: without there would be no race to see.
    const last = this.#nodes.at(-1);
    for (const task of last?.ready ?? []) last!.tried.add(task);
  }

  /** What the last step was is known now. */
  #close(): void {
    if (this.#at >= this.#fixed && this.#at > 0) {
      this.#nodes[this.#at - 1].step = this.watch.steps[this.#at - 1];
    }
  }

  /** A state that no run has come to. */
  #open(ready: readonly string[]): void {
    const asleep = new Map<string, Footprint>();
    const last = this.#nodes.at(-1);
    for (const [task, footprint] of last?.asleep ?? []) {
      if (!footprint.meets(last!.step!.footprint)) asleep.set(task, footprint);
    }
    const chosen = ready.find((task) => !asleep.has(task));
    if (chosen === undefined) {
      this.#spent = true;
      return;
    }
    const tried = new Set([chosen]);
    this.#nodes.push({
      ready,
      tried,
      asleep,
      chosen,
      picks: [],
      step: null,
      before: new Set(),
    });
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}
