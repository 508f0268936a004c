/**
 * The executor that chooses, for each task, between waiting in this thread and computing in another.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { listen } from "../kernel/join.ts";
import { run } from "../kernel/run.ts";
import { meterSteps } from "../kernel/step_meter.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Task } from "../kernel/task_handle.ts";
import { action } from "../operations/action.ts";
import { all } from "../operations/all.ts";
import type { RateLimiterOptions } from "../sync/rate_limiter.ts";
import { type AdaptiveOptions, checkAdaptiveOptions, type Choose } from "./adaptive_options.ts";
import { shared } from "./ambient.ts";
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
import { GreenPool } from "./green_pool.ts";
import { isJob, type Job } from "./job.ts";
import { completion } from "./completion.ts";
import { MapStream } from "./map_stream.ts";
import { ParallelPool } from "./parallel/parallel_pool.ts";
import { sumOfLanes } from "./lane_stats.ts";
import { JobRoute, type Lane, type Route } from "./routing.ts";
import { type StartRate, startRate } from "./start_rate.ts";
import type { Stream } from "./stream.ts";
import { checkCloseOptions, checkMapOptions } from "./submit_options.ts";
import { timedCall } from "./timed_stream.ts";

/** What an adaptive executor has done, with its decisions. */
export interface AdaptiveStats extends ExecutorStats {
  /** What has been decided about each job, and why. */
  readonly routes: readonly Route[];
  /** What each lane has done; `parallel` is there once it was needed. */
  readonly lanes: { readonly green: ExecutorStats; readonly parallel?: ExecutorStats };
}

/**
 * Sends each task to the lane that suits it: what waits stays in this thread, what computes goes to a worker. In this
 * order it obeys the `kind` on submit, the `kind` of the job, what it has learned about the job, and otherwise takes the
 * green lane. Functions cannot leave the thread and always stay.
 *
 * @example
 * ```ts
 * import { AdaptiveExecutor } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * await using executor = new AdaptiveExecutor();
 * assertEquals(await executor.submit(() => Promise.resolve("here")), "here");
 * assertEquals(executor.stats().routes[0].lane, "green");
 * ```
 */
export class AdaptiveExecutor implements Executor {
  readonly name: string;
  readonly #green: GreenPool;
  #parallel: ParallelPool | null;
  readonly #ownsGreen: boolean;
  readonly #ownsParallel: boolean;
  readonly #choose: Choose | undefined;
  readonly #rate: StartRate | null;
  readonly #limitMs: number;
  readonly #routes = new Map<string, JobRoute>();
  readonly #thunks: JobRoute;
  /** Answers what is submitted after the close. */
  readonly #refusing: GreenPool;
  #closed = false;
  /** The tasks under way, kept when a lane is shared with others: they are not the lane's only ones. */
  #guests: Set<TaskNode> | null = null;
  readonly #idlers = new Set<() => void>();

