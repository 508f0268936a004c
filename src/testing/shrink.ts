/**
 * Making a failing schedule small.
 *
 * Piece by piece, decisions are replaced by staying with the task that runs, or by what the real scheduler would do; each
 * time the failure must be the same, and the run smaller: fewer switches between tasks, then fewer deviations from the
 * real scheduler. Pieces are the whole first, then halves, and so on. (Delta debugging, A. Zeller and R. Hildebrandt, 2002.)
 * That comes to a schedule of which nothing can be left out, which is not always the shortest; so all schedules with fewer
 * switches are gone through after, those with few preemptions first, as far as the budget goes: for small programs there
 * is none then.
 *
 * @module
 */

import { DeadlockError } from "../kernel/errors.ts";
import type { Thunk } from "../kernel/work.ts";
import { ExhaustiveSearch } from "./exhaustive_search.ts";
import { runOnce, type RunResult, type RunSetup } from "./run_once.ts";
import { ScheduleChooser } from "./schedule_chooser.ts";

/** A failing run and the decisions that lead to it. */
export interface Failing {
  readonly decisions: readonly number[];
  readonly result: RunResult<unknown>;
}

/** Whether two failures are taken to be the same: they say the same, or are of one class and thrown in one place. */
export function sameFailure(a: unknown, b: unknown): boolean {
  return signatureOf(a) === signatureOf(b) || siteOf(a) === siteOf(b);
}

/** How many frames of the stack tell where: an assertion throws in a helper of its own. */
const frames = 3;

function siteOf(error: unknown): string {
  if (!(error instanceof Error)) return signatureOf(error);
  const stack = error.stack?.split("\n").filter((line) => /^\s*at /.test(line)) ?? [];
  return stack.length === 0
    ? signatureOf(error)
    : [error.name, ...stack.slice(0, frames)].join("\n");
}

/** A failure in words that do not depend on the order in which tasks were made, nor on where in a file. */
export function signatureOf(error: unknown): string {
  if (error instanceof Error) {
    return `${error.name}: ${
      error.message.replace(/task \d+/gi, "task").replace(/, (?:spawned|made) at .*$/gm, "")
    }`;
  }
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return typeof error;
  }
}

/** In how many runs a schedule with fewer switches is looked for. */
const searchBudget = 1000;

/** How many steps these runs may take, and those of leaving out; of a livelock each takes all that there may be. */
const stepBudget = 300_000;

/** How long shrinking may take, in milliseconds of the host. */
const patience = 3000;

/** How long the host is waited for, in milliseconds, where waiting for it was the failure: each run would take that long. */
const briefly = 20;

/** Shrinks the schedule of a failure, in at most `budget` runs. */
export async function shrink(
  work: Thunk<unknown>,
  setup: RunSetup,
  failing: Failing,
  budget: number,
): Promise<Failing> {
  const shrinker = new Shrinker(work, setup, failing, budget);
  await shrinker.shrink();
  return shrinker.best;
}

class Shrinker {
  best: Failing;
  readonly #work: Thunk<unknown>;
  readonly #setup: RunSetup;
  #left: number;
  #stepsLeft = stepBudget;
  #until = performance.now() + patience;

  constructor(work: Thunk<unknown>, setup: RunSetup, failing: Failing, budget: number) {
    this.#work = work;
    // What loops for ever where the original failed is no smaller failure.
    this.#setup = {
      ...setup,
      maxSteps: Math.min(setup.maxSteps, 2 * failing.result.trace.length + 100),
      ...(waitedForHost(failing) ? { hostTimeout: Math.min(setup.hostTimeout, briefly) } : {}),
    };
    this.best = failing;
    this.#left = budget;
  }

  async shrink(): Promise<void> {
    await this.#reduce();
    this.#left = Math.max(this.#left, searchBudget);
    this.#until = performance.now() + patience / 2;
    this.#stepsLeft = stepBudget;
    while (await this.#findBelow()) await this.#reduce();
  }

  /** Leaves out what can be left out. */
  async #reduce(): Promise<void> {
    let before: number;
    do {
      before = weight(this.best);
      await this.#replace("stay");
      await this.#replace("first");
      await this.#drop();
    } while (weight(this.best) < before && this.#left > 0);
  }

  /** Goes through the schedules with fewer switches, up to the first that fails. Returns whether there was one. */
  async #findBelow(): Promise<boolean> {
    const most = switchesOf(this.best) - 1;
    const search = new ExhaustiveSearch("preemptions", most, this.#setup.seed);
    while (most > 0 && this.#mayTry()) {
      const result = await runOnce(this.#work, {
        ...this.#setup,
        ...search.begin(),
        maxSwitches: most,
      });
      if (this.#accept(result)) return true;
      if (search.next(result) !== "more") return false;
    }
    return false;
  }

  /** Replaces runs of decisions, large ones first. */
  async #replace(how: "stay" | "first"): Promise<void> {
    for (let size = this.best.decisions.length; size >= 1; size = size >> 1) {
      for (let from = 0; from < this.best.decisions.length && this.#left > 0; from += size) {
        const { decisions, result } = this.best;
        let candidate: number[] | null = null;
        for (let at = from; at < Math.min(from + size, decisions.length); at++) {
          const stay = result.decisions[at]?.stay ?? -1;
          const wanted = how === "first" || stay < 0 ? 0 : stay;
          if (wanted !== decisions[at]) (candidate ??= [...decisions])[at] = wanted;
        }
        if (candidate !== null) await this.#try(candidate);
      }
    }
  }

  /** Leaves decisions out, so that those after them move up. */
  async #drop(): Promise<void> {
    for (let size = this.best.decisions.length >> 1; size >= 1; size = size >> 1) {
      for (let from = 0; from < this.best.decisions.length && this.#left > 0; from += size) {
        const { decisions } = this.best;
        await this.#try([...decisions.slice(0, from), ...decisions.slice(from + size)]);
      }
    }
  }

  async #try(decisions: readonly number[]): Promise<void> {
    if (!this.#mayTry()) return;
    const chooser = new ScheduleChooser({ decisions });
    this.#accept(await runOnce(this.#work, { ...this.#setup, chooser }));
  }

  /** Whether the budget allows for one more run. */
  #mayTry(): boolean {
    if (performance.now() > this.#until || this.#stepsLeft <= 0) this.#left = 0;
    return this.#left-- > 0;
  }

  /** Takes a run for the best, if it fails in the same way and is smaller. */
  #accept(result: RunResult<unknown>): boolean {
    this.#stepsLeft -= result.trace.length;
    const { outcome } = this.best.result;
    if (
      result.outcome.ok || outcome.ok || !sameFailure(result.outcome.error, outcome.error)
    ) return false;
    const candidate = { decisions: result.decisions.map(({ chosen }) => chosen), result };
    if (weight(candidate) >= weight(this.best)) return false;
    this.best = candidate;
    return true;
  }
}

/** Whether a run failed because the host did not bring something in time. */
function waitedForHost({ result: { outcome } }: Failing): boolean {
  return !outcome.ok && outcome.error instanceof DeadlockError &&
    outcome.error.hostTimeout !== undefined;
}

/** Switches between tasks count most, then deviations from what the real scheduler does, then steps. */
function weight(failing: Failing): number {
  const deviations = failing.decisions.filter((place) => place !== 0).length;
  return switchesOf(failing) * 1e8 + deviations * 1e4 + failing.result.trace.length / 1e5;
}

function switchesOf({ result: { trace } }: Failing): number {
  let switches = 0;
  for (let at = 1; at < trace.length; at++) if (trace[at].task !== trace[at - 1].task) switches++;
  return switches;
}
