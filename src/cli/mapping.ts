/**
 * The map over inputs: jobs on an executor, their results as lines on stdout.
 *
 * Each input has a coroutine, which submits the job, waits for it and makes a line of what comes. These coroutines are
 * mapped over the inputs by a pool of their own, which keeps the order and the bounds; so the executor below it is that of
 * the user alone, and its figures are those of the jobs.
 *
 * A job that results in a stream writes its items as they come. While it is not yet its turn it keeps a few, and then
 * waits.
 *
 * @module
 */

import { type Effect, GreenPool, type Operation, type Task, timeout, until } from "../../mod.ts";
import { errorRecord } from "./error_record.ts";
import { Gathering } from "./gathering.ts";
import type { Entry, Inputs } from "./inputs.ts";
import type { Lane } from "./lanes.ts";
import type { Sink } from "./output.ts";
import type { Target } from "./target.ts";
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

/** A stream keeps this many characters until its turn comes. */
const kept = 1 << 14;
/** How long what is cancelled may take for its cleanup, in milliseconds, before it is ended by force. */
export const grace = 2000;

type Steps<T> = Generator<Effect<unknown>, T, unknown>;

/** One run over the inputs. */
export class Mapping {
  readonly #options: MappingOptions;
  readonly #turns = new Turns();
  readonly #gathering = new Gathering();
  #isStopped = false;

  constructor(options: MappingOptions) {
    this.#options = options;
  }

  /**
   * Maps. It ends when the inputs do, when an input fails that ends all, or when the reader of stdout has gone; what runs
   * is then cancelled.
   *
   * @param inputs what the function is called with
   */
  *run(inputs: Inputs): Steps<void> {
    const { lane: { width, learns }, ordered, output, onDone, onFailure, onError } = this.#options;
    const pool = new GreenPool({ size: learns ? 1 : width, name: "map" });
    const results = pool.map(
      this.#untilStopped(inputs),
      (entry, index) => this.#one(entry, index),
      {
        ordered,
        concurrency: width,
      },
    );
    const end = learns ? widen(pool, width) : () => {};
    try {
      for (;;) {
        const item = yield* results.next();
        if (item.done || output.isClosed) return;
        const { lines, failure } = item.value;
        if (lines !== "") output.write(lines);
        this.#turns.advance();
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

  *#one(entry: Entry, index: number): Steps<Outcome> {
    const { target, lane: { executor, submit, isLocal } } = this.#options;
    if (entry.problem !== undefined) return this.#failed(entry, entry.problem, "");
    if (!isLocal) yield* this.#gathering.next();
    const task = executor.submit(target.job(entry.value), submit);
    let result: unknown;
    try {
      result = yield* task;
    } catch (error) {
      yield* this.#cancel(task, entry);
      return this.#failed(entry, error, "");
    }
    if (typeof result !== "string") {
      return yield* this.#stream(entry, index, result as AsyncIterable<string>);
    }
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
    const writer = new StreamWriter(stream, this.#options.output, this.#isTurnOf(index));
    const { timeout: ms } = this.#options.lane.submit;
    try {
      yield* ms === undefined
        ? writer.run()
        : timeout(ms, named(this.#options.target.name, () => writer.run()));
      return { lines: writer.held, failure: null };
    } catch (error) {
      return this.#failed(entry, error, writer.held);
    }
  }

  /** Whether input `index` may write: `null`, or what to wait for. */
  #isTurnOf(index: number): () => Operation<void> | null {
    if (!this.#options.ordered) return () => null;
    return () => this.#turns.current >= index ? null : this.#turns.reached(index);
  }

  #failed(entry: Entry, error: unknown, lines: string): Outcome {
    const { onError, target } = this.#options;
    if (onError === "fail") this.#isStopped = true;
    if (onError !== "collect") return { lines, failure: { entry, error } };
    const record = { input: entry.value, error: errorRecord(error) };
    return {
      lines: `${lines}${target.clean(JSON.stringify(record))}\n`,
      failure: { entry, error },
    };
  }
}

/** Writes the items of one stream. */
class StreamWriter {
  readonly #stream: AsyncIterable<string>;
  readonly #output: Sink;
  readonly #turn: () => Operation<void> | null;
  /** What has not been written. */
  held = "";

  constructor(stream: AsyncIterable<string>, output: Sink, turn: () => Operation<void> | null) {
    this.#stream = stream;
    this.#output = output;
    this.#turn = turn;
  }

  *run(): Steps<void> {
    const iterator = this.#stream[Symbol.asyncIterator]();
    let isOver = false;
    try {
      for (;;) {
        const item = yield* until(iterator.next());
        isOver = item.done === true;
        if (isOver) return;
        this.held += item.value;
        yield* this.#write();
      }
    } finally {
      if (!isOver) yield* close(iterator);
    }
  }

  *#write(): Steps<void> {
    const turn = this.#turn();
    if (turn !== null) {
      if (this.held.length < kept) return;
      yield* turn;
    }
    this.#output.write(this.held);
    this.held = "";
    if (this.#output.isFull) yield* until(this.#output.drained());
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

/** Ends an iteration early. A generator that does not end is left behind. */
function* close(iterator: AsyncIterator<unknown>): Steps<void> {
  const closing = iterator.return?.();
  if (closing === undefined) return;
  try {
    yield* timeout(grace, () => closing.then(() => {}));
  } catch {
    // What counts is why it was ended.
  }
}
