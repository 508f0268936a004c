/**
 * What a pipeline is made of: stages, what they take in and what they hand on.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";

/**
 * Where a stage takes elements from. Several tasks of a stage may take from it; each element goes to one of them.
 *
 * @typeParam T what comes in
 */
export interface Input<T> extends AsyncIterable<T> {
  /**
   * The next element; waits for one. At the end of the input the stage is closed: this throws, the stage unwinds through
   * its `finally` blocks, where it may still send, and that is its normal end. A `catch` around it sees a `ClosedError`;
   * a stage that asks again after that is returned from. A task that the stage has spawned ends there as well, as one that
   * is cancelled, and the stage ends with the last of its tasks; `all` and the like would take that for a failure among
   * their own, so tasks of theirs ask by `next`.
   */
  readonly receive: () => Operation<T>;
  /** The next element as an iterator gives it: `{ done: true }` at the end, for a stage that goes on after it. */
  readonly next: () => Operation<IteratorResult<T, undefined>>;
}

/**
 * Where a stage hands elements on to.
 *
 * @typeParam T what goes out
 */
export interface Output<T> {
  /** Hands one element on; waits while there is no room for it. What nobody wants any more is dropped. */
  readonly send: (value: T) => Operation<void>;
}

/**
 * A stage: takes elements in and hands elements on, usually as a generator function with a plain loop. It ends when it
 * returns, or when it asks for an element and there is none left.
 *
 * @typeParam In what it takes in
 * @typeParam Out what it hands on
 * @example
 * ```ts
 * import { type Input, type Output, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* pairs(input: Input<number>, output: Output<[number, number]>) {
 *   for (;;) yield* output.send([yield* input.receive(), yield* input.receive()]);
 * }
 * assertEquals(await run(() => pipeline([1, 2, 3, 4], pairs)), [[1, 2], [3, 4]]);
 * ```
 */
export type Stage<In, Out> = (input: Input<In>, output: Output<Out>) => Operation<void>;

/** A stage written as an async generator function: it iterates over what comes in, and yields what it hands on. */
export type AsyncStage<In, Out> = (input: AsyncIterable<In>) => AsyncIterable<Out>;

/** A stage that is a Web stream, such as a `TransformStream`, a `CompressionStream` or a `TextDecoderStream`. */
export interface TransformStage<In, Out> {
  /** Takes in what comes. */
  readonly writable: WritableStream<In>;
  /** Gives what goes on. */
  readonly readable: ReadableStream<Out>;
}

/** What has a stage, and can be something else as well: `broadcast` is a stage, and at the end of a pipeline a sink. */
export interface HasStage<In, Out> {
  /** It, as a stage. */
  readonly stage: Stage<In, Out>;
}

/** Whatever can be a stage of a pipeline. */
export type StageLike<In, Out> =
  | Stage<In, Out>
  | AsyncStage<In, Out>
  | TransformStage<In, Out>
  | HasStage<In, Out>;
