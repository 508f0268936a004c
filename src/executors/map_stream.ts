/**
 * The lazy, bounded map over an executor.
 *
 * Inputs are pulled when a result may be worked on: at most `concurrency` tasks run, and at most `lookahead` results wait
 * to be consumed. A finished task makes room for the next at once, so a slow consumer leaves nothing idle until the
 * lookahead is used up. Inputs of an async iterable are pulled one at a time, by a task of the stream's own.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import { BaseOperation, type Effect, type Operation } from "../kernel/effect.ts";
import { listen, type Settled } from "../kernel/join.ts";
import { RingQueue } from "../kernel/ring_queue.ts";
import { run } from "../kernel/run.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import { FOREIGN } from "../kernel/task_bits.ts";
import type { Task } from "../kernel/task_handle.ts";
import { describe } from "../kernel/work.ts";
import { until } from "../operations/until.ts";
import { Latch } from "../sync/latch.ts";
import type { MapOptions, Mapper } from "./executor.ts";
import type { Stream } from "./stream.ts";

type Submit<I, O> = (input: I, index: number) => Task<O>;

/** The results of `executor.map`. */
export class MapStream<I, O> implements Stream<unknown>, Settled {
  readonly #submit: Submit<I, O>;
  readonly #concurrency: number;
  readonly #lookahead: number;
  readonly #ordered: boolean;
  readonly #settle: boolean;
  readonly #inputs: Iterable<I> | AsyncIterable<I>;
  #iterator: Iterator<I> | AsyncIterator<I> | null = null;
  #isAsync = false;
  #pull: Task<void> | null = null;
  /** Tasks in the order in which their results are handed out: as submitted, or, unordered, as they ended. */
  readonly #queue = new RingQueue<TaskNode>();
  readonly #live = new Set<TaskNode>();
  #index = 0;
  #exhausted = false;
  #closed = false;
  #sourceFailure: Failure | null = null;
  readonly #progress = new Latch();
  /** Where results go, when they are gathered; `null` when they are handed out one by one. */
  #gathered: unknown[] | null = null;
  readonly #signal: AbortSignal | undefined;

  constructor(
    inputs: Iterable<I> | AsyncIterable<I>,
    fn: Mapper<I, O>,
    options: MapOptions,
    concurrency: number,
    submit: Submit<I, O>,
  ) {
    if (typeof fn !== "function") {
      throw new TypeError(`Cannot map: 'fn' must be a function: current value is ${describe(fn)}`);
    }
    if (
      typeof (inputs as Iterable<I>)?.[Symbol.iterator] !== "function" &&
      typeof (inputs as AsyncIterable<I>)?.[Symbol.asyncIterator] !== "function"
    ) {
      throw new TypeError(
        `Cannot map: 'inputs' must be iterable: current value is ${describe(inputs)}`,
      );
    }
    this.#inputs = inputs;
    this.#submit = submit;
    this.#concurrency = options.concurrency ?? concurrency;
    this.#lookahead = options.lookahead ?? 2 * this.#concurrency;
    this.#ordered = options.ordered ?? true;
    this.#signal = options.signal;
    this.#settle = options.onError === "settle";
  }

  next(): Next {
    return new Next(this as unknown as MapStream<never, never>);
  }

  /** @internal */
  *take(): Generator<Effect<unknown>, IteratorResult<unknown, undefined>, unknown> {
    for (;;) {
      const item = this.#poll();
      if (item === null) yield* this.#progress.wait();
      else if (!(item instanceof Failure)) return item;
      else {
        yield* this.close();
        throw item.error;
      }
    }
  }

  /** The next item if it is there, and `null` if it has to be waited for. */
  #poll(): IteratorResult<unknown, undefined> | Failure | null {
    if (this.#iterator === null) this.#begin();
    this.#fill();
    const head = this.#queue.peek();
    if (head !== undefined) return head.hasEnded ? this.#handOut(head) : null;
    if (this.#live.size > 0) return null;
    if (this.#sourceFailure !== null) {
      const failure = this.#sourceFailure;
      this.#sourceFailure = null;
      return failure;
    }
    const isOver = this.#closed || (this.#exhausted && this.#pull === null);
    return isOver ? { done: true, value: undefined } : null;
  }

  #handOut(task: TaskNode): IteratorResult<unknown, undefined> | Failure {
    this.#queue.shift();
    this.#fill();
    const failed = task.hasFailed || task.isCancelled;
    if (!this.#settle) {
      return failed ? new Failure(task.failure) : { done: false, value: task.value };
    }
    const value = failed
      ? { status: "rejected", reason: task.failure }
      : { status: "fulfilled", value: task.value };
    return { done: false, value };
  }

  collect(): Promise<unknown[]> & Operation<unknown[]> {
    return run(() => this.#collect(), { name: "collect" });
  }

  *#collect(): Generator<Effect<unknown>, unknown[], unknown> {
    const results: unknown[] = [];
    try {
      this.#gathered = results;
      for (;;) {
        const end = this.#gather(results);
        if (end === null) yield* this.#progress.wait();
        else if (end instanceof Failure) throw end.error;
        else return results;
      }
    } finally {
      this.#gathered = null;
      yield* this.close();
    }
  }

