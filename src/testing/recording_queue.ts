/**
 * Writing down who ran when.
 *
 * @module
 */

import type { ReadyQueue } from "../kernel/ready_queue.ts";
import type { TaskNode } from "../kernel/task.ts";

/** One step of a simulated program. */
export interface TraceStep {
  /** Which task took it: tasks are numbered from 1, in the order in which they first became ready. */
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
  readonly #numbers = new WeakMap<TaskNode, number>();
  #lastNumber = 0;
  #stopped = false;
  #exhausted = false;

  /**
   * @param inner who chooses
   * @param now the virtual time
   * @param maxSteps how many steps it hands out
   * @param beforeStep called before each step with its number, from 0
   */
  constructor(
    inner: ReadyQueue,
    now: () => number,
    maxSteps: number,
    beforeStep: (step: number) => void,
  ) {
    this.#inner = inner;
    this.#now = now;
    this.#maxSteps = maxSteps;
    this.#beforeStep = beforeStep;
  }

  /** How many are ready; none, once it was stopped, so that the scheduler does not ask again. */
  get size(): number {
    return this.#stopped ? 0 : this.#inner.size;
  }

  /** Whether a task was ready when all steps had been taken. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  push(task: TaskNode): void {
    this.#number(task);
    this.#inner.push(task);
  }

  pushNext(task: TaskNode): void {
    this.#number(task);
    this.#inner.pushNext(task);
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
      this.trace.push({ task: this.#number(task), name: task.name, time: this.#now() });
    }
    return task;
  }

  /** Lets nobody run any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Numbers of its own: the ids of tasks go on from one simulation to the next, and would tell two traces apart. */
  #number(task: TaskNode): number {
    let number = this.#numbers.get(task);
    if (number === undefined) this.#numbers.set(task, number = ++this.#lastNumber);
    return number;
  }
}
