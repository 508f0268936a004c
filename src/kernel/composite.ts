/**
 * Operations that are made of several steps.
 *
 * @module
 */

import { BaseEffect, type Effect, perform, Step } from "./effect.ts";
import { running } from "./running.ts";
import { SingleGroup } from "./single_group.ts";
import type { TaskNode } from "./task.ts";

/**
 * An operation whose steps a task of ours takes inline, as part of its body. To another driver it is one effect: a halt of
 * Effection's would be lost in it where it waits on its way out, and whoever runs it would go on (see `task.ts`, policy).
 * It is not for operations that run the user's work inline, for what that binds to a scope would then be bound here.
 */
export abstract class Composite<T> extends BaseEffect<T> {
  /** Its steps. */
  abstract steps(): Generator<Effect<unknown>, T, unknown>;

  override [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown> {
    return running === null ? new Step<T>(this) : this.steps();
  }

  [perform](task: TaskNode): boolean {
    return new SingleGroup(task, this, () => this.steps(), this.description).begin();
  }
}