  /** Gathers what is there; the end or the failure when it comes to that, and `null` while more is to come. */
  #gather(results: unknown[]): IteratorResult<unknown, undefined> | Failure | null {
    for (;;) {
      const item = this.#poll();
      if (item === null || item instanceof Failure || item.done) return item;
      results.push(item.value);
    }
  }

  close(): Promise<void> & Operation<void> {
    return run(() => this.#close(), { name: "close of a stream" });
  }

  *#close(): Generator<Effect<unknown>, void, unknown> {
    const first = !this.#closed;
    this.#closed = this.#exhausted = true;
    for (const task of [...this.#live].reverse()) {
      void task.cancel("the results are no longer wanted");
    }
    const errors = new Set<unknown>();
    const waits: (() => Operation<void>)[] = [...this.#live].map((task) => () => task.cancel());
    const pull = this.#pull;
    if (pull !== null) waits.push(() => pull.cancel());
    if (first) waits.push(() => this.#closeInputs());
    // A cleanup that fails does not keep the others from being waited for.
    for (const wait of waits) {
      try {
        yield* wait();
      } catch (error) {
        errors.add(error);
      }
    }
    this.#queue.clear();
    this.#wake();
    if (errors.size > 0) throw oneError([...errors], "the closing of a stream");
  }

  *#closeInputs(): Generator<Effect<unknown>, void, unknown> {
    const closing = this.#iterator?.return?.();
    if (this.#isAsync && closing !== undefined) yield* until(closing as Promise<unknown>);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> {
    return {
      // What is there already needs no task to wait for it.
      next: () => {
        const item = this.#pollOutside();
        return item === null ? this.next().then((next) => next) : Promise.resolve(item);
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  #pollOutside(): IteratorResult<unknown, undefined> | null {
    const head = this.#queue.peek();
    if (
      head === undefined || !head.hasEnded ||
      (!this.#settle && (head.hasFailed || head.isCancelled))
    ) {
      return null;
    }
    return this.#poll() as IteratorResult<unknown, undefined>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin(): void {
    const asynchronous = (this.#inputs as AsyncIterable<I>)[Symbol.asyncIterator];
    this.#isAsync = typeof asynchronous === "function";
    this.#iterator = this.#isAsync
      ? asynchronous.call(this.#inputs)
      : (this.#inputs as Iterable<I>)[Symbol.iterator]();
    // A coroutine that ends before the stream does, in whatever way, leaves nothing running behind it.
    if (running !== null && (running.bits & FOREIGN) === 0) {
      (running.coldPart().onEnd ??= []).push(() => void this.close());
    }
  }

  /** Whether one more input may be pulled. */
  #hasRoom(): boolean {
    // Whoever aborted the map wants no more of it; without this an endless source would be refused for ever.
    if (this.#signal?.aborted) this.#exhausted = true;
    if (this.#closed || this.#exhausted || this.#live.size >= this.#concurrency) return false;
    const unconsumed = this.#queue.size + (this.#ordered ? 0 : this.#live.size);
    return unconsumed < Math.max(1, this.#lookahead);
  }

  #fill(): void {
    if (this.#isAsync) {
      if (this.#pull === null && this.#hasRoom()) this.#pullAsync();
      return;
    }
    while (this.#hasRoom()) {
      try {
        const item = (this.#iterator as Iterator<I>).next();
        if (item.done) this.#exhausted = true;
        else this.#start(item.value);
      } catch (error) {
        this.#failSource(error);
      }
    }
  }

  #pullAsync(): void {
    this.#pull = run(() => this.#pullSome(), { name: "pull of inputs" });
  }

  *#pullSome(): Generator<Effect<unknown>, void, unknown> {
    try {
      while (this.#hasRoom()) {
        const item = yield* until((this.#iterator as AsyncIterator<I>).next());
        if (item.done) this.#exhausted = true;
        else if (!this.#closed) this.#start(item.value);
      }
    } catch (error) {
      if (!this.#closed) this.#failSource(error);
    } finally {
      this.#pull = null;
      this.#wake();
    }
  }

  /** The source failed: results of what it gave before come first. */
  #failSource(error: unknown): void {
    this.#exhausted = true;
    this.#sourceFailure = new Failure(error);
    this.#wake();
  }

  #start(input: I): void {
    const task = this.#submit(input, this.#index++) as unknown as TaskNode;
    task.observe();
    if (this.#ordered) this.#queue.push(task);
    if (task.hasEnded) {
      if (!this.#ordered) this.#queue.push(task);
      return;
    }
    this.#live.add(task);
    listen(task, this);
  }

  /** @internal A task has ended. */
  settled(task: TaskNode): void {
    this.#live.delete(task);
    if (this.#closed) return;
    if (!this.#ordered) this.#queue.push(task);
    this.#fill();
    // Whoever gathers is not woken for each result; a failure or the end is left for him to find.
    const results = this.#gathered;
    if (results !== null && this.#live.size > 0 && this.#gatherEnded(results)) return;
    this.#wake();
  }

  /** Gathers what is there, up to a failure. Returns whether there was none. */
  #gatherEnded(results: unknown[]): boolean {
    for (;;) {
      const head = this.#queue.peek();
      if (head === undefined || !head.hasEnded) return true;
      if (!this.#settle && (head.hasFailed || head.isCancelled)) return false;
      results.push((this.#handOut(head) as IteratorYieldResult<unknown>).value);
    }
  }

  /** Everyone who waits looks again, the first first. */
  #wake(): void {
    this.#progress.open();
    this.#progress.close();
  }
}

/** What makes the stream throw. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** One asking for the next result; cancelled, it leaves the stream as it is. */
class Next extends BaseOperation<IteratorResult<unknown, undefined>> {
  readonly #stream: MapStream<never, never>;

  constructor(stream: MapStream<never, never>) {
    super();
    this.#stream = stream;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, IteratorResult<unknown, undefined>, unknown> {
    return this.#stream.take();
  }
}
