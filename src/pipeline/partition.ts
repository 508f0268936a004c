/**
 * Two ways to go.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { type Branch, checkSink, finishBranches, openBranches } from "./_branches.ts";
import { checkFunction, nameOf, sinkOf, stageOf } from "./_part.ts";
import type { Place } from "./_place.ts";
import { awaitedAt, isAwaited } from "./_step.ts";
import type { Predicate } from "./filter.ts";
import type { Sink } from "./sink.ts";
import type { Input, Output, Stage } from "./stage.ts";

type AnySink = Sink<unknown, unknown>;

/**
 * Sends the elements that `predicate` holds for to one sink, and the others to another one. It is a sink itself, and
 * results in the results of both. A slow one holds the other back; one that leaves early misses the rest.
 *
 * @example
 * ```ts
 * import { collect, count, partition, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const isEven = (n: number) => n % 2 === 0;
 * assertEquals(await run(() => pipeline([1, 2, 3], partition(isEven, collect(), count()))), [[2], 2]);
 * // With one sink it is a stage: the others go there, those that are wanted go on.
 * assertEquals(await run(() => pipeline([1, 2, 3], partition(isEven, count()))), [2]);
 * ```
 *
 * @param predicate says of an element and its number, from 0, whether it is wanted
 * @param wanted where those go that it holds for
 * @param others where the others go
 * @throws {TypeError} when `predicate` is not a function, or a target not a sink
 */
export function partition<T, S extends T, A, B>(
  predicate: (value: T, index: number) => value is S,
  wanted: Sink<S, A>,
  others: Sink<Exclude<T, S>, B>,
): Sink<T, [A, B]>;
/** Sends elements to one of two sinks. */
export function partition<T, A, B>(
  predicate: Predicate<T>,
  wanted: Sink<T, A>,
  others: Sink<T, B>,
): Sink<T, [A, B]>;
/** A stage that hands on the elements that `predicate` holds for, and sends the others to a sink. */
export function partition<T, S extends T>(
  predicate: (value: T, index: number) => value is S,
  others: Sink<Exclude<T, S>, unknown>,
): Stage<T, S>;
/** A stage that hands on the elements that `predicate` holds for, and sends the others to a sink. */
export function partition<T>(predicate: Predicate<T>, others: Sink<T, unknown>): Stage<T, T>;
// deno-lint-ignore no-explicit-any -- the overloads say what it is
export function partition(predicate: any, ...sinks: any[]): any {
  checkFunction(predicate, "partition", "predicate");
  if (sinks.length !== 1 && sinks.length !== 2) {
    throw new TypeError(
      `Cannot partition: it takes a predicate and one or two sinks: it was given ${sinks.length}`,
    );
  }
  for (const sink of sinks) checkSink(sink, "partition");
  const name = nameOf(predicate, "partition");
  if (sinks.length === 1) {
    return stageOf({
      kind: "task",
      name,
      run: (input, output, place) => divert(input, output, predicate, sinks, place),
      isAhead: true,
    });
  }
  return sinkOf({
    kind: "taskSink",
    name,
    run: (input, place) => divide(input, predicate, sinks, place),
    isAhead: true,
  });
}

function* divide(
  input: Input<unknown>,
  predicate: Predicate<unknown>,
  sinks: readonly AnySink[],
  place: Place,
): Generator<Effect<unknown>, unknown[], unknown> {
  const branches = yield* openBranches(sinks, {});
  const [wanted, others] = branches;
  for (let index = 0; !(wanted.hasLeft && others.hasLeft); index++) {
    const item = yield* input.next();
    if (item.done) break;
    const goesOn = yield* holds(predicate, item.value, index, place);
    yield* (goesOn ? wanted : others).send(item.value);
  }
  return yield* finishBranches(branches);
}

function* divert(
  input: Input<unknown>,
  output: Output<unknown>,
  predicate: Predicate<unknown>,
  sinks: readonly AnySink[],
  place: Place,
): Generator<Effect<unknown>, void, unknown> {
  const [others]: Branch[] = yield* openBranches(sinks, {});
  for (let index = 0;; index++) {
    const item = yield* input.next();
    if (item.done) break;
    if (yield* holds(predicate, item.value, index, place)) yield* output.send(item.value);
    else yield* others.send(item.value);
  }
  yield* others.finish();
}

function* holds(
  predicate: Predicate<unknown>,
  value: unknown,
  index: number,
  place: Place,
): Generator<Effect<unknown>, unknown, unknown> {
  let outcome: unknown;
  try {
    outcome = predicate(value, index);
  } catch (error) {
    throw place.broken(error, [value]);
  }
  return isAwaited(outcome)
    ? yield* awaitedAt(outcome as Operation<unknown>, place, value)
    : outcome;
}
