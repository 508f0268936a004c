/**
 * The executor for work that waits: green threads.
 *
 * @module
 */

import { ClosedError } from "../kernel/errors.ts";
import { Composite } from "../kernel/composite.ts";
import type { AwaitableOperation, Effect } from "../kernel/effect.ts";
import type { Task } from "../kernel/task_handle.ts";
import { checkOptions } from "../kernel/work.ts";
import { action } from "../operations/action.ts";
import { BaseExecutor } from "./base_executor.ts";
import type { MapOptions, Mapper, SubmitOptions, Work } from "./executor.ts";
import type { RateLimiterOptions } from "../sync/rate_limiter.ts";
import type { Stream } from "./stream.ts";

/** How inputs are mapped, when the method says in which order. The first failure is thrown. */
export type ImapOptions = Omit<MapOptions, "ordered" | "onError">;

/** How a green pool is made. */
export interface GreenPoolOptions {
  /**
   * How many tasks may run at a time. They wait most of the time and cost next to nothing, so the number of cores has no
   * say in it.
   *
   * @default 1000
   */
  size?: number;
  /**
   * How many may wait for a slot; more are refused with `QueueFullError`.
   *
   * @default Infinity
   */
  queueLimit?: number;
  /**
   * How often tasks may begin: at most `limit` within any `interval` milliseconds. Those that may not wait in the queue.
   *
   * @default no limit
   */
  rate?: RateLimiterOptions;
  /**
   * What to call it in reports.
   *
   * @default "green"
   */
  name?: string;
}

/**
 * Runs tasks as coroutines in this thread, a thousand at a time: for requests, files, queries, timers. Work that computes
 * for long holds up the others; that belongs in a `ParallelPool`.
 *
 * @example
 * ```ts
 * import { GreenPool, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * await using pool = new GreenPool({ size: 100 });
 * const squares = await pool.map([1, 2, 3], function* (n) {
 *   yield* sleep(1);
 *   return n * n;
 * }).collect();
 * assertEquals(squares, [1, 4, 9]);
 * ```
 */
export class GreenPool extends BaseExecutor {
  readonly #spawners = new Set<(error: ClosedError) => void>();

  /**
   * Makes a pool.
   *
   * @param options its size, its name, a limit for its queue
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when an option has the wrong size
   */
  constructor(options: GreenPoolOptions = {}) {
    checkOptions(options, "create an executor");
    super({
      name: options.name ?? "green",
      size: options.size ?? 1000,
      queueLimit: options.queueLimit ?? Infinity,
      rate: options.rate,
    });
  }

  /** How many slots are free. */
  get free(): number {
    return Math.max(0, this.size - this.running);
  }

  /**
   * Submits a task, and waits until a slot is free and it has begun: back-pressure for a loop that makes tasks.
   *
   * @param work a function or a job
   * @param options as for `submit`
   * @returns the task, which runs
   * @throws {ClosedError} when the pool is closed, also while this waits; the task then never runs
   */
  spawn<T>(work: Work<T>, options?: SubmitOptions): AwaitableOperation<Task<T>>;
  /** Spawns a plain function. */
  spawn<T>(work: () => Promise<T> | T, options?: SubmitOptions): AwaitableOperation<Task<T>>;
  spawn<T>(work: Work<T>, options?: SubmitOptions): AwaitableOperation<Task<T>> {
    return new SpawnInPool<T>(this, work, options);
  }

  /** Maps in input order: `map` under the name that it has in gevent and multiprocessing. */
  imap<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options: ImapOptions = {},
  ): Stream<O> {
    return this.map(inputs, fn, { ...options, ordered: true });
  }

  /** Maps in the order in which results are ready. */
  imapUnordered<I, O>(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options: ImapOptions = {},
  ): Stream<O> {
    return this.map(inputs, fn, { ...options, ordered: false });
  }

  /** @internal Waits until `task` has begun or ended; a close of the pool ends the wait. */
  untilBegun(task: Task<unknown>): AwaitableOperation<void> {
    return action<void>((resolve, reject) => {
      if (!this.whenBegun(task, resolve)) return resolve();
      this.#spawners.add(reject);
      return () => this.#spawners.delete(reject);
    });
  }

  /** Tells those who wait for a slot. */
  protected override onClosing(): void {
    for (const reject of [...this.#spawners]) {
      reject(new ClosedError(`Cannot spawn: executor '${this.name}' is closed`));
    }
  }
}

class SpawnInPool<T> extends Composite<Task<T>> {
  readonly description = "pool.spawn()";
  readonly #pool: GreenPool;
  readonly #work: Work<T>;
  readonly #options: SubmitOptions | undefined;

  constructor(pool: GreenPool, work: Work<T>, options: SubmitOptions | undefined) {
    super();
    this.#pool = pool;
    this.#work = work;
    this.#options = options;
  }

  *steps(): Generator<Effect<unknown>, Task<T>, unknown> {
    const task = this.#pool.submit<T>(this.#work, this.#options);
    try {
      yield* this.#pool.untilBegun(task);
    } catch (error) {
      yield* task.cancel();
      throw error;
    }
    return task;
  }
}
