/**
 * The wait of a task for children that it owns: what `scope`, `race`, `all`, `timeout` and `shield` have in common.
 *
 * A cancellation of the waiting task goes to the children, newest first, and waits until the last has ended; only then
 * is it thrown where the task waits. So everything unwinds from the inside out.
 *
 * @module
 */

import { oneError } from "./aggregate.ts";
import { CancelCause } from "./cancel_cause.ts";
import { cancelEach } from "./cancellation.ts";
import type { Operation } from "./effect.ts";
import type { Settled } from "./join.ts";
import { spawnOwned } from "./spawn.ts";
import type { TaskNode } from "./task.ts";
import type { Parking } from "./waiter.ts";
import { describe, isOperation, type Thunk } from "./work.ts";

/** A wait for owned children. What it means when one ends is for the kinds of group to say. */
export abstract class Group implements Parking, Settled {
  abstract readonly description: string;
  protected readonly task: TaskNode;
  /** The children that have not ended, oldest first. */
  readonly #live = new Set<TaskNode>();
  /** What children threw, each once, in the order in which it happened. */
  protected readonly errors = new Set<unknown>();
  #cancelled = false;
  #stopping = false;
  #done = false;

  constructor(task: TaskNode) {
    this.task = task;
  }

  /** Once the outcome is on its way to the task it cannot be given back, so a cancellation comes after it. */
  get shielded(): boolean {
    return this.task.isQueued;
  }

  /** A child ended, by itself or as it was told. Called after its error was collected. */
  protected childEnded(_child: TaskNode): void {}

  /** All children have ended, and none was told to by a cancellation of the task: give the outcome. */
  protected abstract allEnded(): void;

  /** Spawns a child. It runs once {@linkcode begin} was called. */
  protected add(work: () => unknown, bits = 0, name?: string): TaskNode {
    const child = spawnOwned(this.task, work, this, bits, name);
    this.#live.add(child);
    return child;
  }

  /** Lets the children run, and parks the task: what `perform` ends with. */
  begin(): false {
    this.task.waiting = this;
    const { scheduler } = this.task;
    if (this.#live.size === 1) { for (const child of this.#live) scheduler.enqueueNext(child); }
    else for (const child of this.#live) scheduler.enqueue(child);
    return false;
  }

  /** Tells the children that have not ended to end, newest first; once. */
  protected stop(because: string | (() => string)): void {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#live.size === 0) return;
    const cause = new CancelCause(because);
    cancelEach([...this.#live].reverse(), cause);
  }

  /** Goes on with a result. */
  protected resolve(value: unknown): void {
    this.task.give(value);
    this.task.goOn();
  }

  /** Goes on with an error, or with all of several. */
  protected reject(errors: Iterable<unknown>): void {
    this.task.fail(oneError([...errors], this.description));
    this.task.goOn();
  }

  settled(child: TaskNode): void {
    this.#live.delete(child);
    if (child.hasFailed) this.errors.add(child.value);
    this.childEnded(child);
    // Telling the others may have ended the last of them on the way.
    if (this.#live.size > 0 || this.#done) return;
    this.#done = true;
    if (!this.#cancelled) this.allEnded();
    else if (this.errors.size > 0) this.reject(this.errors);
    else this.reject([this.task.cold!.cancelCause!.error]);
  }

  /** When the children must have ended, for a task that must have by `deadline`. */
  protected deadline(deadline: number): number {
    return deadline;
  }

  abandon(task: TaskNode): boolean {
    this.#cancelled = this.#stopping = true;
    const { cancelCause, cancelDeadline } = task.cold!;
    // Those that were told to end before get no more time now than the task itself has.
    cancelEach([...this.#live].reverse(), cancelCause!, this.deadline(cancelDeadline));
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
