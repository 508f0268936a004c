/**
 * Turns the results of a function into lines where it runs, in a worker too: so a result looks the same whatever lane it
 * comes from, and one that JSON can say but a copy would lose (a class with `toJSON`, a `URL`) is kept.
 *
 * @module
 */

import type { Effect, Operation } from "../../mod.ts";
import { isOperation } from "../kernel/work.ts";
import { resultLine } from "./result_line.ts";

/** A function with the results of `run` as lines: at once, later, from a coroutine, or from a stream item by item. */
export function inLines(run: (input: unknown) => unknown): (input: unknown) => unknown {
  return (input) => linesOf(run(input));
}

function linesOf(result: unknown): unknown {
  if (typeof result !== "object" || result === null) return resultLine(result);
  if (isOperation(result)) return ofCoroutine(result);
  if (typeof (result as PromiseLike<unknown>).then === "function") {
    return (result as PromiseLike<unknown>).then(linesOf);
  }
  return isStream(result) ? ofStream(result) : resultLine(result);
}

function* ofCoroutine(coroutine: Operation<unknown>): Generator<Effect<unknown>, unknown, unknown> {
  return linesOf(yield* coroutine);
}

async function* ofStream(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const item of stream) yield resultLine(item);
}

function isStream(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function" &&
    typeof (value as Partial<AsyncIterator<unknown>>).next === "function";
}
