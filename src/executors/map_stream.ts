/**
 * The lazy, bounded map over an executor.
 *
 * Inputs are pulled when a result may be worked on: at most `concurrency` tasks run, and at most `lookahead` results wait
 * to be consumed. A finished task makes room for the next at once, so a slow consumer leaves nothing idle until the
 * lookahead is used up. Inputs of an async iterable are pulled one at a time, by a task of the stream's own.
 *
 * An executor that can work on many inputs at a time gives a {@linkcode Chunker}; then neighbouring inputs share a task, as
 * many as it says.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import type { Effect, Operation } from "../kernel/effect.ts";
import { listen, type Settled } from "../kernel/join.ts";
import { RingQueue } from "../kernel/ring_queue.ts";
import { run } from "../kernel/run.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Task } from "../kernel/task_handle.ts";
import { until } from "../operations/until.ts";
import { Latch } from "../sync/latch.ts";
import { CloseWithScope } from "./close_with_scope.ts";
import { completion } from "./completion.ts";
import type { MapOptions, Mapper } from "./executor.ts";
import { ChunkFilling } from "./chunk_filling.ts";
import { type Chunker, type ChunkListener, MapChunk } from "./map_chunk.ts";
import { type MapHost, MapLender, ScopeBinding } from "./map_lender.ts";
import { checkMap, Failure, isFailure, Next } from "./map_source.ts";
import type { Stream } from "./stream.ts";

type Submit<I, O> = (input: I, index: number) => Task<O>;

/** The results of `executor.map`. */
export class MapStream<I, O> implements Stream<unknown>, Settled, ChunkListener {
  readonly #submit: Submit<I, O>;
  readonly #chunker: Chunker | null;
  readonly #chunks: ChunkFilling | null;
  readonly #concurrency: number | null;
  readonly #lookahead: number | null;
  readonly #ordered: boolean;
  readonly #settle: boolean;
  readonly #inputs: Iterable<I> | AsyncIterable<I>;
  #iterator: Iterator<I> | AsyncIterator<I> | null = null;
  #isAsync = false;
  #pull: Task<void> | null = null;
  /** Tasks in the order in which their results are handed out: as submitted, or, unordered, as they ended. */
  readonly #queue = new RingQueue<TaskNode | MapChunk>();
  /** The chunk whose results are being handed out; it has left the queue. */
  #chunk: MapChunk | null = null;
  readonly #live = new Set<TaskNode>();
  readonly #lender: MapLender;
  #binding: ScopeBinding | null = null;
  /** How many inputs have been pulled, are worked on, and have had their results handed out. */
  #index = 0;
  #inFlight = 0;
  #consumed = 0;
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
    host: MapHost,
    chunker: Chunker | null = null,
  ) {
    checkMap(inputs, fn);
    this.#inputs = inputs;
    this.#submit = submit;
    this.#chunker = chunker;
    this.#chunks = chunker === null ? null : new ChunkFilling(chunker, this);
    this.#concurrency = options.concurrency ?? (chunker === null ? concurrency : null);
    this.#lookahead = options.lookahead ?? null;
    this.#ordered = options.ordered ?? true;
    this.#lender = new MapLender(host);
    this.#signal = options.signal;
    this.#settle = options.onError === "settle";
  }

  next(): Next {
    return new Next(this);
  }

  /** @internal */
  *take(): Generator<Effect<unknown>, IteratorResult<unknown, undefined>, unknown> {
    // Another library's coroutine does not say when it ends: its scope does.
    if (this.#iterator === null && running === null) yield* new CloseWithScope(this);
    for (;;) {
      const item = this.#poll();
      if (item === null) yield* this.#lender.waitFor(this.#progress);
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
    const head = this.#head();
    if (head !== undefined) return head.hasEnded ? this.#handOut(head) : null;
    if (this.#live.size > 0) return null;
    if (this.#sourceFailure !== null) {
      const failure = this.#sourceFailure;
      this.#sourceFailure = null;
      return failure;
    }
    if (!this.#closed && (!this.#exhausted || this.#pull !== null)) return null;
    this.#binding?.undo();
    this.#binding = null;
    return { done: true, value: undefined };
  }

  /** Whose results are next. */
  #head(): TaskNode | MapChunk | undefined {
    let chunk = this.#chunk;
    while (chunk !== null && chunk.taken === chunk.count) chunk = this.#ordered ? chunk.rest : null;
    if (chunk === null) {
      const head = this.#queue.peek();
      if (!(head instanceof MapChunk)) {
        this.#chunk = null;
        return head;
      }
      this.#queue.shift();
      chunk = head;
    }
    return this.#chunk = chunk;
  }

  #handOut(head: TaskNode | MapChunk): IteratorResult<unknown, undefined> | Failure {
    const { isOk, value } = head instanceof MapChunk ? head.take() : this.#outcomeOf(head);
    this.#consumed++;
    this.#fill();
    if (!this.#settle) return isOk ? { done: false, value } : new Failure(value);
    return {
      done: false,
      value: isOk ? { status: "fulfilled", value } : { status: "rejected", reason: value },
    };
  }

  #outcomeOf(task: TaskNode): { isOk: boolean; value: unknown } {
    this.#queue.shift();
    const isOk = !(task.hasFailed || task.isCancelled);
    return { isOk, value: isOk ? task.value : task.failure };
  }

  collect(): Promise<unknown[]> & Operation<unknown[]> {
    return completion(() => this.#collect(), "collect");
  }

  *#collect(): Generator<Effect<unknown>, unknown[], unknown> {
    const results: unknown[] = [];
    try {
      this.#gathered = results;
      for (;;) {
        const end = this.#gather(results);
        if (end === null) yield* this.#lender.waitFor(this.#progress);
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
      this.#gatherEnded(results);
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
    this.#chunk = null;
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
      return: () => this.close().then(() => ({ done: true, value: undefined })),
    };
  }

  #pollOutside(): IteratorResult<unknown, undefined> | null {
    const head = this.#head();
    if (head === undefined || !head.hasEnded || !this.#settle && isFailure(head)) return null;
    return this.#poll() as IteratorResult<unknown, undefined>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begin(): void {
    const asynchronous = (this.#inputs as AsyncIterable<I>)[Symbol.asyncIterator];
    this.#isAsync = typeof asynchronous === "function";
    this.#iterator = this.#isAsync
      ? asynchronous.call(this.#inputs)
      : (this.#inputs as Iterable<I>)[Symbol.iterator]();
    // A coroutine that ends before the stream does, in whatever way, leaves nothing running behind it.
    this.#binding = ScopeBinding.make(() => this.#close());
  }

  /** Whether one more input may be pulled. */
  #hasRoom(): boolean {
    // Whoever aborted the map wants no more of it; without this an endless source would be refused for ever.
    if (this.#signal?.aborted) this.#exhausted = true;
    return !this.#closed && !this.#exhausted && this.#room > 0;
  }

  /** How many more inputs may be pulled, as far as the limits go. */
  get #room(): number {
    const concurrency = this.#concurrency ?? this.#chunker!.concurrency;
    const lookahead = Math.max(1, this.#lookahead ?? 2 * concurrency);
    const unconsumed = this.#index - this.#consumed;
    return Math.min(concurrency - this.#inFlight, lookahead - unconsumed);
  }

  #fill(): void {
    if (this.#isAsync) {
      if (this.#pull === null && this.#hasRoom()) this.#pullAsync();
      return;
    }
    // A chunk is begun when there is room for it, not filled by drops.
    if (this.#inFlight > 0 && this.#chunker !== null && this.#room < this.#chunker.chunkSize) {
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
    this.#chunks?.submitFilled();
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
    const chunker = this.#isAsync ? null : this.#chunker;
    const index = this.#index++;
    this.#inFlight++;
    if (chunker === null) return this.taskMade(this.#submit(input, index));
    this.#chunks!.put(input, index);
  }

  /** @internal */
  chunkMade(chunk: MapChunk): void {
    if (this.#ordered) this.#queue.push(chunk);
  }

  /** @internal */
  chunkFilled(chunk: MapChunk): void {
    if (this.#closed) return;
    const task = this.#chunker!.submit(chunk) as unknown as TaskNode;
    if (!task.hasEnded) this.#live.add(task);
    chunk.begin(task);
  }

  /** @internal */
  chunkEnded(chunk: MapChunk): void {
    this.#live.delete(chunk.task as TaskNode);
    this.#chunker!.ended(chunk);
    this.#ended(chunk, chunk.count);
  }

  /** @internal */
  taskMade(started: Task<unknown>): void {
    const task = started as unknown as TaskNode;
    task.observe();
    if (this.#ordered) this.#queue.push(task);
    if (task.hasEnded) {
      this.#inFlight--;
      if (!this.#ordered) this.#queue.push(task);
      return;
    }
    this.#live.add(task);
    listen(task, this);
    this.#lender.started(task, this.#progress.waiting > 0);
  }

  /** @internal A task has ended. */
  settled(task: TaskNode): void {
    this.#live.delete(task);
    this.#ended(task, 1);
  }

  #ended(what: TaskNode | MapChunk, count: number): void {
    this.#inFlight -= count;
    if (this.#closed) return;
    if (!this.#ordered) this.#queue.push(what);
    this.#fill();
    // Whoever gathers is not woken for each result; a failure or the end is left for him to find.
    const results = this.#gathered;
    if (results !== null && this.#live.size > 0 && this.#gatherEnded(results)) return;
    this.#wake();
  }

  /** Gathers what is there, up to a failure. Returns whether there was none. */
  #gatherEnded(results: unknown[]): boolean {
    for (;;) {
      const head = this.#head();
      if (head === undefined || !head.hasEnded) return true;
      const plain = head instanceof MapChunk && !this.#settle ? head.plain : 0;
      if (plain > 0) {
        this.#consumed += plain;
        (head as MapChunk).takeAll(results);
        this.#fill();
        continue;
      }
      if (!this.#settle && isFailure(head)) return false;
      results.push((this.#handOut(head) as IteratorYieldResult<unknown>).value);
    }
  }

  /** Everyone who waits looks again, the first first. */
  #wake(): void {
    this.#progress.open();
    this.#progress.close();
  }
}
