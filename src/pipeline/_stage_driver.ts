/**
 * Drives the coroutine of a stage, and closes it at the end of its input.
 *
 * The end is thrown where the stage asks for an element, and unwinds it through its `finally` blocks, which may wait and
 * send. When it comes out again the stage is over, and nothing has failed. A stage that catches it and asks again is
 * returned from: no `catch` holds that up.
 *
 * @module
 */

import { BaseOperation, type Effect } from "../kernel/effect.ts";
import { resume } from "../kernel/generators.ts";
import { describe, isOperation, iteratorOf } from "../kernel/work.ts";
import { until } from "../operations/until.ts";
import type { LinkInput } from "./_link_input.ts";
import { isCancellation } from "./_place.ts";
import type { Output } from "./stage.ts";

type Item = IteratorResult<Effect<unknown>, unknown>;

/** How often a stage is returned from that asks for more each time, before it is left behind. */
const returnLimit = 64;

/** The operation of running a stage, a sink or a source that is a coroutine. */
export class StageDriver extends BaseOperation<unknown>
  implements Iterator<Effect<unknown>, unknown, unknown> {
  readonly #call: () => unknown;
  readonly #input: LinkInput<unknown> | null;
  readonly #output: Output<unknown> | null;
  #inner: Iterator<unknown, unknown, unknown> | null = null;
  #closings = 0;

  /**
   * @param call calls the function
   * @param input what it takes in, if anything
   * @param output what it hands on, if anything; a sink that yields results in what it yielded
   */
  constructor(
    call: () => unknown,
    input: LinkInput<unknown> | null,
    output: Output<unknown> | null,
  ) {
    super();
    this.#call = call;
    this.#input = input;
    this.#output = output;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(value?: unknown): Item {
    let inner = this.#inner;
    try {
      if (inner === null) {
        const outcome = this.#call();
        inner = this.#inner = iteratorOf(outcome) ?? this.#iteratorFor(outcome);
        value = undefined;
      }
      return resume(inner, value) as Item;
    } catch (error) {
      return this.#threw(error);
    }
  }

  throw(error: unknown): Item {
    const inner = this.#inner!;
    try {
      if (this.#input?.link.isEnd(error) && ++this.#closings > 1) {
        if (this.#closings > returnLimit) throw error;
        return inner.return?.(undefined) as Item ?? { done: true, value: undefined };
      }
      if (inner.throw === undefined) throw error;
      return inner.throw(error) as Item;
    } catch (thrown) {
      return this.#threw(thrown);
    }
  }

  return(value?: unknown): Item {
    return this.#inner?.return?.(value) as Item ?? { done: true, value };
  }

  #threw(error: unknown): Item {
    if (!this.#input?.link.isEnd(error)) throw error;
    return { done: true, value: undefined };
  }

  /** What to drive for a function that returned neither an operation nor a promise. */
  #iteratorFor(outcome: unknown): Iterator<unknown, unknown, unknown> {
    if (typeof outcome === "object" && outcome !== null && !isOperation(outcome)) {
      const output = this.#output;
      if (Symbol.asyncIterator in outcome) {
        const iterator = (outcome as AsyncIterable<unknown>)[Symbol.asyncIterator]();
        return output === null
          ? collectAsync(iterator, this.#input)
          : pumpAsync(iterator, this.#input, output);
      }
      if (this.#input === null && Symbol.iterator in outcome) {
        return pump(outcome as Iterable<unknown>, output!);
      }
    }
    throw new TypeError(
      `It must be a generator function, or return an operation: it returned ${describe(outcome)}`,
    );
  }
}

function* pump(
  iterable: Iterable<unknown>,
  output: Output<unknown>,
): Generator<Effect<unknown>, void, unknown> {
  for (const value of iterable) yield* output.send(value);
}

function* collectAsync(
  iterator: AsyncIterator<unknown>,
  input: LinkInput<unknown> | null,
): Generator<Effect<unknown>, unknown[], unknown> {
  const values: unknown[] = [];
  yield* pumpAsync(iterator, input, {
    send: (value) => (values.push(value), [] as never),
  });
  return values;
}

/** Hands on what an asynchronous iterator gives; leaves it when that is interrupted. */
function* pumpAsync(
  iterator: AsyncIterator<unknown>,
  input: LinkInput<unknown> | null,
  output: Output<unknown>,
): Generator<Effect<unknown>, void, unknown> {
  let over = false;
  try {
    for (;;) {
      let item: IteratorResult<unknown>;
      const next = Promise.resolve(iterator.next());
      try {
        item = yield* until(next);
      } catch (error) {
        if (isCancellation(error)) {
          // Who waits for an element has to be let go before it can be left, and fails by that.
          next.catch(() => {});
          input?.refuse(error);
        } else {
          // Who has failed is over.
          over = true;
        }
        throw error;
      }
      if (item.done) {
        over = true;
        return;
      }
      yield* output.send(item.value);
    }
  } finally {
    if (!over && iterator.return !== undefined) {
      yield* until(Promise.resolve(iterator.return()));
    }
  }
}
