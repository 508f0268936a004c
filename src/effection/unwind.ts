/**
 * What a crash does to a body of ours that stands inside of one of Effection's traps, as in `scoped`, `all` or `race`.
 *
 * Effection would return from the body, and the trap stops that return. A return is lost when a `finally` on the way waits
 * (thefrontside/effection#1190), so here a `CancelledError` is thrown, which no `finally` stops. The trap takes it for the
 * outcome; what it really came to is the crash, which is kept for it.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel, unwindBody, unwound } from "../kernel/cancellation.ts";
import type { TaskNode } from "../kernel/task.ts";
import { endsTrap, type Trap, trapsOf } from "./library.ts";
import type { TaskRoutine } from "./task_routine.ts";

/** Why a part of a body is unwound: the last effect of each trap is performed nevertheless, since it tells the outcome. */
class UnwindCause extends CancelCause {
  override spares(effect: unknown): boolean {
    return endsTrap(effect);
  }
}

const crashed = new WeakSet<Trap>();

/** Unwinds the body of `task` up to that trap which has just learned of a crash. */
export function unwindToTrap(task: TaskNode, routine: TaskRoutine): void {
  let isKnown = false;
  for (const trap of trapsOf(routine.scope)) {
    const { outcome } = trap;
    if (trap.routine !== routine || outcome?.exists !== true || outcome.value?.ok !== false) {
      continue;
    }
    isKnown = true;
    if (crashed.has(trap)) continue;
    crashed.add(trap);
    const { error } = outcome.value;
    const cause = new UnwindCause(
      `Task ${task.id} '${task.name}' left what it did because a task of Effection's failed there`,
      error,
    );
    const before = unwindBody(task, cause);
    keepOutcome(trap, error, cause, () => unwound(task, cause, before));
    return;
  }
  if (isKnown) return;
  // A version of Effection that does not let one see its traps: better the whole task ends than that it hangs.
  task.collect(new Error("A task of Effection's failed, and this version does not tell with what"));
  requestCancel(task, new CancelCause("A task of Effection's failed in the scope of the task"));
}

/** The outcome of the trap stays the crash; errors of cleanup come beside it. `over` is called when it is read. */
function keepOutcome(trap: Trap, error: unknown, cause: CancelCause, over: () => void): void {
  const errors = [error];
  let joined: AggregateError | null = null;
  Object.defineProperty(trap, "outcome", {
    configurable: true,
    get() {
      over();
      if (errors.length > (joined?.errors.length ?? 1)) {
        const message = "A task of Effection's failed, and so did cleaning up after it";
        joined = new AggregateError(errors, message);
      }
      return { exists: true, value: { ok: false, error: joined ?? error } };
    },
    set(outcome: Trap["outcome"]) {
      if (outcome?.value?.ok !== false) return;
      const later = outcome.value.error;
      if (later !== cause.error && later !== joined && !errors.includes(later)) errors.push(later);
    },
  });
}
