/**
 * Where a pipeline ends.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import type { Input } from "./stage.ts";

/**
 * The end of a pipeline: takes all elements in, and returns the result of the pipeline. One of your own is a function of
 * one parameter, usually a generator function. It asks by `input.next()`, which tells it of the end; asked by
 * `input.receive()` the end closes it, and its result is `undefined`.
 *
 * @typeParam In what it takes in
 * @typeParam Result what it results in
 * @example
 * ```ts
 * import { type Input, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* longest(input: Input<string>) {
 *   let longest = "";
 *   for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
 *     if (item.value.length > longest.length) longest = item.value;
 *   }
 *   return longest;
 * }
 * assertEquals(await run(() => pipeline(["weft", "heddle", "warp"], longest)), "heddle");
 * ```
 */
export type Sink<In, Result> = (input: Input<In>) => Operation<Result>;
