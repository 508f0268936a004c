/**
 * A stream of results.
 *
 * @module
 */

import type { AwaitableOperation, Operation } from "../kernel/effect.ts";

/**
 * Results that are made as they are consumed: with `for await` outside coroutines, with `yield* stream.next()` inside.
 * There is one consumer; asking twice asks the same stream.
 *
 * @typeParam T one result
 */
export interface Stream<T> extends AsyncIterable<T>, AsyncDisposable {
  /** The next result, as an iterator gives it. */
  next(): AwaitableOperation<IteratorResult<T, undefined>>;
  /** All results that are left. */
  collect(): Promise<T[]> & Operation<T[]>;
  /** Stops: cancels what runs, waits for it, and closes the inputs. */
  close(): Promise<void> & Operation<void>;
}
