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
import { describe, inline } from "../kernel/work.ts";
import type { OutcomeOf } from "../operations/runnables.ts";
import { Channel } from "../sync/channel.ts";
import type { Permit } from "../sync/permit.ts";
import { Semaphore } from "../sync/semaphore.ts";
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
   * @default the size of the executor, up to 64 for each of its slots when it runs jobs and is small; 16 without one
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
 * cancels what runs, and waits for that.
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
 * @param fn makes work of an element and its number, from 0: a job, an operation, a promise, or the result
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
      const work = new Workshop(fn as Work, executor, place);
      const lanes = concurrency ?? work.lanes;
      return ordered ? inOrder(input, output, work, lanes) : asTheyCome(input, output, work, lanes);
    },
  });
}

type Work = (value: unknown, index: number) => unknown;

/** The most elements that are in the hands of an executor unless a number is given. */
const mostInHand = 512;

/** Has elements worked on. */
class Workshop {
  readonly #fn: Work;
  readonly #executor: TaskExecutor | undefined;
  readonly #place: Place;
  /** Whether the function describes jobs, as it turned out. */
  #makesJobs: boolean | null = null;
  #index = 0;

  constructor(fn: Work, executor: TaskExecutor | undefined, place: Place) {
    this.#fn = fn;
    this.#executor = executor;
    this.#place = place;
  }

  get lanes(): number {
    if (this.#executor === undefined) return 16;
    const { size } = this.#executor.stats();
    return Math.max(size, Math.min(64 * size, mostInHand));
  }

  /** What an element comes to. Called in the order of the elements. */
  *on(value: unknown): Generator<Effect<unknown>, unknown, unknown> {
    const index = this.#index++;
    try {
      if (this.#executor === undefined) return yield* inline(() => this.#fn(value, index));
      const task = this.#submit(this.#executor, value, index);
      try {
        return yield* task;
      } finally {
        if (!hasEnded(task)) yield* task.cancel();
      }
    } catch (error) {
      throw this.#place.broken(error, [value]);
    }
  }

  /** A job is made here and goes away; any other work is begun where it is run. */
  #submit(executor: TaskExecutor, value: unknown, index: number): Task<unknown> {
    if (this.#makesJobs === false) return executor.submit(() => this.#fn(value, index));
    const made = this.#fn(value, index);
    this.#makesJobs = isJob(made);
    return executor.submit(this.#makesJobs ? made : () => made);
  }
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
  lanes: number,
): Generator<Effect<unknown>, void, unknown> {
  function* lane(): Generator<Effect<unknown>, void, unknown> {
    for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
      yield* output.send(yield* work.on(item.value));
    }
  }
  // The scope of the stage ends with the last of them.
  for (let count = 0; count < lanes; count++) yield* spawn(lane, { name: `lane ${count + 1}` });
}

/** A result in its place in the order. */
interface Turn {
  value: unknown;
  isReady: boolean;
  /** Its place in the window. */
  readonly permit: Permit;
}

function* inOrder(
  input: Input<unknown>,
  output: Output<unknown>,
  work: Workshop,
  lanes: number,
): Generator<Effect<unknown>, void, unknown> {
  const window = new Semaphore(2 * lanes);
  const turns = new Channel<Turn>({ capacity: Infinity });
  /** Says that a turn has become ready; one word of it is enough. */
  const ready = new Channel<void>({ capacity: 1, overflow: "drop-newest" });
  let working = lanes;

  function* lane(): Generator<Effect<unknown>, void, unknown> {
    for (;;) {
      const permit = yield* window.acquire();
      const item = yield* input.next();
      if (item.done) {
        permit.release();
        break;
      }
      const turn: Turn = { value: undefined, isReady: false, permit };
      turns.trySend(turn);
      turn.value = yield* work.on(item.value);
      turn.isReady = true;
      ready.trySend();
    }
    if (--working === 0) turns.close();
  }

  for (let count = 0; count < lanes; count++) yield* spawn(lane, { name: `lane ${count + 1}` });
  for (let turn = yield* turns.next(); !turn.done; turn = yield* turns.next()) {
    while (!turn.value.isReady) yield* ready.receive();
    yield* output.send(turn.value.value);
    turn.value.permit.release();
  }
}
