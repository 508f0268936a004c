/**
 * Where the task of a pipeline gets its elements from.
 *
 * @module
 */

import { requestCancel } from "../kernel/cancellation.ts";
import type { Effect, Operation } from "../kernel/effect.ts";
import { CancelledError } from "../kernel/errors.ts";
import { running } from "../kernel/running.ts";
import { CANCELLING } from "../kernel/task_bits.ts";
import { suspend } from "../operations/suspend.ts";
import { until } from "../operations/until.ts";
import type { Channel } from "../sync/channel.ts";
import { empty, type Link } from "./_link.ts";
import type { LinkInput } from "./_link_input.ts";
import { isCancellation } from "./_place.ts";
import type { Flow, Later } from "./_step.ts";

type Push = (value: unknown) => Later;

/** Whether a feed has more now, has to wait for more, or has come to its end. */
export type FeedState = "more" | "waits" | "over";

/** A source of elements that pushes them itself. */
export interface Feed {
  readonly state: FeedState;
  /**
   * Pushes up to `most` elements; fewer when the flow stops, when something has to be waited for (the rest of the work
   * for the last element comes back), or when there are none.
   */
  push(push: Push, flow: Flow, most: number): Later;
  /** Waits until there is more to push. */
  wait(): Operation<unknown>;
  /** No more is wanted, and it has not come to its end. */
  close(): Operation<unknown> | undefined;
}

/** The elements of an array. */
export class ArrayFeed implements Feed {
  readonly #array: readonly unknown[];
  #at = 0;

  constructor(array: readonly unknown[]) {
    this.#array = array;
  }

  get state(): FeedState {
    return this.#at < this.#array.length ? "more" : "over";
  }

  push(push: Push, flow: Flow, most: number): Later {
    const array = this.#array;
    let at = this.#at;
    const limit = at + most;
    while (at < limit && at < array.length && !flow.stopped) {
      // What it throws comes from a place that comes after, and nothing is pushed after that.
      const later = push(array[at++]);
      if (later !== undefined) {
        this.#at = at;
        return later;
      }
    }
    this.#at = at;
    return undefined;
  }

  wait(): Operation<unknown> {
    return [];
  }

  close(): undefined {}
}

/** The elements of an iterable. */
export class IterableFeed implements Feed {
  readonly #broken: (error: unknown) => unknown;
  readonly #iterable: Iterable<unknown>;
  #iterator: Iterator<unknown> | null = null;
  state: FeedState = "more";

  constructor(iterable: Iterable<unknown>, broken: (error: unknown) => unknown) {
    this.#iterable = iterable;
    this.#broken = broken;
  }

  push(push: Push, flow: Flow, most: number): Later {
    const iterator = this.#iterator ??= this.#begin();
    for (let left = most; left > 0 && !flow.stopped; left--) {
      let item: IteratorResult<unknown>;
      let isDone: boolean;
      try {
        item = iterator.next();
        isDone = item.done === true;
      } catch (error) {
        this.state = "over";
        throw this.#broken(error);
      }
      if (isDone) {
        this.state = "over";
        return undefined;
      }
      const later = push(item.value);
      if (later !== undefined) return later;
    }
    return undefined;
  }

  #begin(): Iterator<unknown> {
    try {
      return this.#iterable[Symbol.iterator]();
    } catch (error) {
      this.state = "over";
      throw this.#broken(error);
    }
  }

  wait(): Operation<unknown> {
    return [];
  }

  close(): undefined {
    this.state = "over";
    try {
      this.#iterator?.return?.();
    } catch (error) {
      throw this.#broken(error);
    }
  }
}

/** What is read step by step, each of which may have to be waited for. */
abstract class PulledFeed implements Feed {
  state: FeedState = "waits";
  #value: unknown = undefined;
  protected readonly broken: (error: unknown) => unknown;

  constructor(broken: (error: unknown) => unknown) {
    this.broken = broken;
  }

  /** The next element. */
  protected abstract next(): Operation<IteratorResult<unknown>>;
  /** Closes what is read from. */
  protected abstract leave(): Operation<unknown> | undefined;

  /** It has come to its end. */
  protected ended(): void {}

  push(push: Push, flow: Flow): Later {
    if (this.state !== "more" || flow.stopped) return undefined;
    const value = this.#value;
    this.#value = undefined;
    this.state = "waits";
    return push(value);
  }

