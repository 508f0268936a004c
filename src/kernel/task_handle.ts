/**
 * What a user holds of a task: its handle, and the handle of its cancellation.
 *
 * @module
 */

import type { Operation } from "./effect.ts";
import type { TaskRecord } from "./task_record.ts";

/**
 * Where a task stands: `pending` before its first step, `cancelling` while it unwinds, and one of the last three for
 * good once it and everything in its scope have ended.
 */
export type TaskStatus =
  | "pending"
  | "running"
  | "cancelling"
  | "completed"
  | "failed"
  | "cancelled";

/** How a task is cancelled. */
export interface CancelOptions {
  /**
   * How long the task may take for its cleanup, in milliseconds, before it is ended by force. `Infinity` waits for ever.
   *
   * @default the grace time of its scope, 5000 unless set
   */
  grace?: number;
}

/**
 * A cancellation under way: resolves when all cleanup is done, for `yield*` and `await` alike. It goes on whether
 * anyone waits for it or not. It rejects with the error of a cleanup that failed.
 */
export interface Cancellation extends Promise<void>, Operation<void> {}

/**
 * A coroutine, or other work, that runs in a scope. Join it with `yield*` in a coroutine or `await` elsewhere: both give
 * its result, or throw its error, to everyone who asks, now or later.
 *
 * @typeParam T what it results in
 */
export interface Task<T> extends Promise<T>, Operation<T>, AsyncDisposable {
  /** A number that no other task of this program has. */
  readonly id: number;
  /** The name it was given, or that of its function. */
  readonly name: string;
  /** Where it stands. */
  readonly status: TaskStatus;
  /** What it waits for, in words; `undefined` when it does not wait. */
  readonly waitsFor: string | undefined;
  /** Begins the operation of joining it. */
  [Symbol.iterator](): ReturnType<Operation<T>[typeof Symbol.iterator]>;
  /**
   * Cancels it and everything in its scope. It starts at once, awaited or not; cancelling twice is one cancellation,
   * and cancelling an ended task does nothing. It is thrown once, where the task waits, so that a `finally` which runs
   * because of it may wait; a `finally` that already waits for another reason is code like any other, and is
   * interrupted. What must not be stands in a `shield`.
   *
   * @param reason what its {@linkcode CancelledError} says, for example why
   * @param options how long its cleanup may take
   * @returns done when all cleanup is done
   */
  cancel(reason?: unknown, options?: CancelOptions): Cancellation;
  /** What `JSON.stringify` writes of it: its number, name and status, and what it waits for. */
  toJSON(): TaskRecord;
}

/** What work can find out about the task it runs in, and tell through it. */
export interface TaskInfo {
  /** The number of the task. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal;
  /** Which try this is, from 1, when an executor retries. */
  readonly attempt: number;
  /**
   * When its time is over, in milliseconds since the epoch: the earliest end of the timeouts around it, and of the deadline it was
   * submitted with. `undefined` when it has no limit.
   */
  readonly deadline: number | undefined;
  /**
   * Tells whoever listens how far the work has come: the `onProgress` with which it, or the nearest task above it, was
   * submitted.
   */
  progress(value: unknown): void;
}

/** How a task is spawned. */
export interface TaskOptions {
  /**
   * What to call it in reports.
   *
   * @default the name of the function
   */
  name?: string;
  /**
   * Whether it serves its scope only: it is cancelled, not waited for, when the body of its scope ends.
   *
   * @default false
   */
  daemon?: boolean;
  /**
   * A higher one runs first; a task that is passed over long enough runs all the same. Whole numbers.
   *
   * @default 0
   */
  priority?: number;
}
