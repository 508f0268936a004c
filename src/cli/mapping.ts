/**
 * The map over inputs: jobs on an executor, their results as lines on stdout.
 *
 * Each input has a coroutine, which submits the job, waits for it and makes a line of what comes. These coroutines are
 * mapped over the inputs by a pool of their own, which keeps the order and the bounds; so the executor below it is that of
 * the user alone, and its figures are those of the jobs.
 *
 * What an earlier run has finished is written as it was then. What is finished now is in the journal before it is on
 * stdout.
 *
 * @module
 */

import {
  CancelledError,
  type Effect,
  GreenPool,
  type Operation,
  retry,
  type Task,
  timeout,
  until,
} from "../../mod.ts";
import { Arrivals } from "./arrivals.ts";
import { errorRecord } from "./error_record.ts";
import { Gathering } from "./gathering.ts";
import type { Entry, Inputs } from "./inputs.ts";
import type { Finished, Journal } from "./journal/journal.ts";
import type { Lane } from "./lanes.ts";
import type { Sink } from "./output.ts";
import type { PriorityOf } from "./priority.ts";
import type { StartGate } from "./start_gate.ts";
import { grace, StreamWriter } from "./stream_writer.ts";
import type { Target } from "./target.ts";
import type { Trace } from "./trace/trace.ts";
import { Turns } from "./turns.ts";

/** What a failure does. */
export const onErrorChoices = ["fail", "skip", "collect"] as const;
/** What a failure does: ends all, is reported, or is written in the place of the result. */
export type OnError = typeof onErrorChoices[number];

/** An input that failed. */
export interface Failure {
  readonly entry: Entry;
  readonly error: unknown;
}

/** What is mapped, and how. */
export interface MappingOptions {
  target: Target;
  lane: Lane;
  output: Sink;
  ordered: boolean;
  onError: OnError;
  /** Who lets inputs begin, when it is not first come first served. */
  gate?: StartGate | null;
  /** Which of the inputs read ahead begins first. */
  priorityOf?: PriorityOf | null;
  /** Where finished inputs are written down. */
  journal?: Journal | null;
  /** Where the course of each job is written down. */
  trace?: Trace | null;
  /** Called for each failure, in the order of results. */
  onFailure: (failure: Failure) => void;
  /** Called for each job that was cancelled, and failed in its cleanup. */
  onCleanupFailure: (failure: Failure) => void;
  /** Called for each input that is done, whichever way. */
  onDone: () => void;
}

/** What one input came to: the lines that are left to write, and whether it failed. */
interface Outcome {
  readonly lines: string;
  readonly failure: Failure | null;
}

/** How many inputs are read ahead where they do not begin in their order. */
export const readAhead = 10_000;
/** What a stream may give and still be tried again when it fails, in characters. */
const retriable = 1 << 20;

type Steps<T> = Generator<Effect<unknown>, T, unknown>;

/** One run over the inputs. */
export class Mapping {
  readonly #options: MappingOptions;
  readonly #turns = new Turns();
  readonly #gathering = new Gathering();
  readonly #width: number;
  readonly #arrivals: Arrivals;
  #isStopped = false;

  constructor(options: MappingOptions) {
    this.#options = options;
    const { lane: { width }, priorityOf, gate } = options;
    this.#width = priorityOf ? Math.max(width, readAhead) : width;
    const arrivals = this.#arrivals = new Arrivals(this.#width);
    if (gate) gate.allAreThere = () => arrivals.areOver;
  }

  /**
   * Maps. It ends when the inputs do, when an input fails that ends all, or when the reader of stdout has gone; what runs
   * is then cancelled.
   *
   * @param inputs what the function is called with
   */
  *run(inputs: Inputs): Steps<void> {
    const { ordered, output, onDone, onFailure, onError, priorityOf, gate } = this.#options;
    const width = this.#width;
    const isGradual = this.#options.lane.learns && !priorityOf;
    const pool = new GreenPool({ size: isGradual ? 1 : width, name: "map" });
    const results = pool.map(
      gate ? this.#arrivals.of(this.#untilStopped(inputs)) : this.#untilStopped(inputs),
      (entry, index) => gate ? this.#counted(entry, index) : this.#one(entry, index),
      {
        ordered,
        concurrency: width,
      },
    );
    const end = isGradual ? widen(pool, width) : () => {};
    try {
      for (;;) {
        const item = yield* results.next();
        if (item.done || output.isClosed) return;
        const { lines, failure } = item.value;
        if (lines !== "") output.write(lines);
        this.#turns.advance();
        this.#arrivals.left();
        if (failure !== null) onFailure(failure);
        onDone();
        if (failure !== null && onError === "fail") return;
        if (output.isFull) yield* until(output.drained());
      }
    } finally {
      end();
      yield* results.close();
      yield* pool.close({ drain: false });
    }
  }