  /**
   * Makes an executor.
   *
   * @param options its lanes, its limit, who chooses
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when `limit` or a part of `rate` is not positive
   */
  constructor(options: AdaptiveOptions = {}) {
    const { green, parallel, choose, limit = 10, name = "adaptive", rate } = checkAdaptiveOptions(
      options,
    );
    this.name = name;
    this.#ownsGreen = green === undefined;
    this.#ownsParallel = parallel === undefined;
    this.#refusing = new GreenPool({ name });
    // Both lanes draw on the same limit.
    this.#rate = startRate(rate);
    this.#green = green ?? new GreenPool({ name: `${name} green`, ...this.#laneRate() });
    this.#parallel = null;
    if (parallel !== undefined) this.#adopt(parallel);
    if (!this.#ownsGreen || !this.#ownsParallel) this.#guests = new Set();
    this.#choose = choose;
    this.#limitMs = limit;
    this.#thunks = new JobRoute("(functions)", "", limit);
  }

  submit<T>(work: Work<T>, options?: SubmitOptions): Task<T>;
  submit<T>(work: () => Promise<T> | T, options?: SubmitOptions): Task<T>;
  submit<T>(work: Work<T>, options: SubmitOptions = {}): Task<T> {
    if (this.#closed) return this.#refusing.submit(work, options);
    const route = this.#routeOf(work);
    const lane = this.#laneOf(work, options, route);
    const measured = lane === "green" && route.wantsMeasure;
    const task = lane === "parallel"
      ? this.#parallelLane().submit(work, options)
      : this.#green.submit(
        isJob(work) && route.isUnknown ? this.#undecided(work, options) : work,
        options,
      );
    if (measured) this.#measure(task as unknown as TaskNode, route);
    if (this.#guests !== null) this.#remember(task as unknown as TaskNode, this.#guests);
    return task;
  }

  /**
   * A call of a job of which nothing is known: where it goes is decided when its turn comes, since many may be submitted
   * before the first of them shows what they are.
   */
  #undecided<T>(job: Job<T>, options: SubmitOptions): () => Operation<T> {
    const route = this.#routeOf(job);
    const here = timedCall(job, options.timeout);
    const decide = (): Operation<T> => {
      if (route.lane === "green" || job.kind === "io" || options.kind === "io") return here();
      route.recount();
      return this.#parallelLane().callHere(job, options);
    };
    Object.defineProperty(decide, "name", { value: options.name ?? job.name });
    return decide;
  }

  /** Calls a job for a task that has its slot on the green lane already. */
  #inTask<T>(job: Job<T>, options: SubmitOptions): Operation<T> {
    const lane = this.#laneOf(job, options, this.#routeOf(job));
    return lane === "parallel"
      ? this.#parallelLane().callHere(job, options)
      : this.#undecided(job, options)();
  }

