/**
 * Running a program on virtual time, in an order that can be repeated.
 *
 * The scheduler is the one that ships; only its clock and its choice of the next task are others. When nothing is ready,
 * the host gets one turn, so that promises that are settled reach the tasks that wait for them; then time jumps to the
 * next timer. When there is none, and no promise or callback is waited for either, nothing can ever happen: a deadlock.
 *
 * @module
 */

import { DeadlockError } from "../kernel/errors.ts";
import { hostTurn } from "../kernel/host_turn.ts";
import { FairReadyQueue } from "../kernel/ready_queue.ts";
import { run } from "../kernel/run.ts";
import { Scheduler } from "../kernel/scheduler.ts";
import type { TaskNode } from "../kernel/task.ts";
import { checkOptions, checkThunk, describe, type Thunk } from "../kernel/work.ts";
import { liveTasks } from "./live_tasks.ts";
import { LivelockError } from "./livelock_error.ts";
import { Random } from "./random.ts";
import { RandomQueue } from "./random_queue.ts";
import { RecordingQueue, type TraceStep } from "./recording_queue.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** How a program is simulated. */
export interface SimulateOptions {
  /**
   * Decides who runs next, each time when several tasks are ready. The same seed gives the same order.
   *
   * @default none: the order in which the real scheduler runs them
   */
  seed?: number;
  /**
   * After how many steps the program is held to be in a livelock.
   *
   * @default 100_000
   */
  maxSteps?: number;
}

/** What came of a simulated program. */
export interface Simulation<T> {
  /** What it returned. */
  readonly value: T;
  /** Who took each step. */
  readonly trace: readonly TraceStep[];
  /** How many steps it took. */
  readonly steps: number;
  /** How much virtual time passed, in milliseconds. */
  readonly time: number;
}

const defaultMaxSteps = 100_000;

/**
 * Runs `work` as a root task on virtual time: a sleep of an hour takes no time at all, and the same seed gives the same
 * order of steps. What `work` creates inside is fresh in each run. Roots that it starts by `run()` are simulated with it;
 * what of them has not ended when `work` has is left behind. Promises of the host are waited for, in the host's time.
 *
 * @example
 * ```ts
 * import { simulate } from "@heddle/runtime/testing";
 * import { race, sleep, timeout } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const { value, time } = await simulate(function* () {
 *   yield* sleep(3_600_000);
 *   return yield* race([timeout(500, () => "quick"), sleep(1000)]);
 * }, { seed: 7 });
 * assertEquals(value, "quick");
 * assertEquals(time, 3_600_000);
 * ```
 *
 * @param work the program
 * @param options the seed, and how many steps it may take
 * @returns its result, its trace, its steps and its time; rejects with the program's own error
 * @throws {DeadlockError} when nothing is ready, no timer is set and nothing outside is awaited
 * @throws {LivelockError} when it takes more than `maxSteps` steps
 * @throws {TypeError} when `work` is not a function, or an option has the wrong type
 * @throws {RangeError} when `seed` is not a whole number, or `maxSteps` not one of at least 1
 */
export function simulate<T>(work: Thunk<T>, options?: SimulateOptions): Promise<Simulation<T>>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function simulate<T>(
  work: () => Promise<T> | T,
  options?: SimulateOptions,
): Promise<Simulation<T>>;
export function simulate<T>(
  work: Thunk<T>,
  options: SimulateOptions = {},
): Promise<Simulation<T>> {
  return new Promise((resolve, reject) => {
    checkThunk(work, "simulate");
    checkOptions(options, "simulate");
    checkWhole(options.seed, "seed", -Infinity);
    checkWhole(options.maxSteps, "maxSteps", 1);
    new Simulator<T>(options, resolve, reject).begin(work);
  });
}

/** One run: owns the scheduler, its clock and its queue, and moves time. */
class Simulator<T> {
  readonly #resolve: (simulation: Simulation<T>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #clock = new VirtualClock();
  readonly #queue: RecordingQueue;
  readonly #scheduler: Scheduler;
  #over = false;
  /** Whether the host was asked for a turn, and how many steps had been taken then. */
  #turning = false;
  #stepsBefore = 0;

  constructor(
    options: SimulateOptions,
    resolve: (simulation: Simulation<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    const { seed, maxSteps = defaultMaxSteps } = options;
    this.#queue = new RecordingQueue(
      seed === undefined ? new FairReadyQueue() : new RandomQueue(seed),
      () => this.#clock.now(),
      maxSteps,
    );
    const chance = new Random(seed ?? 0);
    this.#scheduler = new Scheduler({
      clock: this.#clock,
      ready: this.#queue,
      budget: Infinity,
      random: () => chance.below(2 ** 32) / 2 ** 32,
      onIdle: () => this.#idle(),
    });
  }

  begin(work: Thunk<T>): void {
    const root = run(work, { scheduler: this.#scheduler }) as unknown as TaskNode;
    root.observe();
    (root.coldPart().onEnd ??= []).push(() => this.#ended(root));
  }

  #ended(root: TaskNode): void {
    if (root.hasFailed || root.isCancelled) return this.#finish(() => this.#reject(root.failure));
    const { trace } = this.#queue;
    const time = this.#clock.now();
    const value = root.value as T;
    this.#finish(() => this.#resolve({ value, trace, steps: trace.length, time }));
  }

  #finish(settle: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue.stop();
    settle();
  }

  #idle(): void {
    if (this.#over || this.#turning) return;
    if (this.#queue.exhausted) {
      const error = new LivelockError(this.#queue.trace.length, liveTasks(this.#scheduler));
      return this.#finish(() => this.#reject(error));
    }
    this.#turning = true;
    this.#stepsBefore = this.#queue.trace.length;
    hostTurn(() => this.#turned());
  }

  /** The host had its turn: if it made nothing ready, time moves. */
  #turned(): void {
    this.#turning = false;
    if (this.#queue.size > 0) return;
    if (this.#queue.exhausted || this.#queue.trace.length > this.#stepsBefore) return this.#idle();
    if (this.#over || this.#clock.jump() || this.#scheduler.outside > 0) return;
    const error = new DeadlockError(liveTasks(this.#scheduler));
    this.#finish(() => this.#reject(error));
  }
}

function checkWhole(value: unknown, name: string, least: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least)) return;
  const ErrorClass = typeof value === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot simulate: '${name}' must be a whole number${
      least === -Infinity ? "" : `, at least ${least}`
    }: current value is ${describe(value)}`,
  );
}
