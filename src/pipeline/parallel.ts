/**
 * The stage that works on several elements at a time.
 *
 * A fixed number of lanes each take an element, have it worked on, and hand on what comes of it. In order, a result that
 * comes too soon waits for its turn in a window, which also bounds how far the lanes may run ahead.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { spawn } from "../kernel/spawn.ts";
import type { Task } from "../kernel/task_handle.ts";
import { describe, inline, isOperation } from "../kernel/work.ts";
import type { OutcomeOf } from "../operations/runnables.ts";
import { Latch } from "../sync/latch.ts";
import { checkCount, checkFunction, nameOf, stageOf } from "./_part.ts";
import type { Place } from "./_place.ts";
import type { Input, Output, Stage } from "./stage.ts";

/** What `parallel` needs of an executor; every executor of this library is one. */
export interface TaskExecutor {
  /** Submits one task: a job, or a function. */
  // deno-lint-ignore no-explicit-any -- an executor says itself what it takes
  submit(work: any): Task<any>;
  /** How many tasks may run at a time. */
  stats(): { readonly size: number };
}

/** How elements are worked on. */
export interface ParallelOptions {
  /**
   * Who runs the work. Calls that functions of `jobsFrom` describe cross to the workers of a `ParallelPool`, many in one
   * message when they are short: the pool learns what a job costs.
   *
   * @default none: coroutines of this stage; jobs go to the executor in context
   */
  executor?: TaskExecutor;
  /**
   * How many elements are worked on at a time; a whole number of at least 1.
   *
   * @default the size of the executor, and 64 for each of its slots when it runs jobs, but at most 512; 16 without one
   */
  concurrency?: number;
  /**
   * Whether results go on in the order of the elements, rather than as they come.
   *
   * @default true
   */
  ordered?: boolean;
}

/**
 * Hands on what `fn` comes to for each element, working on several at a time: at most `concurrency` are being worked on,
 * and in order at most twice as many are on their way. The first failure cancels the rest. Cancelled, or left early, it
 * cancels what runs, and waits for that. Promises of functions that did not ask for their signal are left behind, and what
 * they come to then concerns nobody: a later failure among them is dropped, as by `Promise.all`.
 *
 * @example
 * ```ts
 * import { parallel, pipeline, run, sleep } from "@heddle/runtime";
 * import { simulate } from "@heddle/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * function* fetchPage(n: number) {
 *   yield* sleep(100);
 *   return `page ${n}`;
 * }
 * const { value, time } = await simulate(() => pipeline([1, 2, 3], parallel(fetchPage, { concurrency: 3 })));
 * assertEquals([value, time], [["page 1", "page 2", "page 3"], 100]);
 * ```
 *
 * @param fn makes work of an element and its number, from 0: a job, an operation, a promise, or the result; where it makes
 * jobs, what is no job is not sent to the executor
 * @param options who works, on how many at a time, in which order
 * @throws {TypeError} when `fn` is not a function, or an option has the wrong type
 * @throws {RangeError} when `concurrency` is not a whole number of at least 1
 */
export function parallel<In, R>(
  fn: (value: In, index: number) => R,
  options: ParallelOptions = {},
): Stage<In, OutcomeOf<R>> {
  checkFunction(fn, "run in parallel");
  const { executor, concurrency, ordered = true } = options;
  if (executor !== undefined && typeof executor?.submit !== "function") {
    throw new TypeError(
      `Cannot run in parallel: 'executor' must be an Executor: current value is ${
        describe(executor)
      }`,
    );
  }
  if (concurrency !== undefined) {
    checkCount(concurrency, "run in parallel", "concurrency", 1, false);
  }
  if (typeof ordered !== "boolean") {
    throw new TypeError(
      `Cannot run in parallel: 'ordered' must be a boolean: current value is ${describe(ordered)}`,
    );
  }
  return stageOf({
    kind: "task",
    name: nameOf(fn, "parallel"),
    run: (input, output, place) => {
      const work = new Workshop(fn as Work, executor, place, concurrency);
      return ordered ? inOrder(input, output, work) : asTheyCome(input, output, work);
    },
    isAhead: true,
  });
}

type Work = (value: unknown, index: number) => unknown;

/** The most elements that are in the hands of an executor unless a number is given. */
const mostInHand = 512;

/** Has elements worked on. */
class Workshop {
  /** How many lanes there are to be at first, and how many when it turns out that the executor is given jobs. */
  readonly lanes: number;
  readonly #most: number;
  readonly #fn: Work;
  readonly #executor: TaskExecutor | undefined;
  readonly #place: Place;
  /** Whether the function describes jobs, as it turned out. */
  #makesJobs: boolean | null = null;
  #index = 0;

  constructor(
    fn: Work,
    executor: TaskExecutor | undefined,
    place: Place,
    concurrency: number | undefined,
  ) {
    this.#fn = fn;
    this.#executor = executor;
    this.#place = place;
    const size = executor === undefined ? 16 : executor.stats().size;
    this.lanes = concurrency ?? Math.max(1, Math.min(size, mostInHand));
    this.#most = concurrency ?? Math.max(this.lanes, Math.min(64 * size, mostInHand));
  }

  /** How many lanes there should be by now: jobs are short, and travel together. */
  get lanesNow(): number {
    return this.#makesJobs === true ? this.#most : this.lanes;
  }

