/**
 * The instrument seam: one interface of optional methods, on which inspector, timeline, metrics and tracing hang. It
 * costs one comparison where an event would be while nobody listens.
 *
 * @module
 */

import type { TaskStatus } from "./task_handle.ts";

/** What an instrument is told about a task. */
export interface TaskEvent {
  /** The number of the task, unique in the program. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** The number of the task that spawned it; `undefined` for a root task. */
  readonly parentId: number | undefined;
  /** Its status now. */
  readonly status: TaskStatus;
  /** What it waits for; `undefined` when it does not wait. */
  readonly waitsFor: string | undefined;
  /** Where it was spawned, when that was recorded. */
  readonly spawnedAt: string | undefined;
}

/** How a task that ignored its cancellation was ended: its iterator was returned from, or, that failing, left behind. */
export type ForcedEnd = "returned" | "abandoned";

/** A listener for what the scheduler does. A method that throws is a defect of the instrument, and ends the program. */
export interface Instrument {
  /** A task came into being. */
  taskSpawned?(task: TaskEvent): void;
  /** A task goes on, or begins. */
  taskResumed?(task: TaskEvent): void;
  /** A task gave up the thread: it waits, or is ready to go on. */
  taskParked?(task: TaskEvent): void;
  /** A task ended. */
  taskEnded?(task: TaskEvent): void;
  /** A task did not end within its grace time after a cancellation, and was ended by force. */
  cancellationIgnored?(task: TaskEvent, end: ForcedEnd): void;
  /** An async function that was left behind at a cancellation failed later on; nobody else will hear of it. */
  lateFailure?(error: unknown): void;
}
