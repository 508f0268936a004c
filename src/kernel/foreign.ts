/**
 * Effects of another library that speaks Effection's protocol, performed by our task in place.
 *
 * An effect that only uses `resolve` needs nothing else. One that looks at its routine, for a scope or a context, needs
 * the bridge (`@heddle/runtime/effection`), which puts its own routine here.
 *
 * @module
 */

import type { Effect, ForeignResult } from "./effect.ts";
import type { Parking } from "./waiter.ts";
import type { TaskNode } from "./task.ts";
import { describe } from "./work.ts";

/** Makes the routine that a foreign effect is entered with. The bridge replaces it. */
export const foreign: {
  routineFor(task: TaskNode): object;
  /** Whether an effect is performed before a cancellation that was held back comes: it belongs to those that follow. */
  spares(effect: unknown): boolean;
  /** Performs an effect that binds to a scope for a task that stands in a scope of the other library. */
  bind(effect: Effect<unknown>, task: TaskNode): boolean;
} = {
  routineFor: () => bareRoutine,
  spares: () => false,
  bind: () => {
    throw new Error("A task stands in a scope of another library, and there is no bridge to it");
  },
};

const bareRoutine = new Proxy({}, {
  get(_target, key): never {
    throw new TypeError(
      `An operation of another library asked for '${
        String(key)
      }' of its routine, which only the bridge provides: ` +
        `import "@heddle/runtime/effection" once in your program`,
    );
  },
});

/** Performs what is not an effect of ours; see `NativeEffect[perform]` for the result. */
export function performForeign(effect: unknown, task: TaskNode): boolean {
  if (typeof (effect as Effect<unknown> | null | undefined)?.enter !== "function") {
    task.fail(
      new TypeError(
        `Task ${task.id} '${task.name}' yielded ${describe(effect)}, which is not an effect: ` +
          `write 'yield*' to run an operation, and wrap a promise, as in 'yield* until(promise)'`,
      ),
    );
    return true;
  }
  return new ForeignWait(effect as Effect<unknown>, task).begin();
}

/** What a task is parked on that performs an effect of another library. */
export class ForeignWait implements Parking {
  readonly description: string;
  readonly #effect: Effect<unknown>;
  readonly #task: TaskNode;
  #exit: ((left: (result: ForeignResult<void>) => void) => void) | null = null;
  #outcome: ForeignResult | null = null;
  #entered = false;
  #cancelled = false;
  #isOut = false;
  /** Whether it is still being performed. */
  #atOnce = false;

  constructor(effect: Effect<unknown>, task: TaskNode) {
    this.#effect = effect;
    this.#task = task;
    this.description = effect.description;
  }

  get shielded(): boolean {
    return this.#task.isQueued;
  }

  begin(): boolean {
    const task = this.#task;
    task.waiting = this;
    this.#exit = this.#effect.enter(
      (result: ForeignResult) => this.settle(result),
      foreign.routineFor(task),
    );
    this.#entered = true;
    task.scheduler.outside++;
    if (this.#outcome === null) return false;
    // What comes to a result, and is left, at once keeps nobody waiting: no cancellation comes in between.
    this.#atOnce = true;
    this.#leave();
    this.#atOnce = false;
    return this.#isOut;
  }

  /** The effect has come to something; once. */
  settle(result: ForeignResult): void {
    if (this.#outcome !== null || this.#cancelled) return;
    this.#outcome = result;
    if (this.#entered) this.#leave();
  }

  abandon(task: TaskNode): boolean {
    const leaving = this.#cancelled || this.#outcome !== null;
    this.#cancelled = true;
    if (!leaving) this.#leave();
    // An effect that does not come back from being left holds nobody longer than the grace time.
    if (!task.isForced) return false;
    this.#out();
    return true;
  }

  /** Leaves the effect, then hands its outcome, the cancellation, or the failure to leave to the task. */
  #leave(): void {
    const task = this.#task;
    this.#exit!((left) => {
      if (!this.#out()) return;
      const outcome = this.#outcome;
      if (this.#atOnce) {
        const result = left.ok ? outcome! : left;
        if (result.ok) task.give(result.value);
        else task.fail(result.error);
      } else if (!left.ok) task.wakeWithError(left.error);
      else if (this.#cancelled) task.wakeCancelled();
      else if (outcome!.ok) task.wake(outcome!.value);
      else task.wakeWithError((outcome as { error: unknown }).error);
    });
  }

  /** The wait is over; once. */
  #out(): boolean {
    if (this.#isOut) return false;
    this.#isOut = true;
    this.#task.scheduler.outside--;
    return true;
  }
}
