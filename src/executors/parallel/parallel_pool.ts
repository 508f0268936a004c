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
 * - What a worker holds and has not begun is taken back when another one is idle, or when its worker does not get on; so
 *   a long task hides no short ones behind it.
 * - A worker that dies is replaced. Calls that had begun fail with `WorkerLostError` (a retry policy may try again);
 *   calls that certainly had not run elsewhere. When workers die before they are ready, several times in a row, the
 *   waiting calls fail rather than wait for a worker that never comes; the next call tries anew.
 * - An idle pool costs no processor time and does not keep the process alive.
 *
 * @module
 */

import { AgeingLine } from "../../kernel/ageing_line.ts";
import type { Effect, Operation } from "../../kernel/effect.ts";
import { QueueFullError, TimeoutError, WorkerLostError } from "../../kernel/errors.ts";
import type { Task } from "../../kernel/task_handle.ts";
import { all } from "../../operations/all.ts";
import { until } from "../../operations/until.ts";
import { BaseExecutor } from "../base_executor.ts";
import type { ExecutorStats, MapOptions, Mapper, SubmitOptions, Work } from "../executor.ts";
import { isJob, type Job } from "../job.ts";
import { checkCount } from "../submit_options.ts";
import type { LinkEvents, WorkerLoss } from "./call.ts";
import { CallCosts } from "./call_costs.ts";
import "./kernel_errors.ts";
import {
  checkParallelOptions,
  defaultSize,
  type ParallelPoolOptions,
  thunkError,
} from "./parallel_options.ts";
import { lostCall, unrunnableCall } from "./loss.ts";
import { nodeThreads } from "./node_threads.ts";
import { PoolWorker } from "./pool_worker.ts";
import { CallJob, type RemoteCall } from "./remote_call.ts";
import { RemoteStream } from "./remote_stream.ts";

/** How many workers may die in a row before they are ready until those who wait are told. */
const startAttempts = 3;

/** How often the pool looks for a worker that does not get on, in milliseconds, while there is work. */
const glance = 5;

/**
 * Runs jobs on workers, which start with the pool and live until it closes. Jobs are made with `jobsFrom`: a worker
 * imports the module once. A job that dies takes only its own task with it.
 *
 * @example
 * ```ts ignore
 * await using pool = new ParallelPool({ size: 2 });
 * const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));
 * const digest = await pool.submit(jobs.sha256(bytes));
 * ```
 */
export class ParallelPool extends BaseExecutor {
  readonly #options: ParallelPoolOptions;
  readonly #queueLimit: number;
  #workers: PoolWorker[] = [];
  readonly #retiring = new Set<PoolWorker>();
  readonly #calls = new AgeingLine<RemoteCall>();
  /** Calls that came back from a worker: they were at the head of the line before. */
  readonly #returned: RemoteCall[] = [];
  readonly #costs = new CallCosts();
  #wanted: number;
  #failedStarts = 0;
  #watch: ReturnType<typeof setInterval> | undefined = undefined;
  #unfinished = 0;
  #released = false;
  /** @internal Who learns how long each call held its worker's thread. */
  onMeasured: ((call: RemoteCall, heldMs: number) => void) | null = null;

  /**
   * Makes a pool, and starts its workers.
   *
   * @param options its size, its name, limits
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when an option has the wrong size
   */
  constructor(options: ParallelPoolOptions = {}) {
    const { size, queueLimit } = checkParallelOptions(options);
    super({ name: options.name ?? "parallel", size: Infinity, queueLimit });
    this.#options = options;
    this.#queueLimit = queueLimit;
    this.#wanted = size;
    this.#staff();
  }

  /** How many workers there are. */
  override get size(): number {
    return this.#wanted;
  }

