/**
 * The scheduler: runs ready tasks one step at a time, and gives the host its turn.
 *
 * ## States
 *
 * | state    | meaning                                            | leaves it when                                        |
 * | -------- | -------------------------------------------------- | ----------------------------------------------------- |
 * | idle     | nothing is ready; the alarm stands for the timers  | a task becomes ready → due; the alarm → running       |
 * | due      | a run is queued, as a microtask or a host turn     | that turn comes → running                             |
 * | running  | steps are taken                                    | nothing is ready → idle; the budget is spent → due    |
 *
 * ## Timeline of a wake-up
 *
 * `enqueue(task)` from ordinary code: a microtask is queued, in it the loop takes the tasks in order, each for one step:
 * until it waits, ends, or has had 256 results in a row without waiting. A task that is woken by another one runs in the
 * same turn, without a promise in between.
 *
 * ## Policy
 *
 * The loop may hold the thread for 8 ms (Node's and Deno's I/O loop then gets a macrotask turn). Reading the clock
 * costs more than a step, so it is read every few steps, and how many that are is learned from how long they take:
 * steps of a microsecond are looked at by the dozen, steps of a millisecond one by one. The count survives from one
 * microtask to the next: tasks that wake each other by promises cannot keep the host waiting either.
 *
 * @module
 */

import { type Clock, HostClock } from "./clock.ts";
import type { Family } from "./family.ts";
import { asyncContext } from "./async_context.ts";
import { hostTurn } from "./host_turn.ts";
import { FairReadyQueue, type ReadyQueue } from "./ready_queue.ts";
import { type Timed, Timers } from "./timers.ts";
import type { Instrument } from "./instrument.ts";
import { checkOptions, describe } from "./work.ts";
import { enter, leave, pass } from "./running.ts";
import { eventOf } from "./task_event.ts";
import type { TaskNode } from "./task.ts";

/** How long the loop may hold the thread before the host gets a turn, in milliseconds. */
const defaultBudget = 8;

/**
 * How many steps there may be between two looks at the clock. It bounds what the host waits when short steps are
 * followed by long ones, of which the scheduler learns at the next look only.
 */
const longestStretch = 16;

/** How much time should pass between two looks, in milliseconds. */
const glance = defaultBudget / 4;

/** Half the price of `performance.now`, and a millisecond is fine enough. Taken once, since tests put others in its place. */
const hostClock = Date.now;

/** How a scheduler is made; everything has a default. */
export interface SchedulerOptions {
  /**
   * Where time comes from.
   *
   * @default the host's monotonic clock
   */
  clock?: Clock;
  /**
   * Who chooses the next ready task.
   *
   * @internal
   * @default first come first served within a priority
   */
  ready?: ReadyQueue;
  /**
   * How long the loop may hold the thread before the host gets a turn, in milliseconds. A simulation sets `Infinity`, for
   * when the host gets its turn would else depend on how fast the machine is.
   *
   * @default 8
   */
  budget?: number;
  /**
   * What that budget is measured with, in milliseconds.
   *
   * @internal
   * @default Date.now
   */
  wallClock?: () => number;
  /**
   * Where chance comes from: numbers from 0 up to 1. It decides between ready cases of a `select`, and jitters delays.
   *
   * @default Math.random
   */
  random?: () => number;
  /**
   * Who picks one of several that are alike, a ready case of a `select`: a whole number from 0 up to `count`.
   *
   * @default by `random`
   */
  pick?: (count: number) => number;
  /** Called each time when nothing is left to run. */
  onIdle?: () => void;
}

