/**
 * Writing down who ran when.
 *
 * @module
 */

import type { ReadyQueue } from "../kernel/ready_queue.ts";
import type { TaskNode } from "../kernel/task.ts";

/** One step of a simulated program. */
export interface TraceStep {
  /** Which task took it: its number, which is that of its `id`: a run numbers its tasks from 1. */
  readonly task: number;
  /** The name of the task. */
  readonly name: string;
  /** When, in milliseconds of virtual time. */
  readonly time: number;
}

/** Leaves the choice to another queue, and writes it down. */
export class RecordingQueue implements ReadyQueue {
  readonly trace: TraceStep[] = [];
  readonly #inner: ReadyQueue;
  readonly #now: () => number;
  readonly #maxSteps: number;
  readonly #beforeStep: (step: number) => void;
  #switchesLeft: number;
  #last: TaskNode | undefined = undefined;
  #stopped = false;
  #exhausted = false;
  #brokenOff = false;

  /**
   * @param inner who chooses
   * @param now the virtual time
   * @param maxSteps how many steps it hands out
   * @param beforeStep called before each step with its number, from 0
   * @param maxSwitches how often another task may follow than the last
   */
  constructor(
    inner: ReadyQueue,
    now: () => number,
    maxSteps: number,
    beforeStep: (step: number) => void,
    maxSwitches = Infinity,
  ) {
    this.#switchesLeft = maxSwitches;
    this.#inner = inner;
    this.#now = now;
    this.#maxSteps = maxSteps;
    this.#beforeStep = beforeStep;
  }

  /** How many are ready; none, once it was stopped, so that the scheduler does not ask again. */
  get size(): number {
    return this.#stopped ? 0 : this.#inner.size;
  }

  /** Whether it lets nobody run any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Whether another task was to follow when all switches had been made. */
  get brokenOff(): boolean {
    return this.#brokenOff;
  }

  /** Whether a task was ready when all steps had been taken. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  push(task: TaskNode): void {
    this.#inner.push(task);
  }

  pushNext(task: TaskNode): void {
    this.#inner.pushNext(task);
  }

  release(): void {
    this.#inner.release();
  }

  shift(): TaskNode | undefined {
    if (this.#stopped) return undefined;
    if (this.trace.length >= this.#maxSteps && this.#inner.size > 0) {
      this.#exhausted = true;
      this.stop();
      return undefined;
    }
    if (this.#inner.size > 0) this.#beforeStep(this.trace.length);
    const task = this.#inner.shift();
    if (task !== undefined) {
      if (task !== this.#last && this.#last !== undefined && this.#switchesLeft-- <= 0) {
        this.#brokenOff = true;
        this.stop();
        return undefined;
      }
      this.#last = task;
      this.trace.push({ task: task.id, name: task.name, time: this.#now() });
    }
    return task;
  }

  /** Lets nobody run any more. */
  stop(): void {
    this.#stopped = true;
  }
}
