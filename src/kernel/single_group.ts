/**
 * The wait for one owned child, whose outcome is the outcome of the wait: work that runs in a scope of its own.
 *
 * @module
 */

import { Group } from "./group.ts";
import type { TaskNode } from "./task.ts";

/** A wait for one owned child. */
export class SingleGroup extends Group {
  readonly description: string;
  /** The child. What it inherits may be changed before the wait begins. */
  readonly child: TaskNode;

  /**
   * @param task the one that waits
   * @param description what it waits for, in words
   * @param work what the child does
   * @param name what to call the child when the work has no name
   */
  constructor(task: TaskNode, description: string, work: () => unknown, name: string) {
    super(task);
    this.description = description;
    this.child = this.add(work, 0, work.name || name);
  }

  protected allEnded(): void {
    const { child } = this;
    if (child.hasFailed || child.isCancelled) this.reject([child.failure]);
    else this.resolve(child.value);
  }
}