/** Runs tasks. One serves a whole program; a simulation makes its own. */
export class Scheduler {
  /** Where this scheduler's time comes from. */
  readonly clock: Clock;
  /** Where this scheduler's chance comes from. */
  readonly random: () => number;
  /** Who picks one of several that are alike. */
  readonly pick: (count: number) => number;
  /** Who listens to what happens here; `null` while nobody does. */
  instrument: Instrument | null = null;
  /** @internal Who is told of failures that nobody observes; `null` leaves them to the host. */
  onUnobserved: ((task: TaskNode) => void) | null = null;
  /** How many tasks wait for something that is not under this scheduler's control: a promise, a callback. */
  outside = 0;
  /** @internal The root tasks that have not ended. */
  readonly roots: Family = { children: null };
  readonly #ready: ReadyQueue;
  readonly #timers: Timers;
  readonly #onIdle: (() => void) | undefined;
  readonly #budget: number;
  readonly #wallClock: () => number;
  /** Whether the loop is running or will run without a further call. */
  #active = false;
  #looping = false;
  /** Whether a host turn was asked for and has not come. */
  #hopping = false;
  /** When the host last had its turn, as far as it is known. */
  #turnBegan: number;
  /** Whether the loop was idle since, so that the host may have had one of which nothing is known. */
  #wasIdle = false;
  /** When that was first a reason for not giving way. */
  #doubted = Infinity;
  /** When the clock was last looked at, how many steps there are between two looks, and how many are left. */
  #looked: number;
  #stretch = 1;
  #left = 1;

  /**
   * Makes a scheduler.
   *
   * @param options where time and choices come from
   */
  constructor(options: SchedulerOptions = {}) {
    checkSchedulerOptions(options);
    this.clock = options.clock ?? new HostClock();
    this.random = options.random ?? Math.random;
    this.pick = options.pick ?? ((count) => Math.floor(this.random() * count));
    this.#ready = options.ready ?? new FairReadyQueue();
    this.#onIdle = options.onIdle;
    this.#budget = options.budget ?? defaultBudget;
    this.#wallClock = options.wallClock ?? hostClock;
    this.#turnBegan = this.#looked = this.#wallClock();
    this.#timers = new Timers(this.clock, this.#alarm);
  }

  /** How many tasks are ready to run. */
  get readyCount(): number {
    return this.#ready.size;
  }

