/**
 * The failures in an isolating scope that nobody has asked for so far.
 *
 * Whoever holds the handle of a task may still join it, so a failure cannot be left to the host at once, as that of a promise is.
 * It is when nobody can ask any more: when the scope ends, or, in a scope that lives long, when the task was collected as
 * garbage, which is to say that nobody holds its handle. So a scope keeps its failures no longer than somebody else does.
 *
 * In a simulation, where what happens must not depend on the collector, it is when the scope ends.
 *
 * @module
 */

import { report } from "./outcome_promise.ts";
import type { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";

/**
 * A task failed and nobody was told: a root's failure is the host's, and in a scope that isolates it is kept until somebody
 * asks, or nobody can. In other scopes it is the scope's own.
 */
export function nobodyLooked(task: TaskNode): void {
  const { parent } = task;
  if (parent === null) return report(task);
  if ((parent.bits & B.ISOLATING) === 0) return;
  if (parent.phase === B.ENDED) report(task);
  else (parent.coldPart().unseenFailures ??= new UnseenFailures()).keep(task);
}

/** The only one who was told of the outcome went away before it learned of it. */
export function unobserve(task: TaskNode): void {
  if ((task.bits & (B.FAILED | B.OBSERVED_AGAIN)) !== B.FAILED || task.outcome !== null) {
    return;
  }
  task.bits &= ~B.OBSERVED;
  if ((task.bits & B.OWNED) === 0) nobodyLooked(task);
}

/** What is left of a failed task: it must not hold the task itself. */
export class UnseenFailure {
  readonly #failures: UnseenFailures;
  readonly #error: unknown;

  constructor(failures: UnseenFailures, error: unknown) {
    this.#failures = failures;
    this.#error = error;
  }

  /** Somebody has asked for the outcome of the task. */
  seen(): void {
    this.#failures.drop(this);
    collected.unregister(this);
  }

  /** Nobody will ask: it is the host's, as a rejected promise that nobody handles. */
  leave(): void {
    this.#failures.drop(this);
    void Promise.reject(this.#error);
  }
}

const collected = new FinalizationRegistry((failure: UnseenFailure) => failure.leave());

/** Those of one scope, in the order in which they happened. */
export class UnseenFailures {
  readonly #unseen = new Map<UnseenFailure, TaskNode | null>();

  /** Keeps the failure of `task` until it is seen, or left to the host. */
  keep(task: TaskNode): void {
    const failure = new UnseenFailure(this, task.value);
    task.cold!.unseen = failure;
    const simulated = task.scheduler.onUnobserved !== null;
    this.#unseen.set(failure, simulated ? task : null);
    if (!simulated) collected.register(task, failure, failure);
  }

  /** Lets go of one that is seen, or left. */
  drop(failure: UnseenFailure): void {
    this.#unseen.delete(failure);
  }

  /** The scope has ended. */
  close(): void {
    for (const [failure, task] of this.#unseen) {
      collected.unregister(failure);
      if (task === null) failure.leave();
      else report(task);
    }
  }
}
