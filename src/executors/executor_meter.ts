/**
 * The book-keeping of an executor: how many tasks ended how, how long they took, how busy its slots were.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import type { ExecutorStats } from "./executor.ts";
import type { MapChunk } from "./map_chunk.ts";
import { Quantiles } from "./quantiles.ts";
import { Submission } from "./submission.ts";

/** After the first tasks one of so many is timed: reading the clock costs as much as a task. */
const sampleInterval = 64;
const timedFirst = 256;

/** Counts and times the tasks of one executor. */
export class ExecutorMeter {
  /** How long tasks waited. */
  readonly queueTime: Quantiles = new Quantiles();
  /** How long tasks ran. */
  readonly runTime: Quantiles = new Quantiles();
  /** How many inputs of maps are under way beyond one for each task. */
  beyond = 0;
  readonly #madeAt = performance.now();
  #submitted = 0;
  #completed = 0;
  #failed = 0;
  #cancelled = 0;
  #busySlots = 0;
  #changes = 0;
  #busyMs = 0;
  #lookedAt = performance.now();

  /** A task was submitted. */
  submitted(task: TaskNode): void {
    this.#submitted++;
    if (this.#submitted <= timedFirst || this.#submitted % sampleInterval === 0) {
      Submission.of(task).queuedAt = performance.now();
    }
  }

  /** A task begins; it takes a slot, unless that of another is lent to it. */
  begun(task: TaskNode, takesSlot: boolean): void {
    const submission = task.cold === null ? null : Submission.find(task);
    if (submission !== null && submission.queuedAt > 0) {
      submission.begunAt = performance.now();
      this.queueTime.add(submission.begunAt - submission.queuedAt);
    }
    if (takesSlot) this.#slots(1);
  }

  /** A task ended; it gives a slot back, if it had one. */
  ended(task: TaskNode, hadSlot: boolean): void {
    if (task.hasFailed) this.#failed++;
    else if (task.isCancelled) this.#cancelled++;
    else this.#completed++;
    const begunAt = task.cold === null ? 0 : Submission.find(task)?.begunAt ?? 0;
    if (begunAt > 0) this.runTime.add(performance.now() - begunAt);
    if (hadSlot) this.#slots(-1);
  }

  /** A task has been made for all inputs of a chunk. */
  chunkBegun(chunk: MapChunk): void {
    chunk.weight = chunk.count;
    this.beyond += chunk.count - 1;
  }

  /** The task of a chunk has ended, and been counted as one. */
  chunkEnded(chunk: MapChunk): void {
    this.beyond -= chunk.weight - 1;
    const { task, count, failures } = chunk;
    if (task === null || task.isCancelled) {
      this.#cancelled += count - 1;
      return;
    }
    this.#completed += count - failures - (task.hasFailed ? 0 : 1);
    this.#failed += failures - (task.hasFailed ? 1 : 0);
  }

  /** What of the stats is counted here, for `size` slots. */
  snapshot(
    size: number,
  ): Pick<
    ExecutorStats,
    "completed" | "failed" | "cancelled" | "queueTime" | "runTime" | "utilisation"
  > {
    const now = performance.now();
    const busy = this.#busyMs + this.#busySlots * (now - this.#lookedAt);
    return {
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
      queueTime: this.queueTime.snapshot(),
      runTime: this.runTime.snapshot(),
      utilisation: Math.min(1, busy / (size * Math.max(now - this.#madeAt, 1e-3))),
    };
  }

  /** Slot-milliseconds; between two looks at the clock the number of busy slots is taken to be what it was last. */
  #slots(change: 1 | -1): void {
    if (this.#submitted <= timedFirst || ++this.#changes % sampleInterval === 0) {
      const now = performance.now();
      this.#busyMs += this.#busySlots * (now - this.#lookedAt);
      this.#lookedAt = now;
    }
    this.#busySlots += change;
  }
}
