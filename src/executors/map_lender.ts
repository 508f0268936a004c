/**
 * What a map has to do with the task that made it, when that task is one of the same executor: it lends its slot to the
 * tasks of the map while it waits for them, and the map is closed before it ends.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import { FOREIGN } from "../kernel/task_bits.ts";
import type { Latch } from "../sync/latch.ts";

/** What a stream asks of its executor. */
export interface MapHost {
  /** The task of the executor whose code is under way. */
  insider(): TaskNode | null;
  /** A task that has a slot waits for one that may have none. */
  lend(lender: TaskNode, task: TaskNode): void;
}

/** The slot of the task that made a map, for the tasks of the map. */
export class MapLender {
  readonly #host: MapHost;
  readonly #lender: TaskNode | null;
  /** Tasks for which the lender has not waited yet. */
  #unoffered: TaskNode[] = [];

  constructor(host: MapHost) {
    this.#host = host;
    this.#lender = host.insider();
  }

  /** The map has a new task; `waits` tells whether somebody waits for its results now. */
  started(task: TaskNode, waits: boolean): void {
    if (this.#lender === null) return;
    if (waits) this.#host.lend(this.#lender, task);
    else this.#unoffered.push(task);
  }

  /** Waits for the progress of the map, on which the lender's slot goes to its tasks. */
  waitFor(progress: Latch): Operation<void> {
    if (this.#lender !== null && this.#unoffered.length > 0) {
      for (const task of this.#unoffered.splice(0)) this.#host.lend(this.#lender, task);
    }
    return progress.wait();
  }
}

/** Has what a coroutine reads from closed when it ends, in whatever way, and before whoever waits for it goes on. */
export class ScopeBinding {
  readonly #task: TaskNode;
  readonly #close: () => Operation<void>;

  private constructor(task: TaskNode, close: () => Operation<void>) {
    this.#task = task;
    this.#close = close;
    (task.coldPart().finalisers ??= []).push(close);
  }

  /** Binds to the coroutine whose code is under way, if there is one. */
  static make(close: () => Operation<void>): ScopeBinding | null {
    const isCoroutine = running !== null && (running.bits & FOREIGN) === 0;
    return isCoroutine ? new ScopeBinding(running!, close) : null;
  }

  /** There is nothing more to close. */
  undo(): void {
    const finalisers = this.#task.cold?.finalisers;
    if (!finalisers) return;
    const at = finalisers.lastIndexOf(this.#close);
    if (at >= 0) finalisers.splice(at, 1);
  }
}
