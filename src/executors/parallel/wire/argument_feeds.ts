/**
 * Arguments that are streams, on the host's side: read as far as the job in the worker asks, and no further.
 *
 * A source is not touched before the job first asks for an item, so a call that is taken back before it has begun takes
 * nothing. It is told to return when the job leaves it, or has ended in whatever way.
 *
 * @module
 */
import type { Call } from "../link/call.ts";
import { encodeError } from "./error_codec.ts";
import type { Outbox } from "./outbox.ts";
import { findUncloneable } from "./uncloneable.ts";
import { type Batch, BATCH_CONTROL, FEED, FEED_END, FEED_FAILED } from "./wire.ts";

/** One argument that is a stream. */
export interface Feed {
  /** Which argument it is, from 0. */
  readonly index: number;
  /** Whether the job gets a `ReadableStream`, rather than an async iterator. */
  readonly isReadable: boolean;
}

const isReadable = (value: object): value is ReadableStream =>
  typeof ReadableStream === "function" && value instanceof ReadableStream;

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> =>
  typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";

/**
 * The arguments that are streams, except for those that are moved as they are.
 *
 * @param args the arguments of a job
 * @param transfer what is moved
 * @returns `undefined` when there is none
 */
export function feedsAmong(
  args: readonly unknown[],
  transfer?: readonly Transferable[],
): Feed[] | undefined {
  let feeds: Feed[] | undefined;
  for (let index = 0; index < args.length; index++) {
    const value = args[index];
    if (typeof value !== "object" || value === null) continue;
    if (!isReadable(value) && !isAsyncIterable(value)) continue;
    if (transfer?.includes(value as Transferable) === true) continue;
    (feeds ??= []).push({ index, isReadable: isReadable(value) });
  }
  return feeds;
}

/** Whether a source can be read only once: a second attempt would find what the first has left. */
function isReadOnce(source: object): boolean {
  return isReadable(source) ||
    typeof (source as Partial<AsyncIterator<unknown>>).next === "function";
}

/**
 * Throws when a job would be called several times with one stream.
 *
 * @param args the arguments of the job
 * @param what what cannot be done
 * @throws {TypeError} when one of them can be read only once
 */
export function checkReadAgain(args: readonly unknown[], what: string): void {
  for (const { index } of feedsAmong(args) ?? []) {
    if (!isReadOnce(args[index] as object)) continue;
    throw new TypeError(
      `Cannot ${what}: arguments[${index}] is a stream that can be read only once. Pass an object whose ` +
        "[Symbol.asyncIterator]() begins anew each time",
    );
  }
}

/**
 * Tells the sources of a call that is over, and may never have begun, to return.
 *
 * @param call the call
 * @param late hears of those that fail at it
 */
export function leaveSources({ args, feeds = [] }: Call, late: (error: unknown) => void): void {
  for (const { index } of feeds) {
    const source = args[index] as ReadableStream | AsyncIterator<unknown>;
    if (!isReadOnce(source)) continue;
    try {
      const left = !isReadable(source)
        ? source.return?.()
        : source.locked
        ? undefined
        : source.cancel();
      left?.catch(late);
    } catch (error) {
      late(error);
    }
  }
}

interface Reader {
  next(): Promise<IteratorResult<unknown>>;
  leave(): unknown;
}

function readerOf(source: unknown): Reader {
  if (!isReadable(source as object)) {
    const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return { next: () => iterator.next(), leave: () => iterator.return?.() };
  }
  // Not its async iterator, which would wait for the read under way before it cancels.
  const reader = (source as ReadableStream).getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    leave: () => reader.cancel(),
  };
}

/** One source that is being read. */
class Source {
  readonly #read: () => Reader;
  readonly #write: (op: number, ...operands: unknown[]) => void;
  readonly #late: (error: unknown) => void;
  #reader: Reader | undefined;
  #credit = 0;
  #isReading = false;
  #isOver = false;

  constructor(
    source: unknown,
    write: (op: number, ...operands: unknown[]) => void,
    late: (error: unknown) => void,
  ) {
    this.#read = () => readerOf(source);
    this.#write = write;
    this.#late = late;
  }

  credit(n: number): void {
    this.#credit += n;
    if (!this.#isReading) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#isReading = true;
    try {
      const reader = this.#reader ??= this.#read();
      while (this.#credit > 0 && !this.#isOver) {
        this.#credit--;
        const { done, value } = await reader.next();
        if (this.#isOver) return;
        if (done) return this.#end(FEED_END);
        this.#write(FEED, value);
      }
    } catch (error) {
      // What it throws when it was told to return belongs to nobody else.
      if (this.#isOver) this.#late(error);
      else this.#end(FEED_FAILED, encodeError(error));
    } finally {
      this.#isReading = false;
    }
  }

  #end(op: number, ...operands: unknown[]): void {
    this.#isOver = true;
    this.#write(op, ...operands);
  }

  /** Tells the source to return. Nobody waits for it: it may be waiting itself, for ever. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#reader === undefined) return;
    try {
      Promise.resolve(this.#reader.leave()).catch(this.#late);
    } catch (error) {
      this.#late(error);
    }
  }

  /** An item could not be sent: the job gets the error in its place. */
  refuse(index: number, item: unknown, error: unknown): void {
    const why = findUncloneable(item, `arguments[${index}] item`, error);
    this.leave();
    this.#write(FEED_FAILED, encodeError(why));
  }
}

/** The streams among the arguments of one worker's calls. */
export class ArgumentFeeds<C extends Call> {
  readonly #outbox: Outbox;
  readonly #late: (error: unknown) => void;
  readonly #open = new Map<C, Map<number, Source>>();

  /**
   * Begins with none.
   *
   * @param outbox where items go
   * @param late hears of a source that fails when nobody reads it any more
   */
  constructor(outbox: Outbox, late: (error: unknown) => void) {
    this.#outbox = outbox;
    this.#late = late;
  }

  /**
   * A job asks for items.
   *
   * @param call its call
   * @param index which argument
   * @param n how many; with 0 it wants no more
   */
  pulled(call: C, index: number, n: number): void {
    let sources = this.#open.get(call);
    if (sources === undefined) this.#open.set(call, sources = new Map());
    let source = sources.get(index);
    if (source === undefined) {
      const { slot, id } = call;
      const write = (op: number, ...operands: unknown[]) => {
        this.#outbox.open(BATCH_CONTROL).push(op, slot, id, index, ...operands);
        this.#outbox.wrote();
      };
      sources.set(index, source = new Source(call.args[index], write, this.#late));
    }
    if (n === 0) source.leave();
    else source.credit(n);
  }

  /** A call is over, or no longer here. */
  ended(call: C): void {
    const sources = this.#open.get(call);
    if (sources === undefined) return;
    this.#open.delete(call);
    for (const source of sources.values()) source.leave();
  }

  /** So are all. */
  endAll(): void {
    for (const call of [...this.#open.keys()]) this.ended(call);
  }

  /**
   * What could not be sent may be an item.
   *
   * @param entry the entry
   * @param error why not
   * @param call the call in its slot
   * @returns whether it was one
   */
  refused(entry: Batch, error: unknown, call: C | undefined): boolean {
    if (entry[0] !== FEED) return false;
    const index = entry[3] as number;
    if (call !== undefined) this.#open.get(call)?.get(index)?.refuse(index, entry[4], error);
    return true;
  }
}
