/**
 * The executor for work that computes: workers on other cores.
 *
 * ## States of a worker
 *
 * | state    | meaning                              | leaves it when                                              |
 * | -------- | ------------------------------------ | ----------------------------------------------------------- |
 * | starting | calls are sent, and wait in it       | it is ready → working; it dies or takes too long → lost     |
 * | working  | runs calls                           | it dies → lost; it has served its number, resize → retiring |
 * | retiring | ends what it has, takes nothing new  | that is done → gone                                         |
 * | lost     | its calls are settled or taken back  | at once: a new one is started in its place                  |
 *
 * ## Timeline of a call
 *
 * `submit` makes a task whose first step puts the call in the pool's line. The pool sends it to the worker that holds
 * least, if that worker's window has room; calls of one turn travel in one message, results too. When the result has
 * come the task is woken, and ends.
 *
 * ## Policy
 *
 * - A worker holds as many calls as it does in about 2 ms, learned per job: hundreds of a microsecond; and at least two,
 *   so that it need not wait for the next one.
 * - Neighbouring inputs of a `map` share a call, as many as take half a millisecond, once it has been seen that the job's
 *   results are there when it returns, and when their arguments are primitive. Each has its own outcome all the same; what a
 *   call of many has not begun goes elsewhere when one of it takes long, or when its worker is lost.
 * - A worker to which calls come one at a time waits for the next one asleep at a mailbox in shared memory (`mailbox.ts`).
 * - A call of a higher priority takes the place of what workers hold and have not begun.
 * - What a worker holds and has not begun is taken back when another one is idle, or when its worker does not get on; so
 *   a long task hides no short ones behind it.
 * - A worker that dies is replaced. Calls that had begun fail with `WorkerLostError` (a retry policy may try again);
 *   calls that certainly had not run elsewhere. When workers die before they are ready, several times in a row, the
 *   waiting calls fail rather than wait for a worker that never comes; the next call tries anew.
 * - With `isolation: "process"` no memory is shared with a worker, and it may be killed at any time; so it holds no more
 *   than it runs (one call, unless `concurrency` says more), and it is always known which calls had begun.
 * - A stream's task ends when the stream opens; the pool counts it until the generator has returned. A close that drains
 *   waits for streams as long as their consumers take items, one that does not ends them.
 * - An idle pool costs no processor time and does not keep the process alive.
 *
 * @module
 */

import type { Effect, Operation } from "../../kernel/effect.ts";
import type { Environment } from "../../kernel/environment.ts";
import {
  CancelledError,
  QueueFullError,
  TimeoutError,
  WorkerLostError,
} from "../../kernel/errors.ts";
import { run } from "../../kernel/run.ts";
import { traceSpawn } from "../../kernel/spawn_trace.ts";
import type { Task } from "../../kernel/task_handle.ts";
import { describe } from "../../kernel/work.ts";
import { running } from "../../kernel/running.ts";
import { action } from "../../operations/action.ts";
import { propagatedValues } from "../../operations/context.ts";
import { all } from "../../operations/all.ts";
import { until } from "../../operations/until.ts";
import { BaseExecutor } from "../base_executor.ts";
import type {
  CloseOptions,
  Completion,
  ExecutorStats,
  MapOptions,
  Mapper,
  SubmitOptions,
  Work,
} from "../executor.ts";
import { isJob, type Job } from "../job.ts";
import { checkReadAgain } from "./wire/argument_feeds.ts";
import type { Chunker } from "../map_chunk.ts";
import { checkCloseOptions, checkCount } from "../submit_options.ts";
import { DEFAULT_GRACE } from "./wire/call_entry.ts";
import { JobChunker } from "./chunk_job.ts";
import { Dispatch } from "./dispatch.ts";
import "./wire/library_errors.ts";
import { checkParallelOptions, type ParallelPoolOptions, thunkError } from "./parallel_options.ts";
import type { Quantiles, QuantilesSnapshot } from "../quantiles.ts";
import { CallJob, PinnedJob, type RemoteCall } from "./remote_call.ts";
import { workerKind } from "./worker_kind.ts";

/** What a parallel pool has done and is doing. */
export interface ParallelStats extends ExecutorStats {
  /** How many workers there are now; with `minSize`, fewer than `size` while there is little to do. */
  readonly workers: number;
  /**
   * How many threads were ended by force and run on all the same, since the runtime cannot stop a thread that loops. Each
   * keeps a core busy.
   */
  readonly stuck: number;
  /**
   * How long jobs and their results were on their way between the threads, in milliseconds: what of the time between sending
   * and hearing the job itself did not run. Measured, sampled under load, on jobs that found their worker idle and warm.
   */
  readonly transferTime: QuantilesSnapshot;
}

