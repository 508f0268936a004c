/**
 * To several sinks at once.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { describe } from "../kernel/work.ts";
import type { Overflow } from "../sync/channel_options.ts";
import { checkSink, finishBranches, openBranches } from "./_branches.ts";
import { checkCount, stageAndSinkOf } from "./_part.ts";
import type { Sink } from "./sink.ts";
import type { HasStage, Input, Output, Stage } from "./stage.ts";

/** What becomes of elements that a sink has no room for yet. */
export interface BroadcastToOptions {
  /**
   * How many elements are held for each sink; a whole number of at least 1, or `Infinity`.
   *
   * @default 16
   */
  capacity?: number;
  /**
   * What happens when a sink is that far behind: it holds back the others and all that is before them, or its oldest or
   * newest element is dropped, for it alone.
   *
   * @default "wait"
   */
  overflow?: Overflow;
}

/** What a sink results in. */
// deno-lint-ignore no-explicit-any -- `any` is how TypeScript matches sinks of all elements
export type SinkResult<S> = S extends Sink<any, infer R> ? R : never;

/** What sinks result in, in order. */
export type SinkResults<S> = { -readonly [K in keyof S]: SinkResult<S[K]> };

/**
 * Gives each element to every sink. At the end of a pipeline it is a sink, which results in the results of all, in order;
 * before the end it is a stage, which hands each element on too. A sink that leaves early is left out from then on; as a
 * sink it leaves when all have.
 *
 * @example
 * ```ts
 * import { broadcast, collect, compose, count, filter, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const [odd, all] = await run(() =>
 *   pipeline(
 *     [1, 2, 3],
 *     broadcast(compose(filter((n: number) => n % 2 === 1), collect()), count()),
 *   )
 * );
 * assertEquals([odd, all], [[1, 3], 3]);
 * ```
 *
 * @param sinks where elements go; `compose` puts stages before one
 * @throws {TypeError} when one of them is not a sink, or an option has the wrong type
 * @throws {RangeError} when `capacity` is not a whole number of at least 1, or `Infinity`
 */
export function broadcast<T, const S extends readonly Sink<T, unknown>[]>(
  ...sinks: S
): Stage<T, T> & Sink<T, SinkResults<S>> & HasStage<T, T>;
/** The same, with options after the sinks. */
export function broadcast<T, const S extends readonly Sink<T, unknown>[]>(
  ...sinksAndOptions: [...S, BroadcastToOptions]
): Stage<T, T> & Sink<T, SinkResults<S>> & HasStage<T, T>;
// deno-lint-ignore no-explicit-any -- the overloads say what it is
export function broadcast(...sinksAndOptions: any[]): any {
  const last = sinksAndOptions.at(-1);
  const hasOptions = typeof last === "object" && last !== null;
  const sinks = hasOptions ? sinksAndOptions.slice(0, -1) : sinksAndOptions;
  const options = checkOptions(hasOptions ? last : {});
  for (const sink of sinks) checkSink(sink, "broadcast");
  return stageAndSinkOf(
    {
      kind: "task",
      name: "broadcast",
      run: (input, output) => spread(input, output, sinks, options),
      isAhead: true,
    },
    {
      kind: "taskSink",
      name: "broadcast",
      run: (input) => spread(input, null, sinks, options),
      isAhead: true,
    },
  );
}

function checkOptions(
  { capacity = 16, overflow = "wait" }: BroadcastToOptions,
): BroadcastToOptions {
  checkCount(capacity, "broadcast", "capacity", 1);
  if (overflow !== "wait" && overflow !== "drop-oldest" && overflow !== "drop-newest") {
    throw new TypeError(
      `Cannot broadcast: 'overflow' must be "wait", "drop-oldest" or "drop-newest": current value is ${
        describe(overflow)
      }`,
    );
  }
  return { capacity, overflow };
}

function* spread(
  input: Input<unknown>,
  output: Output<unknown> | null,
  sinks: readonly Sink<unknown, unknown>[],
  options: BroadcastToOptions,
): Generator<Effect<unknown>, unknown[], unknown> {
  const branches = yield* openBranches(sinks, options);
  while (output !== null || !branches.every((branch) => branch.hasLeft)) {
    const item = yield* input.next();
    if (item.done) break;
    for (const branch of branches) yield* branch.send(item.value);
    if (output !== null) yield* output.send(item.value);
  }
  return yield* finishBranches(branches);
}
