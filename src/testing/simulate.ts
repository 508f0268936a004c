/**
 * Running a program on virtual time, in an order that can be repeated.
 *
 * @module
 */

import { checkOptions, checkThunk, describe, type Thunk } from "../kernel/work.ts";
import { type Chooser, FirstChooser, RandomChooser } from "./chooser.ts";
import { checkFaults, type Fault } from "./faults.ts";
import type { Leak } from "./leak.ts";
import { PctChooser } from "./pct_chooser.ts";
import type { TraceStep } from "./recording_queue.ts";
import { runOnce, type RunSetup } from "./run_once.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";
import { ScheduleChooser } from "./schedule_chooser.ts";

/** How choices are made from a seed: each alike, or by random priorities (PCT), which find bugs of a small depth sooner. */
export type Strategy = "random" | "pct";

/** How a program is simulated. */
export interface SimulateOptions {
  /**
   * Decides who runs next, each time when several tasks are ready, and which ready case of a `select` happens. The same
   * seed gives the same order.
   *
   * @default none: the order in which the real scheduler runs them
   */
  seed?: number;
  /**
   * The decisions themselves, instead of a seed.
   *
   * @default none
   */
  schedule?: Schedule;
  /**
   * How decisions are made from the seed. `"pct"` runs the program four times before, to learn how many there are.
   *
   * @default "random"
   */
  strategy?: Strategy;
  /**
   * How many orderings a bug may need for `"pct"` to find it: the d of its guarantee.
   *
   * @default 3
   */
  depth?: number;
  /**
   * After how many steps the program is held to be in a livelock.
   *
   * @default 100_000
   */
  maxSteps?: number;
  /**
   * How much virtual time a step takes, in milliseconds. With 0 a task that never waits keeps time from moving; with more
   * it meets its timeout.
   *
   * @default 0
   */
  stepCost?: number;
  /**
   * Whether `Math.random` follows the seed, and `Date` and `performance.now` the virtual clock (from the 1st of January
   * 2000, UTC), while tasks of the program have their steps. Tasks that the program starts by `run()` are not included.
   *
   * @default false
   */
  globals?: boolean;
  /**
   * Whether a task may also give way where an operation has its result at once, such as a lock that is free: the real
   * scheduler has it do so when it has held the thread for long. Without, it goes on, which it does nearly always.
   *
   * @default false
   */
  interruptions?: boolean;
  /**
   * How long virtual time stands still while a task waits for a promise or a callback of the host and a timer is set, in
   * milliseconds of the host. With 0 the host has one turn, which is enough for promises that are settled or settle each
   * other; real input and output needs more, or its timeouts come first.
   *
   * @default 0
   */
  patience?: number;
  /**
   * How long the host is waited for when nothing else can happen, no task being ready and no timer set, in milliseconds of
   * the host. Then it is a deadlock: most often a callback that nobody calls. `Infinity` waits for ever.
   *
   * @default 1000
   */
  hostTimeout?: number;
  /**
   * What goes wrong on the way, such as {@linkcode faults} generates.
   *
   * @default nothing
   */
  faults?: readonly Fault[];
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
  /** What it left behind: tasks of its roots, permits, values in channels. */
  readonly leaks: readonly Leak[];
  /**
   * What was not under its control, one line for each: who waited for the host longer than one turn of it. When there is
   * something, another run with the same seed may do otherwise.
   */
  readonly outside: readonly string[];
}

const defaultMaxSteps = 100_000;
const defaultDepth = 3;
const defaultHostTimeout = 1000;