/**
 * Runs jobs on workers, which start with the pool and live until it closes. Jobs are made with `jobsFrom`: a worker
 * imports the module once, and runs its `init` export, if it has one; when the worker is retired, its `dispose` export. A
 * job that dies takes only its own task with it.
 *
 * @example
 * ```ts ignore
 * await using pool = new ParallelPool({ size: 2 });
 * const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));
 * const digest = await pool.submit(jobs.sha256(bytes));
 * ```
 */
export class ParallelPool extends BaseExecutor {
  readonly #queueLimit: number;
  readonly #taskTimeout: number | undefined;
  readonly #hasRate: boolean;
  readonly #dispatch: Dispatch;
  /** Where the submission under way is made, when that is recorded. */
  #site: Error | null = null;
  /** @internal Who learns how long each call held its worker's thread. */
  onMeasured: ((call: RemoteCall, heldMs: number) => void) | null = null;

  /**
   * Makes a pool, and starts its workers.
   *
   * @param options its size, its name, limits
   * @throws {TypeError} when an option has the wrong type, or the runtime cannot do what it asks for
   * @throws {RangeError} when an option has the wrong size
   */
  constructor(options: ParallelPoolOptions = {}) {
    const checked = checkParallelOptions(options);
    const { name, queueLimit } = checked;
    super({ name, size: Infinity, queueLimit, rate: options.rate });
    this.#queueLimit = queueLimit;
    this.#taskTimeout = options.taskTimeout;
    this.#hasRate = options.rate !== undefined;
    const { adapter, entry, maxHeld, concurrency } = workerKind(checked);
    this.#dispatch = new Dispatch({
      ...checked,
      pool: name,
      maxHeld,
      measured: (call, heldMs) => this.onMeasured?.(call, heldMs),
      link: {
        adapter,
        entry,
        name: `${name} worker`,
        concurrency,
        maxMemory: checked.maxMemoryPerWorker,
        ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
        timeoutError: (call) => new TimeoutError(call.timeout!, `Job '${call.name}'`),
      },
    });
  }

  /** How many workers there may be. */
  override get size(): number {
    return this.#dispatch.force.size;
  }

  /** @internal How long jobs waited and ran. */
  override get times(): { readonly queue: Quantiles; readonly run: Quantiles } {
    return this.#dispatch.times;
  }

  /** How many workers are at work. */
  override get running(): number {
    const { workers } = this.#dispatch.force;
    return Math.min(workers.filter((worker) => !worker.isIdle).length, this.size);
  }

  /** How many tasks are not at work: in the queue, or with a worker that does others first. */
  override get waiting(): number {
    return Math.max(0, super.running + super.waiting + this.meter.beyond - this.running);
  }

  /**
   * Submits a job. Where spawns are traced, as `main` does, the stack of its failure has the stack of the submission after it.
   *
   * @throws {TypeError} when `work` is a thunk, which cannot leave this thread
   */
  override submit<T>(work: Work<T>, options?: SubmitOptions): Task<T> {
    if (typeof work === "function") throw thunkError(this.name, work);
    this.#site = traceSpawn(this.submit);
    return super.submit(work, options);
  }

  /**
   * Waits until the workers can run jobs. Jobs can be submitted before that.
   *
   * @returns a promise that is an operation too; it fails with `WorkerLostError` when workers do not start
   */
  ready(): Completion {
    return run(() => this.#untilReady(), { name: `ready of ${this.name}` });
  }

  #untilReady(): Operation<void> {
    return action<void>((resolve, reject) =>
      this.#dispatch.force.awaitReady(resolve, (cause) =>
        reject(
          new WorkerLostError(`The workers of '${this.name}' do not start: ${cause.message}`, {
            cause,
          }),
        ))
    );
  }

  /**
   * Runs a job once on every worker there is now, before what is queued: to fill a cache, or to drop one.
   *
   * @param job the job
   * @param options as for `submit`
   * @returns its results, one of each worker. It fails with the first failure, after all have ended
   * @throws {TypeError} when `job` is not a job, or has an argument that can be read only once
   */
  broadcast<T>(job: Job<T>, options: SubmitOptions = {}): Promise<T[]> & Operation<T[]> {
    if (!isJob(job)) {
      throw new TypeError(
        `Cannot broadcast: 'job' must be a job, made with jobsFrom: current value is ${
          describe(job)
        }`,
      );
    }
    checkReadAgain(job.args, "broadcast");
    this.#dispatch.learn(job.module);
    const workers = this.#dispatch.force.workers.filter((worker) => worker.link.isOpen);
    const tasks = workers.map((worker) => this.submit<T>(new PinnedJob(job, worker), options));
    return run(() => everyResult(tasks), { name: `broadcast of ${job.name}` });
  }

  /**
   * Changes how many workers there may be. One that is retired ends what it has begun.
   *
   * @param size a whole number, at least 1
   */
  override resize(size: number): void {
    checkCount(size, "resize an executor", "size", 1);
    this.#dispatch.force.resize(size);
    this.#dispatch.pump();
  }

  /** What it has done and is doing. */
  override stats(): ParallelStats {
    const { running, waiting, size } = this;
    const { stuck, force, times } = this.#dispatch;
    return {
      ...{ ...super.stats(), running, waiting, size, workers: force.workers.length, stuck },
      queueTime: times.queue.snapshot(),
      runTime: times.run.snapshot(),
      transferTime: times.transfer.snapshot(),
    };
  }

  /**
   * Takes no more tasks; then runs, or cancels, those it has, and retires its workers. Streams that are open are waited for
   * while their consumers take items; a close that does not drain ends them with `CancelledError`.
   *
   * @param options whether to run what waits, and how long cleanup may take
   */
  override close(options: CloseOptions = {}): Completion {
    checkCloseOptions(options);
    if (options.drain === false) this.#dispatch.streams.abort(this.#closedError(), options.grace);
    return super.close(options);
  }

  #closedError(): CancelledError {
    return new CancelledError(`The stream was cancelled: executor '${this.name}' was closed`);
  }

  /** @internal Where memory is shared, neighbouring inputs share calls, unless something is said of each. */
  protected override chunker<I, O>(fn: Mapper<I, O>, options: MapOptions): Chunker | null {
    const { chunks } = this.#dispatch;
    if (!chunks || this.#taskTimeout !== undefined || this.#queueLimit < Infinity) return null;
    // Each input counts.
    if (this.#hasRate) return null;
    const { name, timeout, retry, delay, deadline, signal, transfer } = options;
    const one = name ?? timeout ?? retry ?? delay ?? deadline ?? signal ?? transfer;
    if (one !== undefined || propagatedValues(running?.environment) !== undefined) return null;
    return new JobChunker(fn as Mapper<never, unknown>, options, {
      size: this.size,
      costs: this.#dispatch.costs,
      submit: (job) => this.submit(job, options),
      failed: (error) => this.failed(error),
      refusal: () => thunkError(this.name, fn, "'fn' must return a job"),
      begun: (chunk) => this.meter.chunkBegun(chunk),
      ended: (chunk) => this.meter.chunkEnded(chunk),
    });
  }

  /** Each task has the name of its job. */
  protected override named(options: MapOptions): MapOptions {
    return options;
  }

  /** More than there are workers, so that they find work ready when they have done theirs. */
  protected override mapConcurrency(): number {
    return this.size * 64;
  }

  /** @internal The job of one input. */
  protected override submitMapped<I, O>(
    fn: Mapper<I, O>,
    input: I,
    index: number,
    options: MapOptions,
    environment: Environment,
  ): Task<O> {
    let job: ReturnType<typeof fn>;
    try {
      job = fn(input, index);
    } catch (error) {
      return this.failed<O>(error);
    }
    if (!isJob(job)) throw thunkError(this.name, fn, "'fn' must return a job");
    return this.accept<O>(job as Job<O>, options, environment);
  }

  /** @internal What calls a job here, for a task that is not this pool's. */
  callHere<T>(job: Job<T>, options: SubmitOptions): Operation<T> {
    return new CallJob<T>(job, options, this.#dispatch);
  }

  /** One attempt: the worker counts its time. */
  protected override timedAttempt(work: Work<unknown>, options: SubmitOptions): () => unknown {
    const withTimeout = options.timeout === undefined && this.#taskTimeout !== undefined
      ? { ...options, timeout: this.#taskTimeout }
      : options;
    if (options.retry !== undefined) checkReadAgain((work as Job<unknown>).args, "retry a job");
    const site = this.#site;
    return () => new CallJob(work as Job<unknown>, withTimeout, this.#dispatch, site);
  }

  /** Why a task cannot be taken in now, if it cannot. */
  protected override refusal(): Error | null {
    const refused = super.refusal();
    if (refused !== null || this.waiting < this.#queueLimit || this.running < this.size) {
      return refused;
    }
    return new QueueFullError(this.#queueLimit, `The queue of executor '${this.name}'`);
  }

  /** Waits for the streams, and retires the workers. */
  protected override *release(): Generator<Effect<unknown>, void, unknown> {
    yield* until(this.#dispatch.streams.drained(DEFAULT_GRACE, this.#closedError()));
    yield* all(this.#dispatch.disband().map((gone) => () => until(gone)));
  }
}

function* everyResult<T>(tasks: Task<T>[]): Generator<Effect<unknown>, T[], unknown> {
  // The first failure must not leave the others unobserved, nor running.
  const outcomes = yield* until(Promise.allSettled(tasks));
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
