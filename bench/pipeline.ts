/**
 * Pipelines against their peers, and against what one would write by hand.
 *
 * @module
 */

import {
  count,
  filter,
  type Input,
  map,
  type Output,
  pipeline,
  reduce,
  run,
} from "@heddle/runtime";
import { Effect, Stream } from "effect";
import type { Comparison } from "./kernel.ts";

const numbers: readonly number[] = Array.from({ length: 1_000_000 }, (_, n) => n);
const few = numbers.slice(0, 50_000);

const double = (n: number): number => 2 * n;
const isThird = (n: number): boolean => n % 3 === 0;
const increment = (n: number): number => n + 1;
const add = (sum: number, n: number): number => sum + n;

/** All comparisons of pipelines. */
export const pipelines: readonly Comparison[] = [
  {
    title: "map → filter → map → reduce over 1,000,000 numbers, each",
    contenders: [
      {
        name: "heddle",
        run: async () => {
          await run(() =>
            pipeline(numbers, map(double), filter(isThird), map(increment), reduce(add, 0))
          );
          return numbers.length;
        },
      },
      { name: "for over generators", run: () => (overGenerators(), numbers.length) },
      {
        name: "Effect Stream",
        run: async () => {
          await Effect.runPromise(
            Stream.fromIterable(few).pipe(
              Stream.map(double),
              Stream.filter(isThird),
              Stream.map(increment),
              Stream.runFold(() => 0, add),
            ),
          );
          return few.length;
        },
      },
      {
        name: "Web TransformStream",
        run: async () => {
          let sum = 0;
          await ReadableStream.from(few)
            .pipeThrough(mapping(double))
            .pipeThrough(filtering(isThird))
            .pipeThrough(mapping(increment))
            .pipeTo(new WritableStream({ write: (n) => void (sum += n) }));
          return few.length;
        },
      },
    ],
    bars: {
      "for over generators": { least: 1 / 3 },
      "Effect Stream": { least: 10 },
      "Web TransformStream": { least: 10 },
    },
  },
  {
    title: "an element through two coroutine stages",
    contenders: [
      {
        name: "heddle",
        run: async () => {
          await run(() => pipeline(numbers, incremented, incremented, count()));
          return numbers.length;
        },
      },
      {
        name: "Web TransformStream",
        run: async () => {
          await ReadableStream.from(few)
            .pipeThrough(mapping(increment))
            .pipeThrough(mapping(increment))
            .pipeTo(new WritableStream());
          return few.length;
        },
      },
    ],
    // Three million a second.
    most: 1e9 / 3e6,
    bars: { "Web TransformStream": { least: 10 } },
  },
];

function* incremented(input: Input<number>, output: Output<number>) {
  for (;;) yield* output.send((yield* input.receive()) + 1);
}

function overGenerators(): number {
  let sum = 0;
  for (const n of mapped(filtered(mapped(numbers, double), isThird), increment)) sum += n;
  return sum;
}

function* mapped<A, B>(source: Iterable<A>, fn: (value: A) => B): Generator<B> {
  for (const value of source) yield fn(value);
}

function* filtered<A>(source: Iterable<A>, predicate: (value: A) => boolean): Generator<A> {
  for (const value of source) if (predicate(value)) yield value;
}

function mapping(fn: (n: number) => number): TransformStream<number, number> {
  return new TransformStream({ transform: (n, controller) => controller.enqueue(fn(n)) });
}

function filtering(predicate: (n: number) => boolean): TransformStream<number, number> {
  return new TransformStream({
    transform(n, controller) {
      if (predicate(n)) controller.enqueue(n);
    },
  });
}
