/**
 * Notes on what happens in each step of a run, for its story.
 *
 * @module
 */

import type { Instrument, TaskEvent } from "../kernel/instrument.ts";

/** What happened in one step. */
export interface StepNotes {
  /** The tasks that were spawned, by number and name. */
  readonly spawned: string[];
  /** The tasks that ended, by number and name, that which ran by name, with how. */
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
    this.steps.at(-1)?.spawned.push(`${task.id} '${task.name}'`);
  }

  taskParked(task: TaskEvent): void {
    this.steps.at(-1)!.waitsFor = task.waitsFor;
  }

  taskEnded(task: TaskEvent): void {
    const step = this.steps.at(-1);
    if (step === undefined) return;
    const itself = task.id === this.#running;
    if (itself) step.over = true;
    step.ended.push(`${itself ? "" : `${task.id} `}'${task.name}' ${task.status}`);
  }
}
