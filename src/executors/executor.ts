/**
 * What all executors have in common: one interface, so that where work runs is a decision per task and not per program.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import type { Task } from "../kernel/task_handle.ts";
import type { Thunk } from "../kernel/work.ts";
import type { Job } from "./job.ts";
import type { QuantilesSnapshot } from "./quantiles.ts";
import type { RetryPolicy } from "../operations/retry.ts";
import type { Stream } from "./stream.ts";

/** What an executor runs: a thunk stays in this thread, a job can leave it. */
export type Work<T> = Thunk<T> | Job<T>;

/** How work is submitted. */
export interface SubmitOptions {
  /**
   * What to call the task in reports.
   *
   * @default the name of the function, or of the job
   */
  name?: string;
  /** Cancels the task when it aborts, whether it waits or runs. */
  signal?: AbortSignal;
  /**
   * How long one attempt may run, in milliseconds, counted from its start. It is then cancelled, and fails with
   * `TimeoutError`. For a job that is a stream it is the time the job takes to its end, without what it waits for its
   * consumer; the consumer gets the error.
   *
   * @default no limit
   */
  timeout?: number;
  /**
   * A higher one starts first; ageing sees to it that no task waits for ever. Whole numbers.
   *
   * @default 0
   */
  priority?: number;
  /**
   * When and how often to try again after a failure. The task keeps its slot meanwhile.
   *
   * @default one attempt
   */
  retry?: RetryPolicy;
  /**
   * Hears what the work says of its progress with `currentTask().progress(value)`; from a worker the value comes as a
   * clone, and before the result.
   */
  onProgress?: (value: unknown) => void;
  /** What to hand over to the worker rather than copy. Lanes of this thread ignore it. */
  transfer?: Transferable[];
  /** What the work mostly does, for an executor that chooses by it. It overrides what the job says. */
  kind?: "cpu" | "io";
  /**
   * How long to hold the task back before it joins the queue, in milliseconds.
   *
   * @default 0
   */
  delay?: number;
  /**
   * When it must be done, attempts, queueing and delay included: a date, or milliseconds since the epoch. It is then
   * cancelled, and fails with `TimeoutError`.
   *
   * @default never
   */
  deadline?: Date | number;
}

/** How inputs are mapped. */
export interface MapOptions extends SubmitOptions {
  /**
   * How many inputs are worked on at a time, those that stand ready for a worker included.
   *
   * @default the size of the executor; for each worker of a parallel pool 64, and up to 3072 when they take microseconds
   */
  concurrency?: number;
  /**
   * Whether results come in the order of the inputs, rather than in that in which they are ready.
   *
   * @default true
   */
  ordered?: boolean;
  /**
   * What a failure does: `"fail"` cancels the rest and is thrown; `"settle"` hands out each outcome as
   * `Promise.allSettled` does.
   *
   * @default "fail"
   */
  onError?: "fail" | "settle";
  /**
   * How many results may wait to be consumed. Inputs pulled never exceed results consumed, plus tasks running, plus this.
   *
   * @default twice the concurrency
   */
  lookahead?: number;
}

/** A function of an input that is neither coroutine nor job: what it returns, or promises, is the result. */
export type PlainMapper<I, O> = (input: I, index: number) => Promise<O> | O;

/** The function that makes work of an input. */
export type Mapper<I, O> = (input: I, index: number) => Job<O> | Operation<O> | Promise<O> | O;

/** How an executor is closed. */
export interface CloseOptions {
  /**
   * Whether to run what has been submitted, rather than cancel it.
   *
   * @default true
   */
  drain?: boolean;
  /**
   * How long cancelled tasks may clean up, in milliseconds, before they are ended by force.
   *
   * @default 5000
   */
  grace?: number;
}

/** What an executor has done and is doing. */
export interface ExecutorStats {
  /** The name of the executor. */
  readonly name: string;
  /** How many tasks run. */
  readonly running: number;
  /** How many wait for their turn. */
  readonly waiting: number;
  /** How many may run at a time. */
  readonly size: number;
  /** How many ended with a result. */
  readonly completed: number;
  /** How many ended with an error. */
  readonly failed: number;
  /** How many were cancelled. */
  readonly cancelled: number;
  /** How long tasks waited, in milliseconds; sampled under load. */
  readonly queueTime: QuantilesSnapshot;
  /** How long they ran, in milliseconds; sampled under load. */
  readonly runTime: QuantilesSnapshot;
  /** The part of its slots that were busy since it was made, from 0 to 1. */
  readonly utilisation: number;
}

/** Waits until something is over, in either world. */
export interface Completion extends Promise<void>, Operation<void> {}

/**
 * Runs tasks, a bounded number at a time. Every executor runs jobs, with the same results and the same errors; those that
 * stay in this thread run thunks too.
 */
export interface Executor extends AsyncDisposable {
  /** What it is called in reports. */
  readonly name: string;
  /**
   * Submits one task. It is queued when the executor is busy.
   *
   * @param work a job, or, on executors of this thread, a function
   * @param options limits, priority, retries
   * @returns the task: await it, join it, or cancel it, waiting or running. It fails with `ClosedError` when the executor
   * is closed, and with `QueueFullError` when its queue has a limit and is full
   * @throws {TypeError} when the work cannot be run here, or an option has the wrong type
   */
  submit<T>(work: Work<T>, options?: SubmitOptions): Task<T>;
  /** Submits a function that is neither coroutine nor job: what it returns, or promises, is the result, iterable or not. */
  submit<T>(work: () => Promise<T> | T, options?: SubmitOptions): Task<T>;
  /**
   * Works on many inputs, lazily, and streams the results with back-pressure.
   *
   * @param inputs any iterable, endless ones too
   * @param fn makes work of an input
   * @param options how many at a time, in which order, what failures do
   * @returns the results; leaving the iteration early cancels what runs, and closes the inputs
   */
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options: MapOptions & { onError: "settle" },
  ): Stream<PromiseSettledResult<O>>;
  /** Works on many inputs by a plain function, and hands out each outcome. */
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: PlainMapper<I, O>,
    options: MapOptions & { onError: "settle" },
  ): Stream<PromiseSettledResult<O>>;
  /** Works on many inputs, and fails at the first failure. */
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options?: MapOptions & { onError?: "fail" },
  ): Stream<O>;
  /** Works on many inputs by a plain function, and fails at the first failure. */
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: PlainMapper<I, O>,
    options?: MapOptions & { onError?: "fail" },
  ): Stream<O>;
  /** What it has done and is doing. */
  stats(): ExecutorStats;
  /**
   * Changes how many tasks may run at a time. What runs is not disturbed.
   *
   * @param size a whole number, at least 1
   */
  resize(size: number): void;
  /** Waits until nothing runs and nothing waits. */
  idle(): Completion;
  /**
   * Takes no more tasks; then runs, or cancels, those it has, and lets go of what it holds. Closing twice is one closing.
   *
   * @param options whether to run what waits, and how long cleanup may take
   */
  close(options?: CloseOptions): Completion;
}
