/**
 * The host's end of a stream that a job in a worker produces.
 *
 * @module
 */

import type { RemoteCall } from "./remote_call.ts";

/** How many items the worker may send ahead of the consumer. */
const credit = 32;

type Settler = {
  resolve: (item: IteratorResult<unknown>) => void;
  reject: (error: unknown) => void;
};

/** The items of a stream, with back-pressure by credit: the worker sends no more than were asked for. */
export class RemoteStream implements AsyncIterableIterator<unknown> {
  readonly #call: RemoteCall;
  readonly #items: unknown[] = [];
  readonly #waiting: Settler[] = [];
  readonly #ended: (() => void)[] = [];
  #owed = 0;
  #over: { error: unknown } | "done" | null = null;
  #aborted: { error: unknown } | null = null;
  /** How many items its consumer has taken. */
  taken = 0;

  constructor(call: RemoteCall) {
    this.#call = call;
    call.worker!.link.credit(call, credit);
  }

  /** An item has come. */
  push(value: unknown): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return void this.#items.push(value);
    waiting.resolve({ done: false, value });
    this.#consumed();
  }

  /** The stream is over: as it should be, or by an error, which comes after the items that arrived. */
  end(outcome: { error: unknown } | "done"): void {
    const over = this.#over = this.#aborted ?? outcome;
    for (const waiting of this.#waiting.splice(0)) {
      if (over === "done") waiting.resolve({ done: true, value: undefined });
      else {
        waiting.reject(over.error);
        this.#over = "done";
      }
    }
    for (const ended of this.#ended.splice(0)) ended();
  }

  /** Ends the stream for its consumer's sake or not: the generator returns, and the consumer gets the error. */
  abort(error: unknown, grace?: number): void {
    if (this.#over !== null || this.#aborted !== null) return;
    this.#aborted = { error };
    this.#call.cancelled = true;
    this.#call.worker?.link.cancel(this.#call, error, grace);
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift();
      this.#consumed();
      return Promise.resolve({ done: false, value });
    }
    const over = this.#over;
    if (over === null) {
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    this.#over = "done";
    return over === "done"
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(over.error);
  }

  /** Ends the stream early; resolves when its generator in the worker has returned. */
  async return(): Promise<IteratorResult<unknown>> {
    this.#items.length = 0;
    if (this.#over === null) {
      const ended = new Promise<void>((resolve) => this.#ended.push(resolve));
      this.#call.cancelled = true;
      this.#call.worker?.link.cancel(
        this.#call,
        new DOMException("The stream is no longer wanted", "AbortError"),
      );
      await ended;
    }
    this.#over = "done";
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Lets the worker send more, by halves of the credit, so that not every item costs a message. */
  #consumed(): void {
    this.taken++;
    if (++this.#owed < credit / 2 || this.#over !== null) return;
    this.#call.worker?.link.credit(this.#call, this.#owed);
    this.#owed = 0;
  }
}
