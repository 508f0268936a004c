/**
 * Arguments that are streams, on the worker's side: items are asked for ahead of the job, by credit.
 *
 * @module
 */
import type { Feed } from "../wire/argument_feeds.ts";
import { decodeError, type EncodedError } from "../wire/error_codec.ts";
import { type Batch, FEED, FEED_FAILED } from "../wire/wire.ts";

/** How many items may be on their way. */
const WINDOW = 32;

interface Settler {
  resolve(item: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

/** One argument as its job has it. */
class FedArgument implements AsyncIterableIterator<unknown> {
  readonly #pull: (n: number) => void;
  readonly #items: unknown[] = [];
  readonly #waiting: Settler[] = [];
  /** How many items were asked for and have not been taken. */
  #asked = 0;
  #over: { error: unknown } | "done" | undefined;

  constructor(pull: (n: number) => void) {
    this.#pull = pull;
  }

  push(value: unknown): void {
    if (this.#over !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return void this.#items.push(value);
    this.#asked--;
    waiting.resolve({ done: false, value });
  }

  /** It is over; what has come before is still there to take. */
  end(outcome: { error: unknown } | "done"): void {
    if (this.#over !== undefined) return;
    this.#over = outcome;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (outcome === "done") resolve({ done: true, value: undefined });
      else reject(outcome.error);
    }
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#items.length > 0) {
      this.#asked--;
      const value = this.#items.shift();
      this.#ask();
      return Promise.resolve({ done: false, value });
    }
    const over = this.#over;
    if (over === "done") return Promise.resolve({ done: true, value: undefined });
    if (over !== undefined) return Promise.reject(over.error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#ask();
    });
  }

  /** By halves, so that not every item costs a message. */
  #ask(): void {
    if (this.#over !== undefined || this.#asked > WINDOW / 2) return;
    const n = Math.max(WINDOW, this.#waiting.length) - this.#asked;
    this.#asked += n;
    this.#pull(n);
  }

  /** The job leaves it: its source is told. */
  return(): Promise<IteratorResult<unknown>> {
    this.#items.length = 0;
    if (this.#over === undefined) {
      this.end("done");
      this.#pull(0);
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function readable(argument: FedArgument): ReadableStream<unknown> {
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await argument.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await argument.return();
    },
  }, { highWaterMark: 0 });
}

/**
 * Hands over what has come for an argument of a call.
 *
 * @param call the call in the slot; none, or another, when the one that was meant has ended
 * @param batch the batch
 * @param at where the entry is
 */
export function deliver(
  call: { readonly id: number; readonly feeds: FedArguments | undefined } | undefined,
  batch: Batch,
  at: number,
): void {
  const [op, , id, index, operand] = batch.slice(at, at + 5);
  if (call === undefined || call.id !== id) return;
  const which = index as number;
  if (op === FEED) call.feeds?.push(which, operand);
  else if (op === FEED_FAILED) {
    call.feeds?.end(which, { error: decodeError(operand as EncodedError) });
  } else call.feeds?.end(which, "done");
}

/** The arguments of one call that are streams. */
export class FedArguments {
  readonly #arguments = new Map<number, FedArgument>();

  /**
   * Puts them where they belong.
   *
   * @param feeds which they are
   * @param args the arguments; their places are filled in
   * @param pull asks for so many items of one of them, or, with 0, for no more
   */
  constructor(
    feeds: readonly Feed[],
    args: unknown[],
    pull: (index: number, n: number) => void,
  ) {
    for (const { index, isReadable } of feeds) {
      const argument = new FedArgument((n) => pull(index, n));
      this.#arguments.set(index, argument);
      args[index] = isReadable ? readable(argument) : argument;
    }
  }

  /** An item has come. */
  push(index: number, value: unknown): void {
    this.#arguments.get(index)?.push(value);
  }

  /** One is over: as it should be, or by an error. */
  end(index: number, outcome: { error: unknown } | "done"): void {
    this.#arguments.get(index)?.end(outcome);
  }

  /** All are over. */
  endAll(outcome: { error: unknown } | "done"): void {
    for (const argument of this.#arguments.values()) argument.end(outcome);
  }
}
