/**
 * The wait for one owned child, whose outcome is the outcome of the wait: work that runs in a scope of its own.
 *
 * @module
 */

import { OwnedWait } from "./owned_wait.ts";
import { spawnOwned } from "./spawn.ts";
import type { TaskNode } from "./task.ts";

/** What a task does that waits for one owned child. */
export interface OwningEffect {
  readonly description: string;
  /** Where it was made, when that is recorded. */
  readonly site?: Error | null;
}

/** A wait for one owned child. */
export class SingleGroup extends OwnedWait {
  /** The child. What it inherits may be changed before the wait begins. */
  readonly child: TaskNode;
  readonly #effect: OwningEffect;

  /**
   * @param task the one that waits
   * @param effect what it waits for
   * @param work what the child does
   * @param name what to call the child; by default what the work is called, or else `fallback`
   */
  constructor(
    task: TaskNode,
    effect: OwningEffect,
    work: () => unknown,
    fallback: string,
    name?: string,
    bits = 0,
  ) {
    super(task);
    this.#effect = effect;
    const { site } = effect;
    this.child = spawnOwned(task, work, this, name ?? (work.name || fallback), bits, site);
  }

  get description(): string {
    return this.#effect.description;
  }

  /** Lets the child run, next, and parks the task: what `perform` ends with. */
  begin(): false {
    const { task } = this;
    task.waiting = this;
    task.scheduler.enqueueNext(this.child);
    return false;
  }

  settled(child: TaskNode): void {
    if (!this.cancelled) this.ended(child);
    else this.reject(child.hasFailed ? child.value : this.task.cold!.cancelCause!.error);
  }

  /** The child has ended, and was not told to by a cancellation of the task: gives the outcome. */
  protected ended(child: TaskNode): void {
    if (child.hasFailed || child.isCancelled) this.reject(child.failure);
    else this.resolve(child.value);
  }

  protected live(): TaskNode[] {
    return this.child.hasEnded ? [] : [this.child];
  }
}