  /** Gives no more inputs once one has failed that ends all: those before it come to their end, in order. */
  #untilStopped(inputs: Inputs): AsyncIterable<Entry> {
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = inputs[Symbol.asyncIterator]();
        return {
          next: () =>
            this.#isStopped
              ? Promise.resolve<IteratorReturnResult<undefined>>({ done: true, value: undefined })
              : iterator.next(),
          return: () => iterator.return!(),
        };
      },
    };
  }

  *#counted(entry: Entry, index: number): Steps<Outcome> {
    try {
      return yield* this.#one(entry, index);
    } finally {
      this.#arrivals.arrived(entry);
    }
  }

  *#one(entry: Entry, index: number): Steps<Outcome> {
    const { lane, gate, journal, priorityOf } = this.#options;
    if (entry.problem !== undefined) return this.#failed(entry, entry.problem, "");
    const finished = journal?.take(entry.text);
    if (finished) return yield* this.#replay(finished, index);
    if (!lane.isLocal || gate) yield* this.#gathering.next();
    try {
      const priority = priorityOf ? priorityOf(entry.value) : 0;
      const attempt = () => this.#attempt(entry, index, priority);
      if (lane.retry === null) return yield* attempt();
      const when = (error: unknown): boolean => error instanceof FailedAttempt && !error.isFinal;
      return yield* retry({ ...lane.retry, when }, attempt);
    } catch (error) {
      if (!(error instanceof FailedAttempt)) return this.#failed(entry, error, "");
      return this.#failed(entry, error.error, error.lines);
    }
  }

  *#attempt(entry: Entry, index: number, priority: number): Steps<Outcome> {
    const { gate } = this.#options;
    if (!gate) return yield* this.#call(entry, index);
    this.#arrivals.arrived(entry);
    const leave = yield* gate.enter(priority);
    try {
      return yield* this.#call(entry, index);
    } finally {
      leave();
    }
  }

  /** @throws {FailedAttempt} */
  *#call(entry: Entry, index: number): Steps<Outcome> {
    const { target, lane: { executor, submit }, journal, trace } = this.#options;
    const task = executor.submit(target.job(entry.value), submit);
    trace?.submitted(task.id, entry);
    let result: unknown;
    try {
      result = yield* task;
    } catch (error) {
      yield* this.#cancel(task, entry);
      // With a policy of its own the executor has tried as often as it may.
      const isFinal = submit.retry !== undefined || error instanceof CancelledError;
      throw new FailedAttempt(error, "", isFinal);
    }
    if (typeof result !== "string") {
      return yield* this.#stream(entry, index, result as AsyncIterable<string>);
    }
    journal?.record(entry.text).finish(result);
    return { lines: result, failure: null };
  }

  /** Does nothing unless it was the coroutine of the input that was cancelled, so that the job still runs. */
  *#cancel(task: Task<unknown>, entry: Entry): Steps<void> {
    try {
      yield* task.cancel("its input is no longer wanted", { grace });
    } catch (error) {
      this.#options.onCleanupFailure({ entry, error });
    }
  }

  *#stream(entry: Entry, index: number, stream: AsyncIterable<string>): Steps<Outcome> {
    const { output, journal, lane, trace } = this.#options;
    const from = performance.now();
    const record = journal?.record(entry.text) ?? null;
    const turn = this.#turnOf(index);
    const hold = lane.retry === null ? 0 : retriable;
    const writer = new StreamWriter(stream, { output, turn, hold, record });
    const { timeout: ms } = lane.submit;
    try {
      yield* ms === undefined
        ? writer.run()
        : timeout(ms, named(this.#options.target.name, () => writer.run()));
    } catch (error) {
      trace?.streamed(entry, stream, from, false);
      // What has been written cannot be taken back.
      const isFinal = writer.hasWritten || error instanceof CancelledError;
      throw new FailedAttempt(error, writer.held, isFinal);
    }
    trace?.streamed(entry, stream, from, true);
    record?.finish(writer.held);
    return { lines: writer.held, failure: null };
  }

  *#replay(finished: Finished, index: number): Steps<Outcome> {
    const { output, journal } = this.#options;
    const [first, ...more] = finished.parts;
    if (more.length === 0) return { lines: journal!.read(first!), failure: null };
    const turn = this.#turnOf(index);
    const parts = journal!.readAll(finished);
    const writer = new StreamWriter(parts, { output, turn, hold: 0, record: null });
    yield* writer.run();
    return { lines: writer.held, failure: null };
  }

  /** Whether input `index` may write: `null`, or what to wait for. */
  #turnOf(index: number): () => Operation<void> | null {
    if (!this.#options.ordered) return () => null;
    return () => this.#turns.current >= index ? null : this.#turns.reached(index);
  }

  #failed(entry: Entry, error: unknown, lines: string): Outcome {
    const { onError, target } = this.#options;
    if (onError === "fail") this.#isStopped = true;
    if (onError !== "collect") return { lines, failure: { entry, error } };
    const record = { input: asItCame(entry), error: errorRecord(error) };
    return {
      lines: `${lines}${target.clean(JSON.stringify(record))}\n`,
      failure: { entry, error },
    };
  }
}

/** The input, even if the function has changed what it was given. */
function asItCame({ text, value, problem }: Entry): unknown {
  const isJson = problem === undefined && typeof value === "object" && value !== null;
  return isJson ? JSON.parse(text) : value;
}

/** An attempt at an input that failed, and the lines that it leaves. */
class FailedAttempt extends Error {
  override readonly name = "FailedAttempt";
  readonly error: unknown;
  readonly lines: string;
  /** Whether there must not be another one. */
  readonly isFinal: boolean;

  constructor(error: unknown, lines: string, isFinal: boolean) {
    super("An attempt failed", { cause: error });
    this.error = error;
    this.lines = lines;
    this.isFinal = isFinal;
  }
}

/**
 * Lets twice as many go on in each turn of the event loop: a job that holds the thread is known for it before a thousand
 * of its calls are on their way to this thread.
 */
function widen(pool: GreenPool, width: number): () => void {
  let turn = setImmediate(function double() {
    const size = Math.min(width, pool.size * 2);
    pool.resize(size);
    if (size < width) turn = setImmediate(double);
  });
  return () => clearImmediate(turn);
}

/** A timeout tells the name of what it ended. */
function named<T>(name: string, work: () => T): () => T {
  return Object.defineProperty(work, "name", { value: name });
}