  *wait(): Generator<Effect<unknown>, void, unknown> {
    let item: IteratorResult<unknown>;
    try {
      item = yield* this.next();
      this.state = item.done === true ? "over" : "more";
    } catch (error) {
      const broken = this.broken(error);
      // Who has failed is over; who was left by a cancellation is not.
      if (broken !== error) this.state = "over";
      throw broken;
    }
    this.#value = item.value;
    if (this.state === "over") this.ended();
  }

  *close(): Generator<Effect<unknown>, void, unknown> {
    this.state = "over";
    this.#value = undefined;
    try {
      const left = this.leave();
      if (left !== undefined) yield* left;
    } catch (error) {
      throw this.broken(error);
    }
  }
}

/** The elements of an asynchronous iterable. */
export class AsyncFeed extends PulledFeed {
  readonly #iterable: AsyncIterable<unknown>;
  #iterator: AsyncIterator<unknown> | null = null;

  constructor(iterable: AsyncIterable<unknown>, broken: (error: unknown) => unknown) {
    super(broken);
    this.#iterable = iterable;
  }

  protected next(): Operation<IteratorResult<unknown>> {
    const iterator = this.#iterator ??= this.#iterable[Symbol.asyncIterator]();
    // By hand-written iterators a plain result is returned now and then.
    return until(Promise.resolve(iterator.next()));
  }

  protected leave(): Operation<unknown> | undefined {
    const iterator = this.#iterator;
    if (iterator?.return === undefined) return undefined;
    return until(Promise.resolve(iterator.return()));
  }
}

/** The elements of a Web stream. */
export class ReadableFeed extends PulledFeed {
  readonly #stream: ReadableStream<unknown>;
  #reader: ReadableStreamDefaultReader<unknown> | null = null;

  constructor(stream: ReadableStream<unknown>, broken: (error: unknown) => unknown) {
    super(broken);
    this.#stream = stream;
  }

  protected next(): Operation<IteratorResult<unknown>> {
    const reader = this.#reader ??= this.#stream.getReader();
    return until(reader.read() as Promise<IteratorResult<unknown>>);
  }

  protected override ended(): void {
    this.#reader!.releaseLock();
  }

  protected leave(): Operation<unknown> {
    const reader = this.#reader;
    if (reader === null) return until(this.#stream.cancel());
    return until(reader.cancel().finally(() => reader.releaseLock()));
  }
}

/** What is received from a channel. It is left open. */
export class ChannelFeed extends PulledFeed {
  readonly #channel: Channel<unknown>;

  constructor(channel: Channel<unknown>, broken: (error: unknown) => unknown) {
    super(broken);
    this.#channel = channel;
  }

  protected *next(): Generator<Effect<unknown>, IteratorResult<unknown>, unknown> {
    try {
      return yield* this.#channel.next();
    } catch (error) {
      // Closed by a cancellation that is on its way here too, it has not failed.
      if (error instanceof CancelledError && !isCancellation(error) && comesHere(error)) {
        yield* suspend();
      }
      throw error;
    }
  }

  protected leave(): undefined {}
}

/** Whether an error is the cancellation of an ancestor of the running task; if so, it has it come at the next wait. */
function comesHere(error: CancelledError): boolean {
  for (let task = running!; task.parent !== null; task = task.parent) {
    const { bits, cold } = task.parent;
    if ((bits & CANCELLING) === 0 || cold?.cancelCause?.error !== error) continue;
    requestCancel(task, cold.cancelCause, cold.cancelDeadline);
    return true;
  }
  return false;
}

/** What comes by a link from the task before. */
export class LinkFeed implements Feed {
  readonly #link: Link<unknown>;
  readonly #input: LinkInput<unknown>;
  #first: { value: unknown } | null = null;

  constructor(input: LinkInput<unknown>) {
    this.#input = input;
    this.#link = input.link;
  }

  get state(): FeedState {
    if (this.#first !== null || (this.#link.isReadable && !this.#link.isOver)) return "more";
    return this.#link.isOver ? "over" : "waits";
  }

  push(push: Push, flow: Flow, most: number): Later {
    const link = this.#link;
    const first = this.#first;
    if (first !== null) {
      this.#first = null;
      return push(first.value);
    }
    for (let left = most; left > 0 && !flow.stopped; left--) {
      const value = link.pull();
      if (value === empty) return undefined;
      const later = push(value);
      if (later !== undefined) return later;
    }
    return undefined;
  }

  *wait(): Generator<Effect<unknown>, void, unknown> {
    const item = yield* this.#input.next();
    if (!item.done) this.#first = { value: item.value };
  }

  close(): undefined {}
}