  /** How many timers are set. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** @internal Makes `task` ready: it runs after those that are ready already. */
  enqueue(task: TaskNode): void {
    this.#ready.push(task);
    if (!this.#active) this.#activate();
  }

  /** @internal The task that the queue holds by its parent is about to have a younger sibling, or to leave. */
  release(): void {
    this.#ready.release();
  }

  /** @internal Makes `task` ready and, within bounds, the next to run, as when a caller goes on with a callee. */
  enqueueNext(task: TaskNode): void {
    this.#ready.pushNext(task);
    if (!this.#active) this.#activate();
  }

  /** @internal Fires what is due: for a clock that is moved while tasks run. */
  fireTimers(): void {
    this.#timers.expire();
  }

  /** @internal Sets a timer for a moment of this scheduler's clock. */
  setTimer(timer: Timed, deadline: number): void {
    this.#timers.set(timer, deadline);
    // The alarm is set when the loop goes idle; a timer from ordinary code has to bring that about.
    if (!this.#active) this.#activate();
  }

  /** @internal Cancels a timer. */
  cancelTimer(timer: Timed): void {
    this.#timers.cancel(timer);
    if (!this.#active && this.#timers.size === 0) this.#activate();
  }

  /**
   * @internal
   *
   * Counts a result that a task takes without waiting, as a step within its step.
   *
   * @returns whether the host has waited long enough, so that the task shall give way
   */
  isOverdue(): boolean {
    if (--this.#left > 0 || !this.#spent()) return false;
    // The loop looks again right after this step.
    this.#left = 1;
    if (!this.#wasIdle) return true;
    // What has gone by may be the time for which nothing was ready. That is no reason to let others overtake the task.
    this.#doubted = Math.min(this.#doubted, this.#looked);
    return this.#looked - this.#doubted > this.#budget;
  }

  /** @internal Says that {@linkcode runNow} is about to be called, so that what becomes ready before it asks for no microtask. */
  expectRun(): void {
    this.#active = true;
  }

  /**
   * @internal
   *
   * Runs what is ready now, when the caller stands at the bottom of a host callback, where no other code is under way:
   * {@linkcode expectRun}, then what makes tasks ready, then this. It saves a microtask.
   */
  runNow(): void {
    if (!this.#looping && !this.#hopping) this.#run();
  }

  #activate(): void {
    this.#active = true;
    this.#passIdle();
    queueMicrotask(this.#run);
  }

  /**
   * Ordinary code made something ready: what has gone by since the last look is time in which the loop was idle, but for what
   * the steps since will have taken, and does not count.
   */
  #passIdle(): void {
    const now = this.#wallClock();
    const idle = now - this.#looked - glance * (1 - this.#left / this.#stretch);
    if (idle <= 0) return;
    this.#turnBegan += idle;
    this.#looked = now;
  }

  #turnBegins(): void {
    this.#turnBegan = this.#wallClock();
    this.#wasIdle = false;
    this.#doubted = Infinity;
  }

  readonly #alarm = (): void => {
    this.#turnBegins();
    this.#active = true;
    this.#timers.expire();
    if (!this.#hopping) this.#run();
  };

  readonly #hostTurn = (): void => {
    this.#hopping = false;
    this.#turnBegins();
    this.#looked = this.#turnBegan;
    this.#run();
  };

  readonly #run = (): void => {
    if (this.#looping || this.#hopping) return;
    if (asyncContext.leave === null) this.#runLoop();
    else asyncContext.leave(this.#runLoop);
  };

  readonly #runLoop = (): void => {
    this.#looping = this.#active = true;
    const before = enter(null);
    try {
      this.#loop();
    } finally {
      leave(before);
      this.#looping = false;
      this.#active = this.#hopping;
      // Only a throwing instrument leaves the loop early; the other tasks must not pay for it.
      if (this.#ready.size > 0 && !this.#hopping) this.#activate();
    }
  };

  #loop(): void {
    const ready = this.#ready;
    for (let task = ready.shift(); task !== undefined; task = ready.shift()) {
      if (this.instrument === null) task.run();
      else this.#runSeen(task, this.instrument);
      pass(null);
      if (--this.#left === 0 && this.#spent()) {
        this.#hopping = true;
        this.#timers.arm();
        hostTurn(this.#hostTurn);
        return;
      }
    }
    this.#timers.arm();
    this.#wasIdle = true;
    this.#onIdle?.();
  }

  /** A step while somebody listens. */
  #runSeen(task: TaskNode, instrument: Instrument): void {
    if (task.hasEnded) return;
    instrument.taskResumed?.(eventOf(task));
    task.run();
    pass(null);
    if (!task.hasEnded) instrument.taskParked?.(eventOf(task));
  }

  /** Whether the host has waited long enough. Learns how many steps fit between two looks at the clock. */
  #spent(): boolean {
    const now = this.#wallClock();
    const elapsed = now - this.#looked;
    this.#looked = now;
    const fitting = elapsed > 0 ? Math.round((glance / elapsed) * this.#stretch) : longestStretch;
    // Grows slowly and shrinks at once: a short step between long ones says little.
    this.#left = this.#stretch = Math.max(1, Math.min(fitting, 2 * this.#stretch, longestStretch));
    // A clock that somebody has set back says nothing of the time that has passed.
    return Math.abs(now - this.#turnBegan) > this.#budget;
  }
}

function checkSchedulerOptions(options: SchedulerOptions): void {
  checkOptions(options, "create a scheduler");
  const { clock, ready, budget, random, pick, onIdle } = options;
  const fail = (name: string, wanted: string, value: unknown): never => {
    throw new TypeError(
      `Cannot create a scheduler: '${name}' must be ${wanted}: current value is ${describe(value)}`,
    );
  };
  if (clock !== undefined && typeof clock?.after !== "function") fail("clock", "a Clock", clock);
  if (ready !== undefined && typeof ready?.shift !== "function") {
    fail("ready", "a ReadyQueue", ready);
  }
  if (random !== undefined && typeof random !== "function") fail("random", "a function", random);
  if (pick !== undefined && typeof pick !== "function") fail("pick", "a function", pick);
  if (onIdle !== undefined && typeof onIdle !== "function") fail("onIdle", "a function", onIdle);
  if (budget === undefined || (typeof budget === "number" && budget >= 0)) return;
  if (typeof budget !== "number") fail("budget", "a number of milliseconds", budget);
  throw new RangeError(
    `Cannot create a scheduler: 'budget' must be at least 0: current value is ${budget}`,
  );
}

let shared: Scheduler | undefined;

/** The scheduler that tasks run on unless they are given another one. */
export function defaultScheduler(): Scheduler {
  return shared ??= new Scheduler();
}
