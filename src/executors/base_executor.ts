/**
 * The parts that all executors of one machine have in common: the queue and its slots, the options of a submission, the
 * book-keeping, idle and close.
 *
 * A task that is submitted is a root task of the scheduler which is not made ready before a slot is free; so waiting
 * costs no turn, and a task that is cancelled while it waits never runs. Ended tasks are dropped when their turn comes.
 *
 * A task of a full executor that joins another task of the same executor, which still waits, lends it its slot: it does
 * not run itself meanwhile, and nothing dead-locks.
 *
 * @module
 */

import { AgeingLine } from "../kernel/ageing_line.ts";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import type { Effect } from "../kernel/effect.ts";
import { type Environment, rootEnvironment } from "../kernel/environment.ts";
import { ClosedError, QueueFullError } from "../kernel/errors.ts";
import { obey, run } from "../kernel/run.ts";
import { defaultScheduler } from "../kernel/scheduler.ts";
import { running } from "../kernel/running.ts";
import { TaskNode } from "../kernel/task.ts";
import type { Task } from "../kernel/task_handle.ts";
import { WaitQueue } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";
import { retry } from "../operations/retry.ts";
import { timeout } from "../operations/timeout.ts";
import { Latch } from "../sync/latch.ts";
import type {
  CloseOptions,
  Completion,
  Executor,
  ExecutorStats,
  MapOptions,
  Mapper,
  PlainMapper,
  SubmitOptions,
  Work,
} from "./executor.ts";
import { ExecutorMeter } from "./executor_meter.ts";
import { isJob } from "./job.ts";
import { localCall } from "./local_call.ts";
import type { Chunker } from "./map_chunk.ts";
import { MapStream } from "./map_stream.ts";
import type { Quantiles } from "./quantiles.ts";
import type { Stream } from "./stream.ts";
import { Submission } from "./submission.ts";
import {
  checkBaseOptions,
  checkCloseOptions,
  checkCount,
  checkMapOptions,
  checkSubmitOptions,
} from "./submit_options.ts";

import { timedJob } from "./timed_stream.ts";

/** How an executor of this kind is made. */
export interface BaseOptions {
  /** What to call it in reports. */
  name: string;
  /** How many tasks may run at a time. */
  size: number;
  /** How many may wait; more are refused with `QueueFullError`. */
  queueLimit: number;
}

const noOptions: SubmitOptions = {};

/** An executor with a queue and slots, which runs its tasks in this thread unless a subclass knows better. */
export abstract class BaseExecutor implements Executor {
  readonly name: string;
  readonly #queueLimit: number;
  readonly #line = new AgeingLine<Submission>();
  readonly #live = new WaitQueue<Submission>();
  #size: number;
  #waiting = 0;
  #running = 0;
  protected readonly meter: ExecutorMeter = new ExecutorMeter();
  #closing: Task<void> | null = null;
  /** Open while nothing has been submitted that has not ended. */
  readonly #idle = new Latch(true);
  #environment: Environment = { ...rootEnvironment, holder: this };
  #environmentOf: Environment = rootEnvironment;

  /**
   * For subclasses.
   *
   * @param options its name, its size, the limit of its queue
   */
  constructor(options: BaseOptions) {
    checkBaseOptions(options);
    this.name = options.name;
    this.#size = options.size;
    this.#queueLimit = options.queueLimit;
  }

  /** How many tasks may run at a time. */
  get size(): number {
    return this.#size;
  }

  /** @internal How many tasks have been submitted and have not ended. */
  get pending(): number {
    return this.#live.size;
  }

  /** @internal How long tasks waited and ran. */
  get times(): { readonly queue: Quantiles; readonly run: Quantiles } {
    return { queue: this.meter.queueTime, run: this.meter.runTime };
  }

  /** How many tasks run. */
  get running(): number {
    return this.#running;
  }

