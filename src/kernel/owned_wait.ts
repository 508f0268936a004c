/**
 * The wait of a task for children that it owns: what `scope`, `race`, `all`, `timeout` and `shield` have in common.
 *
 * A cancellation of the waiting task goes to the children, newest first, and waits until the last has ended; only then
 * is it thrown where the task waits. So everything unwinds from the inside out.
 *
 * @module
 */

import type { CancelCause } from "./cancel_cause.ts";
import { cancelEach } from "./cancellation.ts";
import type { Operation } from "./effect.ts";
import type { Settled } from "./join.ts";
import type { TaskNode } from "./task.ts";
import type { Parking } from "./waiter.ts";
import { describe, isOperation, type Thunk } from "./work.ts";

/** A wait for owned children. */
export abstract class OwnedWait implements Parking, Settled {
  abstract readonly description: string;
  protected readonly task: TaskNode;
  /** Whether the task was cancelled while it waited. */
  protected cancelled = false;
  #stopping = false;

  constructor(task: TaskNode) {
    this.task = task;
  }

  /** Once the outcome is on its way to the task it cannot be given back, so a cancellation comes after it. */
  get shielded(): boolean {
    return this.task.isQueued;
  }

  /** A child has ended. */
  abstract settled(child: TaskNode): void;

  /** The children that have not ended, newest first. */
  protected abstract live(): TaskNode[];

  /** Tells the children that have not ended to end, newest first; once. */
  protected stop(cause: CancelCause): void {
    if (this.#stopping) return;
    this.#stopping = true;
    cancelEach(this.live(), cause);
  }

  /** Goes on with a result. */
  protected resolve(value: unknown): void {
    this.task.give(value);
    this.task.goOn();
  }

  /** Goes on with an error. */
  protected reject(error: unknown): void {
    this.task.fail(error);
    this.task.goOn();
  }

  /** When the children must have ended, for a task that must have by `deadline`. */
  protected deadline(deadline: number): number {
    return deadline;
  }

  abandon(task: TaskNode): boolean {
    this.cancelled = this.#stopping = true;
    const { cancelCause, cancelDeadline } = task.cold!;
    // Those that were told to end before get no more time now than the task itself has.
    cancelEach(this.live(), cancelCause!, this.deadline(cancelDeadline));
    return false;
  }
}

/** What an operation that takes operations or thunks runs for one of them. */
export function thunkOf<T>(work: Operation<T> | Thunk<T>, verb: string, where: string): Thunk<T> {
  if (typeof work === "function") return work;
  if (isOperation(work)) return () => work;
  throw new TypeError(
    `Cannot ${verb}: ${where} must be an operation or a function: current value is ${
      describe(work)
    }`,
  );
}
