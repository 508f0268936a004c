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

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import type { Effect, Operation } from "../kernel/effect.ts";
import { type Environment, rootEnvironment } from "../kernel/environment.ts";
import { ClosedError, QueueFullError } from "../kernel/errors.ts";
import { childrenOf } from "../kernel/family.ts";
import { obey, run } from "../kernel/run.ts";
import { defaultScheduler, type Scheduler } from "../kernel/scheduler.ts";
import { running } from "../kernel/running.ts";
import { TaskNode } from "../kernel/task.ts";
import { DELAYED, WAITS } from "../kernel/task_bits.ts";
import type { Task } from "../kernel/task_handle.ts";
import { describe } from "../kernel/work.ts";
import { retry } from "../operations/retry.ts";
import { timeout } from "../operations/timeout.ts";
import { Latch } from "../sync/latch.ts";
import type { RateLimiterOptions } from "../sync/rate_limiter.ts";
import { completion } from "./completion.ts";
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
import { Slots } from "./slots.ts";
import { startRate } from "./start_rate.ts";
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
  /** How often tasks may begin, if that is limited. */
  rate: RateLimiterOptions | undefined;
}

const noOptions: SubmitOptions = {};

/** An executor with a queue and slots, which runs its tasks in this thread unless a subclass knows better. */
export abstract class BaseExecutor implements Executor {
  readonly name: string;
  readonly #queueLimit: number;
  readonly #slots: Slots;
  /** @internal */
  protected readonly meter: ExecutorMeter = new ExecutorMeter();
  /** Where its tasks run: one, but for programs that simulate. */
  readonly #schedulers = new Set<Scheduler>();
  #scheduler: Scheduler | null = null;
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
    this.#slots = new Slots({
      holder: this,
      size: options.size,
      rate: startRate(options.rate),
      meter: this.meter,
      onEnded: () => {
        if (this.#slots.pending === 0) this.#idle.open();
      },
    });
    this.#queueLimit = options.queueLimit;
  }

  /** How many tasks may run at a time. */
  get size(): number {
    return this.#slots.size;
  }

  /** @internal How many tasks have been submitted and have not ended. */
  get pending(): number {
    return this.#slots.pending;
  }

  /** @internal How long tasks waited and ran. */
  get times(): { readonly queue: Quantiles; readonly run: Quantiles } {
    return { queue: this.meter.queueTime, run: this.meter.runTime };
  }

  /** How many tasks run. */
  get running(): number {
    return this.#slots.running;
  }

  /** How many tasks wait for their turn. */
  get waiting(): number {
    return this.#slots.waiting;
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
    return this.accept(work, options ?? noOptions, this.#inherit(), true);
  }

  /** @internal Takes in what has been checked. */
  protected accept<T>(
    work: Work<T>,
    options: SubmitOptions,
    environment: Environment,
    alone = false,
  ): Task<T> {
    const scheduler = running?.scheduler ?? defaultScheduler();
    const plain = options === noOptions && typeof work === "function";
    const task = new TaskNode<T>(
      scheduler,
      null,
      environment,
      plain ? work as () => unknown : this.#governed(work, options),
      0,
      options.priority ?? 0,
      plain ? undefined : options.name ?? ((work as { name?: string }).name || undefined),
    );
    const refusal = this.refusal();
    if (refusal !== null) {
      this.#refuse(task as TaskNode, refusal);
      return task;
    }
    if (scheduler !== this.#scheduler) this.#schedulers.add(this.#scheduler = scheduler);
    if (this.#idle.isOpen) this.#idle.close();
    this.#slots.take(task as TaskNode);
    this.meter.submitted(task as TaskNode);
    if (plain) this.#slots.admit(task as TaskNode, alone);
    else this.#admitWith(task as TaskNode, options);
    return task;
  }

  #admitWith(task: TaskNode, { signal, deadline, delay, onProgress }: SubmitOptions): void {
    if (onProgress !== undefined) task.coldPart().onProgress = onProgress;
    if (deadline !== undefined) {
      Submission.of(task).endWithin(task, Number(deadline) - Date.now());
    }
    if (signal !== undefined) obey(task, signal);
    if (task.hasEnded) return;
    if (delay === undefined || delay <= 0) this.#slots.admit(task);
    else Submission.of(task).delay(task, delay, () => this.#slots.admit(task));
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
    const named = options.name === undefined ? this.named(options, fn) : options;
    // Not that of the task whose end makes room for the next input.
    const environment = this.#inherit();
    return new MapStream<I, O>(
      inputs,
      fn,
      options,
      this.mapConcurrency(),
      (input, index) => this.submitMapped(fn, input, index, named, environment),
      this,
      this.chunker?.(fn, named),
    );
  }

  /** The options of one input's task, when the map was given no name. */
  protected named(options: MapOptions, fn: (...args: never[]) => unknown): MapOptions {
    return typeof fn === "function" ? { ...options, name: fn.name || "map" } : options;
  }

  /** @internal What puts neighbouring inputs of a map into one task, where that can be done. */
  protected chunker?<I, O>(fn: Mapper<I, O>, options: MapOptions): Chunker | null;

  /** How many inputs a map works on at a time, unless it is told. */
  protected mapConcurrency(): number {
    return this.size;
  }

  /** @internal Submits the work for one input of a map. Called when it may begin. */
  protected submitMapped<I, O>(
    fn: Mapper<I, O>,
    input: I,
    index: number,
    options: MapOptions,
    environment: Environment,
  ): Task<O> {
    return this.accept<O>(
      () => {
        const outcome = fn(input, index);
        return isJob(outcome) ? localCall(outcome)() as O : outcome as O;
      },
      options,
      environment,
    );
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
      this.#environment = { ...outer, enter: outer.handedOn, holder: this };
    }
    return this.#environment;
  }

  /** Why a task cannot be taken in now, if it cannot. */
  protected refusal(): Error | null {
    if (this.#closing !== null) {
      return new ClosedError(`Cannot submit: executor '${this.name}' is closed`);
    }
    const { waiting, running, size } = this.#slots;
    if (waiting >= this.#queueLimit && running >= size) {
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
    task.collect(error);
    requestCancel(task, new CancelCause("The task was refused"));
  }

  /** @internal The task of this executor whose code is under way, as far as that can be told. */
  insider(): TaskNode | null {
    return this.#slots.insider();
  }

  /** @internal Waits until nothing is left; a task of this executor does not wait for itself. */
  untilIdle(caller: TaskNode | null): Operation<void> {
    return caller === null ? this.#idle.wait() : this.#slots.untilOthersEnd(caller);
  }

  /** @internal `lender`, which has a slot, waits for `task`, which may need one. */
  lend(lender: TaskNode, task: TaskNode): void {
    this.#slots.lend(lender, task);
  }

  stats(): ExecutorStats {
    return {
      name: this.name,
      running: this.running,
      waiting: this.waiting,
      size: this.size,
      ...this.meter.snapshot(this.size),
    };
  }

  resize(size: number): void {
    checkCount(size, "resize an executor", "size", 1);
    this.#slots.resize(size);
  }

  idle(): Completion {
    const caller = this.#slots.insider();
    return completion(() => this.untilIdle(caller), `idle of ${this.name}`);
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
    const node = task as unknown as TaskNode;
    if ((node.bits & (WAITS | DELAYED)) === 0) return false;
    Submission.of(node).onBegun = then;
    return true;
  }

  /** The executor takes no more tasks. */
  protected onClosing(): void {}

  /** Lets go of what the executor holds; called once, when nothing runs any more. */
  protected *release(): Generator<Effect<unknown>, void, unknown> {}

  #cancelAll(grace: number | undefined): void {
    for (const scheduler of this.#schedulers) {
      for (const task of childrenOf(scheduler.roots).reverse()) {
        if (task.environment.holder !== this) continue;
        task.observe();
        const deadline = grace === undefined ? undefined : scheduler.clock.after(grace);
        requestCancel(task, new CancelCause(() => `Executor '${this.name}' was closed`), deadline);
      }
    }
  }

  /** Closes it, after running what it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