  /** How many tasks wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  submit<T>(work: Work<T>, options?: SubmitOptions): Task<T>;
  submit<T>(work: () => Promise<T> | T, options?: SubmitOptions): Task<T>;
  submit<T>(work: Work<T>, options?: SubmitOptions): Task<T> {
    if (typeof work !== "function" && !isJob(work)) {
      throw new TypeError(
        `Cannot submit: 'work' must be a function or a job: current value is ${describe(work)}`,
      );
    }
    if (options !== undefined) checkSubmitOptions(options, "submit");
    return this.#accept(work, options ?? noOptions);
  }

  /** Takes in what has been checked. */
  #accept<T>(work: Work<T>, options: SubmitOptions): Task<T> {
    const body = this.#governed(work, options);
    const name = options.name ?? (work as { name?: string }).name;
    const scheduler = running?.scheduler ?? defaultScheduler();
    const task = new TaskNode<T>(
      scheduler,
      null,
      this.#inherit(),
      body,
      0,
      options.priority ?? 0,
      name || undefined,
    );
    const submission = new Submission(task as TaskNode, this);
    const refusal = this.refusal();
    if (refusal !== null) {
      this.#refuse(task as TaskNode, refusal);
      return task;
    }
    this.meter.submitted(submission);
    this.#live.push(submission);
    this.#idle.close();
    this.#waiting++;
    if (options.signal !== undefined) obey(task as TaskNode, options.signal);
    if (options.deadline !== undefined) submission.endWithin(Number(options.deadline) - Date.now());
    if (options.delay !== undefined && options.delay > 0) submission.holdFor(options.delay);
    else this.admit(submission);
    return task;
  }

  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options: MapOptions & { onError: "settle" },
  ): Stream<PromiseSettledResult<O>>;
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: PlainMapper<I, O>,
    options: MapOptions & { onError: "settle" },
  ): Stream<PromiseSettledResult<O>>;
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options?: MapOptions & { onError?: "fail" },
  ): Stream<O>;
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: PlainMapper<I, O>,
    options?: MapOptions & { onError?: "fail" },
  ): Stream<O>;
  map<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options: MapOptions = {},
  ): Stream<unknown> {
    checkMapOptions(options);
    const named = options.name === undefined && typeof fn === "function"
      ? { ...options, name: fn.name || "map" }
      : options;
    return new MapStream<I, O>(
      inputs,
      fn,
      options,
      this.mapConcurrency(),
      (input, index) => this.submitMapped(fn, input, index, named),
      this.chunker?.(fn, named),
    );
  }

  /** What puts neighbouring inputs of a map into one task, where that can be done. */
  protected chunker?<I, O>(fn: Mapper<I, O>, options: MapOptions): Chunker | null;

  /** How many inputs a map works on at a time, unless it is told. */
  protected mapConcurrency(): number {
    return this.#size;
  }

  /** Submits the work for one input of a map. Called when it may begin. */
  protected submitMapped<I, O>(
    fn: Mapper<I, O>,
    input: I,
    index: number,
    options: MapOptions,
  ): Task<O> {
    return this.#accept<O>(() => {
      const outcome = fn(input, index);
      return isJob(outcome) ? localCall(outcome)() as O : outcome as O;
    }, options);
  }

  /** What one attempt at `work` runs, without its timeout. */
  protected attempt(work: Work<unknown>, _options: SubmitOptions): () => unknown {
    return typeof work === "function" ? work : localCall(work);
  }

  /** What one attempt runs, with its timeout. */
  protected timedAttempt(work: Work<unknown>, options: SubmitOptions): () => unknown {
    const attempt = this.attempt(work, options);
    const ms = options.timeout;
    if (ms === undefined) return attempt;
    return isJob(work) ? () => timedJob(ms, attempt, work.name) : () => timeout(ms, attempt);
  }

  #governed(work: Work<unknown>, options: SubmitOptions): () => unknown {
    const attempt = this.timedAttempt(work, options);
    return options.retry === undefined ? attempt : () => retry(options.retry!, attempt);
  }

  /** The environment for a task that is submitted now: that of the submitter, and a slot here. */
  #inherit(): Environment {
    const outer = running?.environment ?? rootEnvironment;
    if (outer !== this.#environmentOf) {
      this.#environmentOf = outer;
      this.#environment = { ...outer, holder: this };
    }
    return this.#environment;
  }

  /** Why a task cannot be taken in now, if it cannot. */
  protected refusal(): Error | null {
    if (this.#closing !== null) {
      return new ClosedError(`Cannot submit: executor '${this.name}' is closed`);
    }
    if (this.#waiting >= this.#queueLimit && this.#running >= this.#size) {
      return new QueueFullError(this.#queueLimit, `The queue of executor '${this.name}'`);
    }
    return null;
  }

  /** A task that fails without running: the function that should have made its work threw. */
  protected failed<T>(error: unknown): Task<T> {
    const scheduler = running?.scheduler ?? defaultScheduler();
    const task = new TaskNode<T>(scheduler, null, this.#inherit(), () => {}, 0, 0, "map");
    this.#refuse(task as TaskNode, error);
    return task;
  }

  #refuse(task: TaskNode, error: unknown): void {
    task.joiners = null;
    task.collect(error);
    requestCancel(task, new CancelCause("The task was refused"));
  }

  /** @internal */
  admit(submission: Submission): void {
    submission.state = "waiting";
    if (this.#running < this.#size && this.#line.size === 0) this.#begin(submission);
    else this.#line.push(submission, submission.task.priority);
  }

  /** @internal */
  joined(submission: Submission, by: TaskNode): void {
    if (by.environment.holder !== this) return;
    // It stays in the line, and is passed over when its turn comes.
    submission.state = "lent";
    this.#waiting--;
    this.#start(submission);
  }

  /** @internal */
  settled(submission: Submission, task: TaskNode): void {
    this.#live.remove(submission);
    const { state } = submission;
    this.meter.ended(submission, task, state === "running");
    if (state === "running") {
      this.#running--;
      this.#fill();
    } else if (state !== "lent") {
      this.#waiting--;
    }
    if (this.#live.size === 0) this.#idle.open();
  }

  #fill(): void {
    while (this.#running < this.#size) {
      const submission = this.#line.shift();
      if (submission === undefined) return;
      if (submission.state === "waiting" && !submission.task.hasEnded) this.#begin(submission);
    }
  }

  #begin(submission: Submission): void {
    submission.state = "running";
    this.#waiting--;
    this.#running++;
    this.#start(submission);
  }

  #start(submission: Submission): void {
    this.meter.begun(submission, submission.state === "running");
    const { task } = submission;
    task.scheduler.enqueue(task);
    submission.begun();
  }

  stats(): ExecutorStats {
    return {
      name: this.name,
      running: this.running,
      waiting: this.waiting,
      size: this.#size,
      ...this.meter.snapshot(this.size),
    };
  }

  resize(size: number): void {
    checkCount(size, "resize an executor", "size", 1);
    this.#size = size;
    this.#fill();
  }

  idle(): Completion {
    return run(() => this.#idle.wait(), { name: `idle of ${this.name}` });
  }

  close(options: CloseOptions = {}): Completion {
    checkCloseOptions(options);
    const first = this.#closing === null;
    this.#closing ??= run(() => this.#close(), { name: `close of ${this.name}` });
    // A second closing that does not drain ends what the first would have let run.
    if (options.drain === false) this.#cancelAll(options.grace);
    if (first) this.onClosing();
    return this.#closing;
  }

  *#close(): Generator<Effect<unknown>, void, unknown> {
    yield* this.#idle.wait();
    yield* this.release();
  }

  /** Calls `then` when `task` has begun. Returns `false`, and does not, when it has begun already. */
  protected whenBegun(task: Task<unknown>, then: () => void): boolean {
    const submission = (task as unknown as TaskNode).joiners;
    if (!(submission instanceof Submission)) return false;
    if (submission.state !== "waiting" && submission.state !== "delayed") return false;
    submission.more.onBegun = then;
    return true;
  }

  /** The executor takes no more tasks. */
  protected onClosing(): void {}

  /** Lets go of what the executor holds; called once, when nothing runs any more. */
  protected *release(): Generator<Effect<unknown>, void, unknown> {}

  #cancelAll(grace: number | undefined): void {
    for (const submission of [...this.#live].reverse()) {
      const { task } = submission;
      task.observe();
      const deadline = grace === undefined ? undefined : task.scheduler.clock.after(grace);
      requestCancel(task, new CancelCause(() => `Executor '${this.name}' was closed`), deadline);
    }
  }

  /** Closes it, after running what it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
