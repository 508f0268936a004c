/**
 * Running work from ordinary code: a root task.
 *
 * @module
 */

import { type ForeignResult, type Operation, outside } from "./effect.ts";
import { type Enter, rootEnvironment } from "./environment.ts";
import { CancelCause } from "./cancel_cause.ts";
import { checkGrace, requestCancel } from "./cancellation.ts";
import { defaultScheduler, Scheduler } from "./scheduler.ts";
import { checkTaskOptions } from "./spawn.ts";
import { traceSpawn } from "./spawn_trace.ts";
import { runApart, running, runNow } from "./running.ts";
import { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";
import type { Task, TaskOptions } from "./task_handle.ts";
import { checkThunk, describe, type Thunk } from "./work.ts";

/** How a root task is run. */
export interface RunOptions extends TaskOptions {
  /** Cancels the task when it aborts; the task's `CancelledError` carries its reason. */
  signal?: AbortSignal;
  /**
   * What runs it.
   *
   * @default the scheduler of the program
   */
  scheduler?: Scheduler;
  /**
   * Wraps every step of the task and its descendants: it is given the step and must call it, at once and once. With
   * `AsyncLocalStorage.snapshot()` here the storage carries through.
   *
   * @default steps run bare, at no cost
   */
  enter?: Enter;
  /**
   * How long a cancelled task may clean up, in milliseconds, before it is ended by force; its descendants inherit it.
   *
   * @default 5000
   */
  grace?: number;
}

/**
 * Runs `work` as a root task. Its first step is taken in a microtask, so cancelling it at once means that it never runs.
 * A failure that nobody observes is left to the host as an unhandled rejection.
 *
 * @example
 * ```ts
 * import { run, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const task = run(function* () {
 *   yield* sleep(1);
 *   return "done";
 * });
 * assertEquals(await task, "done");
 * ```
 *
 * @param work a generator function, or any other function
 * @param options a signal to cancel it by, a name, what wraps its steps
 * @returns the task, to be awaited, joined or cancelled
 * @throws {TypeError} when `work` is not a function, or an option has the wrong type
 */
export function run<T>(work: Thunk<T>, options?: RunOptions): Task<T>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function run<T>(work: () => Promise<T> | T, options?: RunOptions): Task<T>;
export function run<T>(work: Thunk<T>, options: RunOptions = {}): Task<T> {
  checkThunk(work, "run");
  checkRunOptions(options);
  const { signal, enter, grace, scheduler = running?.scheduler ?? defaultScheduler() } = options;
  const environment = enter === undefined && grace === undefined ? rootEnvironment : {
    ...rootEnvironment,
    enter: enter ?? null,
    handedOn: enter ?? null,
    grace: grace ?? rootEnvironment.grace,
  };
  const task = new TaskNode<T>(
    scheduler,
    null,
    environment,
    work,
    0,
    options.priority ?? 0,
    options.name,
  );
  const site = traceSpawn(run);
  if (site !== null) task.coldPart().spawnSite = site;
  if (signal !== undefined) obey(task as TaskNode, signal);
  scheduler.enqueue(task as TaskNode);
  return task;
}

/** Cancels `task` when `signal` aborts. */
export function obey(task: TaskNode, signal: AbortSignal): void {
  const abort = (): void => {
    requestCancel(
      task,
      new CancelCause(`Task ${task.id} '${task.name}' was cancelled by its signal`, signal.reason),
    );
  };
  if (signal.aborted) return abort();
  signal.addEventListener("abort", abort, { once: true });
  (task.coldPart().onEnd ??= []).push(() => signal.removeEventListener("abort", abort));
}

function checkRunOptions(options: RunOptions): void {
  checkTaskOptions(options, "run");
  const { signal, scheduler, enter, grace } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot run: 'signal' must be an AbortSignal: current value is ${describe(signal)}`,
    );
  }
  if (scheduler !== undefined && !(scheduler instanceof Scheduler)) {
    throw new TypeError(
      `Cannot run: 'scheduler' must be a Scheduler: current value is ${describe(scheduler)}`,
    );
  }
  if (enter !== undefined && typeof enter !== "function") {
    throw new TypeError(
      `Cannot run: 'enter' must be a function: current value is ${describe(enter)}`,
    );
  }
  checkGrace(grace, "run");
}

outside.promise = <T>(operation: Operation<T>): Promise<T> => {
  const task = run(() => operation, { name: "await" }) as TaskNode<T>;
  task.bits |= B.FOREIGN;
  return task.then();
};

outside.enter = (operation, resolve) => {
  const scheduler = running?.scheduler ?? defaultScheduler();
  const task = new TaskNode(
    scheduler,
    null,
    rootEnvironment,
    () => operation,
    0,
    0,
    "foreign",
  );
  return lend(task, resolve);
};

/**
 * Begins a new root task that gives its outcome to what speaks Effection's protocol. Returns what ends it.
 *
 * It begins at once, as an operation of a task of ours does: who has found that he has to wait for something does not miss
 * it.
 */
export function lend(
  task: TaskNode,
  resolve: (result: ForeignResult) => void,
): (left: (result: ForeignResult<void>) => void) => void {
  task.bits |= B.OBSERVED | B.FOREIGN;
  const cold = task.coldPart();
  let isLeft = false;
  // What goes on then is the other library's, and not code of the task.
  const goOn = (): void => {
    if (!isLeft) runApart(() => resolve(resultOf(task)));
  };
  cold.onEnd = [() => task.scheduler.isOverdue() ? later(task.scheduler, goOn) : goOn()];
  runNow(task);
  return (left: (result: ForeignResult<void>) => void) => {
    isLeft = true;
    if (task.hasEnded) return left({ ok: true });
    cold.onEnd = [
      () => runApart(() => left(task.hasFailed ? { ok: false, error: task.value } : { ok: true })),
    ];
    void task.cancel();
  };
}

/** Calls `body` in a turn of its own: those who wait have waited long enough. */
function later(scheduler: Scheduler, body: () => void): void {
  scheduler.enqueue(
    new TaskNode(scheduler, null, rootEnvironment, body, B.OBSERVED, 0, "foreign"),
  );
}

/** The outcome of a task that has ended, as drivers of other libraries take it. */
export function resultOf(task: TaskNode): ForeignResult {
  return task.hasFailed || task.isCancelled
    ? { ok: false, error: task.failure }
    : { ok: true, value: task.value };
}
