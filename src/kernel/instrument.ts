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

/** What an instrument is told about a call of a job on a worker. */
export interface CallEvent {
  /** The number of the task that waited for it. */
  readonly taskId: number;
  /** The name of the export. */
  readonly job: string;
  /** The name of the pool. */
  readonly pool: string;
  /** The number of the worker, from 1, unique in its pool. */
  readonly worker: number;
  /** Whether it returned. */
  readonly isOk: boolean;
  /** How long it took in the worker, in milliseconds; `undefined` when the worker was lost, and nobody knows. */
  readonly runMs: number | undefined;
  /** For how much of that it held the worker's thread. */
  readonly heldMs: number;
}

/** What an instrument is told about a worker. */
export interface WorkerEvent {
  /** The name of the pool. */
  readonly pool: string;
  /** The number of the worker, from 1, unique in its pool. */
  readonly worker: number;
  /** What happened to it, when it was lost. */
  readonly error: Error | undefined;
  /** The job that held its thread when it was lost, where that is known. */
  readonly job: string | undefined;
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
  /** A call of a job ended on a worker. Its task has not been told yet. */
  callEnded?(call: CallEvent): void;
  /** A worker is being started. */
  workerStarted?(worker: WorkerEvent): void;
  /** A worker can run calls. */
  workerReady?(worker: WorkerEvent): void;
  /** A worker has been lost. */
  workerLost?(worker: WorkerEvent): void;
  /** A worker ends what it has, and goes: it has served its number, or is not needed any more. */
  workerRetired?(worker: WorkerEvent): void;
  /** A worker that was lost runs on, since the runtime does not end a thread that loops; it keeps a core busy. */
  workerStuck?(worker: WorkerEvent): void;
  /**
   * An async function that was left behind at a cancellation failed later on, or something failed on a worker that belongs
   * to no call. Nobody else will hear of it.
   */
  lateFailure?(error: unknown): void;
}