/**
 * Runs `work` as a root task on virtual time: a sleep of an hour takes no time at all, and the same seed gives the same
 * order of steps. What `work` creates inside is fresh in each run. Roots that it starts by `run()` are simulated with it;
 * what of them has not ended when `work` has is left behind; one that fails unobserved fails the simulation. Promises of the
 * host are waited for, in the host's time, while no timer is set, for as long as the option `hostTimeout` says; with one, for
 * no longer than `patience`.
 * Simulated is what tasks do: the part of an async function after its first `await` is not.
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
 * @throws {DeadlockError} when nothing is ready, no timer is set, and nothing outside is awaited or comes in time
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
  return simulateChecked(work, options);
}

async function simulateChecked<T>(
  work: Thunk<T>,
  options: SimulateOptions,
): Promise<Simulation<T>> {
  checkThunk(work, "simulate");
  let setup = setupOf(options, "simulate");
  const { seed, strategy, schedule, depth = defaultDepth } = options;
  if (strategy === "pct" && seed !== undefined && schedule === undefined) {
    const choices = await choicesOf(work, setup);
    setup = { ...setup, chooser: new PctChooser(seed, depth, choices) };
  }
  const { outcome, trace, time, leaks, outside } = await runOnce(work, { ...setup, traced: true });
  if (!outcome.ok) throw outcome.error;
  return { value: outcome.value, trace, steps: trace.length, time, leaks, outside };
}

/** In how many orders a program is run to learn how many choices it has, that of the real scheduler apart. */
const probes = 3;

/**
 * The most choices that a program had in some orders: the k of PCT. One order is not enough: in that of the real scheduler
 * a task may be the last to run, and have no choice, which others would go on before.
 */
export async function choicesOf(work: Thunk<unknown>, setup: RunSetup): Promise<number> {
  let most = 1;
  for (let seed = 0; seed <= probes; seed++) {
    const chooser = seed === 0 ? new FirstChooser() : new PctChooser(seed, 1, 1);
    const { decisions } = await runOnce(work, { ...setup, chooser });
    most = Math.max(most, decisions.length);
  }
  return most;
}

/** The setup that options stand for. */
export function setupOf(options: SimulateOptions, verb: string): RunSetup {
  checkOptions(options, verb);
  const { seed, schedule, strategy = "random", depth = defaultDepth, stepCost = 0 } = options;
  const { maxSteps = defaultMaxSteps, globals = false, patience = 0, faults = [] } = options;
  const { interruptions = false, hostTimeout = defaultHostTimeout } = options;
  checkWhole(seed, "seed", -Infinity, verb);
  checkWhole(maxSteps, "maxSteps", 1, verb);
  checkWhole(depth, "depth", 1, verb);
  if (strategy !== "random" && strategy !== "pct") {
    throw new TypeError(
      `Cannot ${verb}: 'strategy' must be "random" or "pct": current value is ${
        describe(strategy)
      }`,
    );
  }
  checkBoolean(globals, "globals", verb);
  checkBoolean(interruptions, "interruptions", verb);
  checkTime(stepCost, "stepCost", verb);
  checkTime(patience, "patience", verb);
  if (hostTimeout !== Infinity) checkTime(hostTimeout, "hostTimeout", verb);
  checkFaults(faults, verb);
  let chooser: Chooser | null = null;
  if (schedule !== undefined) {
    checkSchedule(schedule);
    chooser = new ScheduleChooser(schedule);
  } else if (seed !== undefined) {
    chooser = new RandomChooser(seed);
  }
  return {
    chooser,
    seed: seed ?? 0,
    maxSteps,
    stepCost,
    globals,
    interruptions,
    patience,
    hostTimeout,
    faults,
  };
}

function checkBoolean(value: unknown, name: string, verb: string): void {
  if (typeof value === "boolean") return;
  throw new TypeError(
    `Cannot ${verb}: '${name}' must be a boolean: current value is ${describe(value)}`,
  );
}

/** Throws unless `value` is a number of milliseconds. */
export function checkTime(value: unknown, name: string, verb: string): void {
  if (typeof value === "number" && value >= 0 && value < Infinity) return;
  const ErrorClass = typeof value === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a number of milliseconds, at least 0: current value is ${
      describe(value)
    }`,
  );
}

/** Throws unless `value` is a whole number of at least `least`, or not given. */
export function checkWhole(value: unknown, name: string, least: number, verb: string): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least)) return;
  const ErrorClass = typeof value === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a whole number${
      least === -Infinity ? "" : `, at least ${least}`
    }: current value is ${describe(value)}`,
  );
}