  /** How many workers are at work. */
  override get running(): number {
    return Math.min(this.#workers.filter((worker) => !worker.isIdle).length, this.#wanted);
  }

  /** How many tasks are not at work: in the queue, or with a worker that does others first. */
  override get waiting(): number {
    return Math.max(0, super.running + super.waiting - this.running);
  }

  /**
   * Submits a job.
   *
   * @throws {TypeError} when `work` is a thunk, which cannot leave this thread
   */
  override submit<T>(work: Work<T>, options?: SubmitOptions): Task<T> {
    if (typeof work === "function") throw thunkError(this.name, work);
    return super.submit(work, options);
  }

  /**
   * Changes how many workers there are. One that is retired ends what it has begun.
   *
   * @param size a whole number, at least 1
   */
  override resize(size: number): void {
    checkCount(size, "resize an executor", "size", 1);
    this.#wanted = size;
    while (this.#workers.length > size) this.#retire(this.#leastBusy());
    this.#staff();
    this.#pump();
  }

  /** What it has done and is doing. */
  override stats(): ExecutorStats {
    const stats = super.stats();
    return { ...stats, running: this.running, waiting: this.waiting, size: this.size };
  }

  /** More than there are workers, so that they find work ready when they have done theirs. */
  protected override mapConcurrency(): number {
    return this.#wanted * 64;
  }

  /** The job of one input. */
  protected override submitMapped<I, O>(
    fn: Mapper<I, O>,
    input: I,
    index: number,
    options: MapOptions,
  ): Task<O> {
    let job: ReturnType<typeof fn>;
    try {
      job = fn(input, index);
    } catch (error) {
      return this.failed<O>(error);
    }
    if (!isJob(job)) throw thunkError(this.name, fn, "'fn' must return a job");
    return this.submit<O>(job as Job<O>, options);
  }

  /** @internal What calls a job here, for a task that is not this pool's. */
  callHere<T>(job: Job<T>, options: SubmitOptions): Operation<T> {
    return new CallJob<T>(job, options, 1, this);
  }

  /** One attempt: the worker counts its time. */
  protected override timedAttempt(work: Work<unknown>, options: SubmitOptions): () => unknown {
    const { taskTimeout } = this.#options;
    const withTimeout = options.timeout === undefined && taskTimeout !== undefined
      ? { ...options, timeout: taskTimeout }
      : options;
    let attempt = 0;
    return () => new CallJob(work as Job<unknown>, withTimeout, ++attempt, this);
  }

  /** Why a task cannot be taken in now, if it cannot. */
  protected override refusal(): Error | null {
    const refused = super.refusal();
    if (
      refused !== null || this.waiting < this.#queueLimit || this.running < this.#wanted
    ) return refused;
    return new QueueFullError(this.#queueLimit, `The queue of executor '${this.name}'`);
  }

  /** @internal */
  enqueue(call: RemoteCall): void {
    if (this.#unfinished++ === 0) this.#watch = setInterval(() => this.#look(), glance);
    if (this.#workers.length < this.#wanted) this.#staff();
    if (this.#calls.size === 0 && this.#returned.length === 0 && this.#send(call)) return;
    this.#calls.push(call, call.task.priority);
  }

  /** @internal */
  withdraw(call: RemoteCall): void {
    // It is passed over when its turn comes.
    call.cancelled = true;
    this.#finish(call);
  }

  /** Sends what stands in line, as far as the workers have room. */
  #pump(): void {
    for (;;) {
      const call = this.#returned.pop() ?? this.#calls.shift();
      if (call === undefined) break;
      if (call.cancelled || this.#send(call)) continue;
      this.#returned.push(call);
      return;
    }
    this.#share();
  }

  /** Sends a call to the worker that holds least, if that has room. */
  #send(call: RemoteCall): boolean {
    const worker = this.#leastBusy();
    if (worker === undefined) return false;
    const held = worker.link.outstanding;
    if (
      held > 0 && (held >= this.#costs.window(call.module, call.name) || worker.link.room === 0)
    ) return false;
    call.worker = worker;
    worker.link.send(call);
    return true;
  }

  #leastBusy(): PoolWorker {
    let least = this.#workers[0];
    for (const worker of this.#workers) {
      if (worker.link.outstanding < least.link.outstanding) least = worker;
    }
    return least;
  }

  /** Nothing stands in line: an idle worker gets half of what the busiest has not begun. */
  #share(): void {
    let busiest = this.#workers[0];
    let hasIdle = false;
    for (const worker of this.#workers) {
      if (worker.isIdle && worker.ready) hasIdle = true;
      if (worker.link.outstanding > busiest.link.outstanding) busiest = worker;
    }
    if (hasIdle && busiest.link.outstanding > 1) {
      busiest.link.takeBack(busiest.link.outstanding >> 1);
    }
  }

  /** Takes back what waits behind a call that takes long. */
  #look(): void {
    for (const worker of this.#workers) {
      const held = worker.link.outstanding;
      if (held > 1 && worker.ready && worker.served === worker.servedBefore) {
        worker.link.takeBack(held - 1);
      }
      worker.servedBefore = worker.served;
    }
  }

  /** Starts workers until there are as many as needed. */
  #staff(): void {
    // A pool that is larger than the machine starts the rest when there is work for them.
    const needed = Math.min(this.#wanted, Math.max(defaultSize(), this.#unfinished));
    while (this.#workers.length < needed && !this.#released) {
      this.#workers.push(
        new PoolWorker(
          {
            adapter: nodeThreads,
            entry: new URL(import.meta.resolve("./worker_entry.ts")),
            name: `${this.name} worker`,
            ...(this.#options.concurrency === undefined
              ? {}
              : { concurrency: this.#options.concurrency }),
            timeoutError: (call) => new TimeoutError(call.timeout!, `Job '${call.name}'`),
          },
          (worker) => this.#eventsOf(worker),
        ),
      );
    }
  }

  #eventsOf(worker: PoolWorker): LinkEvents<RemoteCall> {
    return {
      ready: () => {
        worker.ready = true;
        this.#failedStarts = 0;
        this.#pump();
      },
      settled: (call, isOk, value, _runMs, heldMs) => {
        worker.served++;
        this.#costs.learn(call.module, call.name, heldMs);
        this.onMeasured?.(call, heldMs);
        this.#settle(call, isOk, value);
        if (worker.served === this.#options.maxTasksPerWorker) {
          this.#retire(worker);
          this.#staff();
        }
        this.#pump();
      },
      returned: (call) => {
        this.#takeBack(call);
        queueMicrotask(this.#pumpSoon);
      },
      abandoned: () => {},
      streamOpened: (call) => this.#openStream(call),
      streamItem: (call, value) => call.stream?.push(value),
      progress: (call, value) => call.task.cold?.onProgress?.(value),
      lateFailure: (error) =>
        console.error(`A job of pool '${this.name}' failed after it had ended:`, error),
      lost: (loss) => this.#lose(worker, loss),
    };
  }

  readonly #pumpSoon = (): void => this.#pump();

  #settle(call: RemoteCall, isOk: boolean, value: unknown): void {
    const { stream, task } = call;
    if (stream !== null) {
      this.#finish(call);
      return stream.end(isOk || call.cancelled ? "done" : { error: value });
    }
    const wasCancelled = call.cancelled;
    this.#finish(call);
    call.settled = true;
    // A worker that had to be ended to stop a call has been lost as it was meant to be.
    const isStopped = isOk || value === task.cold?.cancelCause?.error ||
      value instanceof WorkerLostError;
    if (wasCancelled && isStopped) task.wakeCancelled();
    else if (isOk) task.wake(value);
    else task.wakeWithError(value);
  }

  #openStream(call: RemoteCall): void {
    if (call.cancelled) return;
    call.stream = new RemoteStream(call);
    call.settled = true;
    call.task.wake(call.stream);
  }

  /** A call has come back from its worker, which has not begun it. */
  #takeBack(call: RemoteCall): void {
    call.worker = null;
    if (call.cancelled) this.#settle(call, false, call.task.cold!.cancelCause!.error);
    else this.#returned.push(call);
  }

  /** The pool has nothing more to do with a call. */
  #finish(call: RemoteCall): void {
    call.worker = null;
    call.task.scheduler.outside--;
    if (--this.#unfinished === 0) clearInterval(this.#watch);
  }

  #lose(worker: PoolWorker, loss: WorkerLoss<RemoteCall>): void {
    this.#workers = this.#workers.filter((other) => other !== worker);
    this.#retiring.delete(worker);
    for (const call of loss.notBegun) this.#takeBack(call);
    for (const call of loss.begun) this.#settle(call, false, lostCall(call, loss));
    if (loss.cause !== "start") this.#failedStarts = 0;
    else if (++this.#failedStarts >= startAttempts * this.#wanted) this.#giveUpWaiting(loss.error);
    if (worker.ready || this.#unfinished > 0) this.#staff();
    this.#pump();
  }

  /** Workers do not start: tells those who wait, rather than have them wait for ever. */
  #giveUpWaiting(error: Error): void {
    this.#failedStarts = 0;
    for (;;) {
      const call = this.#returned.pop() ?? this.#calls.shift();
      if (call === undefined) return;
      if (!call.cancelled) this.#settle(call, false, unrunnableCall(call, error));
    }
  }

  #retire(worker: PoolWorker): void {
    this.#workers = this.#workers.filter((other) => other !== worker);
    this.#retiring.add(worker);
    worker.link.takeBack(worker.link.outstanding);
    void worker.link.retire().then(() => this.#retiring.delete(worker));
  }

  /** Retires the workers. */
  protected override *release(): Generator<Effect<unknown>, void, unknown> {
    this.#released = true;
    clearInterval(this.#watch);
    for (const worker of [...this.#workers]) this.#retire(worker);
    yield* all([...this.#retiring].map((worker) => () => until(worker.link.retire())));
  }
}
