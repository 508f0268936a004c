/**
 * Notes on what happens in each step of a run, for its story.
 *
 * @module
 */

import type { Instrument, TaskEvent } from "../kernel/instrument.ts";

/** What happened in one step. */
export interface StepNotes {
  /** The names of the tasks that were spawned. */
  readonly spawned: string[];
  /** The tasks that ended, with how. */
  readonly ended: string[];
  /** How the task that ran gave up the thread: what it waits for; `undefined` when it is ready, or has ended. */
  waitsFor: string | undefined;
  /** Whether the task that ran has ended. */
  over: boolean;
}

/** Takes notes: one entry for each step. */
export class NoteTaker implements Instrument {
  readonly steps: StepNotes[] = [];
  #running = -1;

  taskResumed(task: TaskEvent): void {
    this.#running = task.id;
    this.steps.push({
      spawned: [],
      ended: [],
      waitsFor: undefined,
      over: false,
    });
  }

  taskSpawned(task: TaskEvent): void {
    this.steps.at(-1)?.spawned.push(task.name);
  }

  taskParked(task: TaskEvent): void {
    this.steps.at(-1)!.waitsFor = task.waitsFor;
  }

  taskEnded(task: TaskEvent): void {
    const step = this.steps.at(-1);
    if (step === undefined) return;
    if (task.id === this.#running) step.over = true;
    step.ended.push(`'${task.name}' ${task.status}`);
  }
}
