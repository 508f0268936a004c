/**
 * The wait for several owned children.
 *
 * @module
 */

import { oneError } from "./aggregate.ts";
import { ErrorList } from "./error_list.ts";
import { OwnedWait } from "./owned_wait.ts";
import { spawnOwned } from "./spawn.ts";
import type { TaskNode } from "./task.ts";
import type { Thunk } from "./work.ts";

/** A wait for several owned children. What it means when one ends is for the kinds of group to say. */
export abstract class Group extends OwnedWait {
  /** The children, oldest first. */
  protected readonly children: TaskNode[] = [];
  #live = 0;
  #done = false;
  /** What children threw, each once, in the order in which it happened. */
  protected errors: ErrorList | null = null;

  /** Whether children may fail without harm, up to a cancellation. */
  protected get absorbsFailures(): boolean {
    return false;
  }

  /** A child ended, by itself or as it was told. Called after its error was collected. */
  protected childEnded(_child: TaskNode): void {}

  /** All children have ended, and none was told to by a cancellation of the task: give the outcome. */
  protected abstract allEnded(): void;

  /** Spawns a child for each of `works`, which run in turn, and parks the task: what `perform` ends with. */
  begin(
    works: readonly Thunk<unknown>[],
    names: readonly string[] | null,
    site: Error | null = null,
  ): false {
    const { task, children } = this;
    this.#live = works.length;
    for (let index = 0; index < works.length; index++) {
      const work = works[index];
      const name = work.name || (names === null ? undefined : names[index]);
      children.push(spawnOwned(task, work, this, name, 0, site));
    }
    task.waiting = this;
    for (const child of children) task.scheduler.enqueue(child);
    return false;
  }

  settled(child: TaskNode): void {
    this.#live--;
    if (child.hasFailed) (this.errors ??= new ErrorList()).add(child.value);
    this.childEnded(child);
    // Telling the others may have ended the last of them on the way.
    if (this.#live > 0 || this.#done) return;
    this.#done = true;
    if (!this.cancelled) this.allEnded();
    else if (this.errors !== null) this.rejectWithErrors();
    else this.reject(this.task.cold!.cancelCause!.error);
  }

  override abandon(task: TaskNode): boolean {
    // A failure that the operation would have taken for a result is none of the cancellation's.
    if (this.absorbsFailures) this.errors = null;
    return super.abandon(task);
  }

  /** Goes on with what the children threw: one as itself, several as one. */
  protected rejectWithErrors(): void {
    this.reject(oneError([...this.errors!], this.description));
  }

  protected live(): TaskNode[] {
    return this.children.filter((child) => !child.hasEnded).reverse();
  }
}
