/**
 * The errors of the kernel. Each says what was tried, what is the matter and what to do about it, and carries its data
 * as fields, so that nobody has to read a message to decide.
 *
 * @module
 */

/** Thrown where a task waits, when the task is cancelled; and to whoever waits for a task that was cancelled. */
export class CancelledError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "CancelledError";
  /** What the canceller gave as the reason, if anything. */
  readonly reason: unknown;

  /**
   * Makes one; the runtime does so by itself.
   *
   * @param message what was cancelled
   * @param reason why; an `Error` also becomes the `cause`
   */
  constructor(message = "The task was cancelled", reason?: unknown) {
    super(message, reason instanceof Error ? { cause: reason } : undefined);
    this.reason = reason;
  }
}

/** Something was not done when its time was over. */
export class TimeoutError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "TimeoutError";
  /** The limit that was passed, in milliseconds. */
  readonly ms: number;

  /**
   * Makes one.
   *
   * @param ms the limit that was passed, in milliseconds
   * @param what what was not done in time
   * @param options the `cause`, when stopping the work failed too
   */
  constructor(ms: number, what = "The operation", options?: ErrorOptions) {
    super(`${what} did not finish within ${ms} ms`, options);
    this.ms = ms;
  }
}

/** Something was used where or when it cannot be: outside of a coroutine, a permit after its release. */
export class UsageError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "UsageError";
}

/** Something was used after it was closed: a channel, an executor. */
export class ClosedError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "ClosedError";
}

/** A bounded queue had no room. */
export class QueueFullError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "QueueFullError";
  /** How many may wait. */
  readonly limit: number;

  /**
   * Makes one.
   *
   * @param limit how many may wait
   * @param what which queue
   */
  constructor(limit: number, what = "The queue") {
    super(
      `${what} is full: ${limit} may wait. Await earlier tasks before submitting more, or raise 'queueLimit'`,
    );
    this.limit = limit;
  }
}

/** One blocked task in a {@linkcode DeadlockError}. */
export interface BlockedTask {
  /** The number of the task. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** What it waits for. */
  readonly waitsFor: string;
  /** Where it was spawned: `at worker (file:///…/main.ts:12:20)`. `undefined` when that was not recorded. */
  readonly spawnedAt?: string;
}

/** Blocked tasks for a message, one a line. */
export function tasksInWords(tasks: readonly BlockedTask[]): string {
  return tasks.map(({ id, name, waitsFor, spawnedAt }) =>
    `  task ${id} '${name}' waits for ${waitsFor}${
      spawnedAt === undefined ? "" : `, spawned ${spawnedAt}`
    }`
  ).join("\n");
}

/** Nothing is ready, no timer is set, nothing outside is awaited, or nothing comes from there, and yet tasks wait. */
export class DeadlockError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "DeadlockError";
  /** Every blocked task, and what it waits for. */
  readonly blocked: readonly BlockedTask[];
  /** For how many milliseconds the host has been waited for; `undefined` when nothing outside was awaited. */
  readonly hostTimeout: number | undefined;

  /**
   * Makes one.
   *
   * @param blocked every blocked task
   * @param options for how many milliseconds the host has been waited for, if anything outside was
   */
  constructor(blocked: readonly BlockedTask[], options: { hostTimeout?: number } = {}) {
    const { hostTimeout } = options;
    const outside = hostTimeout === undefined
      ? "nothing outside is awaited"
      : `nothing has come from outside for ${hostTimeout} ms ('hostTimeout')`;
    super(
      `Deadlock: nothing is ready, no timer is set and ${outside}, yet ${blocked.length} ` +
        `${blocked.length === 1 ? "task waits" : "tasks wait"}:\n${tasksInWords(blocked)}`,
    );
    this.blocked = blocked;
    this.hostTimeout = hostTimeout;
  }
}

/** The worker that ran a task died: an uncaught error, an exit, exhausted memory, or a kill. */
export class WorkerLostError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "WorkerLostError";
  /** The exit code of the worker, when there was one. */
  readonly exitCode: number | undefined;

  /**
   * Makes one.
   *
   * @param message what was lost, and how
   * @param options the `cause`, and the exit code of the worker
   */
  constructor(message: string, options?: ErrorOptions & { exitCode?: number }) {
    super(message, options);
    this.exitCode = options?.exitCode;
  }
}