  /** What an element comes to. Called in the order of the elements. */
  *on(value: unknown): Generator<Effect<unknown>, unknown, unknown> {
    const index = this.#index++;
    try {
      const executor = this.#executor;
      if (executor === undefined) return yield* inline(() => watched(this.#fn(value, index)));
      let work = (): unknown => watched(this.#fn(value, index));
      if (this.#makesJobs !== false) {
        // A job is made here and goes away; any other work is begun where it is run.
        const made = this.#fn(value, index);
        if (isJob(made)) {
          this.#makesJobs = true;
          return yield* this.#join(executor.submit(made));
        }
        // Where there are jobs, what is none has its result already, as something that was kept.
        if (this.#makesJobs === true) return yield* inline(() => watched(made));
        this.#makesJobs = false;
        const kept = watched(made);
        work = () => kept;
      }
      return yield* this.#join(executor.submit(work));
    } catch (error) {
      throw this.#place.broken(error, [value]);
    }
  }

  *#join(task: Task<unknown>): Generator<Effect<unknown>, unknown, unknown> {
    try {
      return yield* task;
    } finally {
      if (!hasEnded(task)) yield* task.cancel();
    }
  }
}

/** Work whose promise, once it was left behind, fails for nobody. See ADR 0006. */
function watched(outcome: unknown): unknown {
  if (typeof (outcome as PromiseLike<unknown> | null | undefined)?.then !== "function") {
    return outcome;
  }
  return isOperation(outcome) ? outcome : watch(outcome as PromiseLike<unknown>);
}

function watch(promise: PromiseLike<unknown>): Generator<Effect<unknown>, unknown, unknown> {
  const failures: unknown[] = [];
  // It never fails itself, so that nothing is reported once it is left.
  const outcome = Promise.resolve(promise).catch((error) => void failures.push(error));
  return (function* () {
    let value: unknown;
    try {
      value = yield* inline(() => outcome);
    } catch (error) {
      // One that failed at the same time, or heard of the cancellation and failed by something else.
      throw failures.length === 0 || isAbort(failures[0]) ? error : failures[0];
    }
    if (failures.length > 0) throw failures[0];
    return value;
  })();
}

function isAbort(error: unknown): boolean {
  const { name } = Object(error) as Partial<Error>;
  return name === "AbortError" || name === "CancelledError";
}

function hasEnded({ status }: Task<unknown>): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Jobs are known by what they carry: what makes them lies above this layer. */
function isJob(work: unknown): boolean {
  const { module, name, args } = Object(work) as Record<string, unknown>;
  return typeof module === "string" && typeof name === "string" && Array.isArray(args);
}

function* asTheyCome(
  input: Input<unknown>,
  output: Output<unknown>,
  work: Workshop,
): Generator<Effect<unknown>, void, unknown> {
  /** Opened when the first element is being worked on, or there is none. */
  const begun = new Latch();
  function* lane(): Generator<Effect<unknown>, void, unknown> {
    for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
      // Its waiter goes on after the work has begun, in this step.
      begun.open();
      yield* output.send(yield* work.on(item.value));
    }
    begun.open();
  }
  for (let count = 0; count < work.lanes; count++) {
    yield* spawn(lane, { name: `lane ${count + 1}` });
  }
  yield* begun.wait();
  // The scope of the stage ends with the last of them.
  for (let count = work.lanes; count < work.lanesNow; count++) {
    yield* spawn(lane, { name: `lane ${count + 1}` });
  }
}

/** A result in its place in the order. */
interface Turn {
  value: unknown;
  isReady: boolean;
}

function* inOrder(
  input: Input<unknown>,
  output: Output<unknown>,
  work: Workshop,
): Generator<Effect<unknown>, void, unknown> {
  /** What is on its way; what it has taken in and not handed on is bounded by the window. */
  const turns: Turn[] = [];
  let first = 0;
  /** Places in the window: as many again as there are lanes. */
  let free = 2 * work.lanes;
  const places: Latch[] = [];
  /** Opened when there is a turn, or one is ready, or the last lane is over. */
  let news = new Latch();
  let working = 0;

  function* lane(): Generator<Effect<unknown>, void, unknown> {
    for (;;) {
      while (free === 0) {
        const place = new Latch();
        places.push(place);
        yield* place.wait();
      }
      free--;
      const item = yield* input.next();
      if (item.done) {
        free++;
        places.shift()?.open();
        break;
      }
      const turn: Turn = { value: undefined, isReady: false };
      turns.push(turn);
      news.open();
      turn.value = yield* work.on(item.value);
      turn.isReady = true;
      news.open();
    }
    working--;
    news.open();
  }

  function* lanesUpTo(most: number): Generator<Effect<unknown>, void, unknown> {
    while (lanes < most) {
      working++;
      yield* spawn(lane, { name: `lane ${++lanes}` });
    }
  }

  let lanes = 0;
  yield* lanesUpTo(work.lanes);
  while (working > 0 || first < turns.length) {
    const turn = turns[first];
    if (turn?.isReady !== true) {
      news = new Latch();
      yield* news.wait();
      if (lanes < work.lanesNow) {
        free += 2 * (work.lanesNow - lanes);
        yield* lanesUpTo(work.lanesNow);
        for (const place of places.splice(0)) place.open();
      }
      continue;
    }
    yield* output.send(turn.value);
    if (++first === 1024) turns.splice(0, first), first = 0;
    else turns[first - 1] = spent;
    free++;
    places.shift()?.open();
  }
}

const spent: Turn = { value: undefined, isReady: false };