  #remember(task: TaskNode, guests: Set<TaskNode>): void {
    if (task.hasEnded) return;
    guests.add(task);
    listen(task, {
      settled: (ended) => {
        guests.delete(ended);
        if (guests.size === 0) { for (const resolve of this.#idlers) resolve(); }
      },
    });
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
    // Whether `fn` makes jobs shows when it is first called, which is done in a slot, as for a function that does not.
    let makesJobs: boolean | undefined;
    const inSlot = (input: I, index: number): O => {
      const outcome = fn(input, index);
      makesJobs = isJob(outcome);
      return (isJob(outcome) ? this.#inTask(outcome as Job<O>, options) : outcome) as O;
    };
    const submit = (input: I, index: number): Task<O> => {
      if (makesJobs !== true) return this.submit<O>(() => inSlot(input, index), options);
      try {
        const outcome = fn(input, index);
        return this.submit<O>(isJob(outcome) ? outcome as Job<O> : () => outcome as O, options);
      } catch (error) {
        return this.submit<O>(() => Promise.reject(error), options);
      }
    };
    return new MapStream<I, O>(inputs, fn, options, this.#green.size, submit, this.#green);
  }

  stats(): AdaptiveStats {
    const green = this.#green.stats();
    const parallel = this.#parallel?.stats();
    const routes = [...this.#routes.values()];
    const { green: onGreen } = this.#thunks.snapshot();
    if (onGreen > 0) routes.push(this.#thunks);
    return {
      ...(parallel === undefined
        ? green
        : sumOfLanes(green, parallel, [this.#green.times, this.#parallel!.times])),
      name: this.name,
      routes: routes.map((route) => route.snapshot()),
      lanes: parallel === undefined ? { green } : { green, parallel },
    };
  }

  /** Changes the size of the green lane; the parallel one keeps that of the machine. */
  resize(size: number): void {
    this.#green.resize(size);
  }

  idle(): Completion {
    const caller = this.#green.insider();
    return completion(() => this.#idle(caller), `idle of ${this.name}`);
  }

  *#idle(caller: TaskNode | null): Generator<Effect<unknown>, void, unknown> {
    if (caller === null && this.#guests !== null) return yield* this.#untilGuestsEnd(this.#guests);
    // The end of a task on one lane may submit to the other.
    do {
      yield* this.#green.untilIdle(caller);
      if (this.#parallel !== null) yield* this.#parallel.idle();
    } while (caller === null && this.#green.pending + (this.#parallel?.pending ?? 0) > 0);
  }

  /**
   * Takes no more tasks, then runs or cancels those it has. Lanes that it was given stay open; its own are closed.
   *
   * @param options whether to run what waits, and how long cleanup may take
   */
  close(options: CloseOptions = {}): Completion {
    checkCloseOptions(options);
    if (!this.#closed) void this.#refusing.close();
    this.#closed = true;
    if (options.drain === false) {
      const grace = options.grace === undefined ? {} : { grace: options.grace };
      for (const task of [...this.#guests ?? []].reverse()) {
        task.observe();
        void task.cancel(`executor '${this.name}' was closed`, grace);
      }
    }
    const ends = [this.idle()];
    if (this.#ownsGreen) ends.push(this.#green.close(options));
    if (this.#ownsParallel && this.#parallel !== null) ends.push(this.#parallel.close(options));
    return run(() => joinAll(ends), { name: `close of ${this.name}` });
  }

  #untilGuestsEnd(guests: Set<TaskNode>): Operation<void> {
    return action<void>((resolve) => {
      if (guests.size === 0) return resolve();
      this.#idlers.add(resolve);
      return () => this.#idlers.delete(resolve);
    });
  }

  /** Closes it, after running what it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #routeOf(work: Work<unknown>): JobRoute {
    if (!isJob(work)) return this.#thunks;
    const key = `${work.module}#${work.name}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = new JobRoute(work.name, work.module, this.#limitMs);
      this.#routes.set(key, route);
    }
    return route;
  }

  #laneOf(work: Work<unknown>, options: SubmitOptions, route: JobRoute): Lane {
    if (!isJob(work)) {
      route.count("green", null);
      return "green";
    }
    const chosen = this.#choose?.(work, options, route.snapshot());
    if (chosen !== undefined) return this.#decide(route, chosen, "chosen by 'choose'");
    const { kind } = options;
    if (kind !== undefined) {
      return this.#decide(route, laneFor(kind), `submitted with kind "${kind}"`);
    }
    if (work.kind !== undefined) {
      return this.#decide(route, laneFor(work.kind), `its kind is "${work.kind}"`);
    }
    return this.#decide(route, route.lane, null);
  }

  #decide(route: JobRoute, lane: Lane, reason: string | null): Lane {
    route.count(lane, reason);
    return lane;
  }

  /** Measures how long the steps of a task hold this thread. */
  #measure(task: TaskNode, route: JobRoute): void {
    let longest = 0;
    let total = 0;
    let learned = false;
    meterSteps(task, (ms) => {
      total += ms;
      if (ms > longest) longest = ms;
      // Tasks that it spawned are metered too; what counts is where it stands when its own last step is over.
      if (!task.hasEnded || learned) return;
      learned = true;
      route.learn(longest, total * route.represents);
      if (route !== this.#thunks) route.reconsider("green");
    });
  }

  #parallelLane(): ParallelPool {
    if (this.#parallel === null) {
      this.#adopt(new ParallelPool({ name: `${this.name} parallel`, ...this.#laneRate() }));
    }
    return this.#parallel!;
  }

  #laneRate(): { rate?: RateLimiterOptions } {
    return this.#rate === null ? {} : { rate: this.#rate as unknown as RateLimiterOptions };
  }

  #adopt(pool: ParallelPool): void {
    this.#parallel = pool;
    pool.onMeasured = (call, heldMs) => {
      const route = this.#routes.get(`${call.module}#${call.name}`);
      route?.learn(heldMs, heldMs);
      route?.reconsider("parallel");
    };
  }
}

function* joinAll(ends: Completion[]): Generator<Effect<unknown>, void, unknown> {
  yield* all(ends);
}

function laneFor(kind: "cpu" | "io"): Lane {
  return kind === "cpu" ? "parallel" : "green";
}

shared.make = () =>
  shared.isWorker ? new GreenPool({ name: "worker" }) : new AdaptiveExecutor({ name: "shared" });
