/**
 * Stages as one stage.
 *
 * @module
 */

import { sinkOf, type SinkPart, stageAndSinkOf, stageOf, type StagePart } from "./_part.ts";
import { mayBeEither, partsOf, stageAt } from "./_plan.ts";
import type { Sink } from "./sink.ts";
import type { Stage, StageLike as S } from "./stage.ts";

/**
 * Makes one stage of several, to be used as any other; with a sink at the end, it makes a sink. A pipeline runs what it
 * is made of just as if it had been written out.
 *
 * @example
 * ```ts
 * import { compose, filter, map, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const words = compose(map((word: string) => word.trim()), filter((word) => word !== ""));
 * assertEquals(await run(() => pipeline([" warp", " ", "weft "], words)), ["warp", "weft"]);
 * ```
 *
 * @param stages whatever can be a stage, up to ten; and, at the end, a sink or none
 * @throws {TypeError} when one of them cannot be a stage
 */
export function compose<A, B, Result>(a: S<A, B>, sink: Sink<B, Result>): Sink<A, Result>;
/** The same, of one stage. */
export function compose<A, B>(a: S<A, B>): Stage<A, B>;
/** The same, of two stages and a sink. */
export function compose<A, B, C, Result>(
  a: S<A, B>,
  b: S<B, C>,
  sink: Sink<C, Result>,
): Sink<A, Result>;
/** The same, of two stages. */
export function compose<A, B, C>(a: S<A, B>, b: S<B, C>): Stage<A, C>;
/** The same, of three stages and a sink. */
export function compose<A, B, C, D, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  sink: Sink<D, Result>,
): Sink<A, Result>;
/** The same, of three stages. */
export function compose<A, B, C, D>(a: S<A, B>, b: S<B, C>, c: S<C, D>): Stage<A, D>;
/** The same, of four stages and a sink. */
export function compose<A, B, C, D, E, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  sink: Sink<E, Result>,
): Sink<A, Result>;
/** The same, of four stages. */
export function compose<A, B, C, D, E>(a: S<A, B>, b: S<B, C>, c: S<C, D>, d: S<D, E>): Stage<A, E>;
/** The same, of five stages and a sink. */
export function compose<A, B, C, D, E, F, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  sink: Sink<F, Result>,
): Sink<A, Result>;
/** The same, of five stages. */
export function compose<A, B, C, D, E, F>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
): Stage<A, F>;
/** The same, of six stages and a sink. */
export function compose<A, B, C, D, E, F, G, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  sink: Sink<G, Result>,
): Sink<A, Result>;
/** The same, of six stages. */
export function compose<A, B, C, D, E, F, G>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
): Stage<A, G>;
/** The same, of seven stages and a sink. */
export function compose<A, B, C, D, E, F, G, H, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  sink: Sink<H, Result>,
): Sink<A, Result>;
/** The same, of seven stages. */
export function compose<A, B, C, D, E, F, G, H>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
): Stage<A, H>;
/** The same, of eight stages and a sink. */
export function compose<A, B, C, D, E, F, G, H, I, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  sink: Sink<I, Result>,
): Sink<A, Result>;
/** The same, of eight stages. */
export function compose<A, B, C, D, E, F, G, H, I>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
): Stage<A, I>;
/** The same, of nine stages and a sink. */
export function compose<A, B, C, D, E, F, G, H, I, J, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  i: S<I, J>,
  sink: Sink<J, Result>,
): Sink<A, Result>;
/** The same, of nine stages. */
export function compose<A, B, C, D, E, F, G, H, I, J>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  i: S<I, J>,
): Stage<A, J>;
/** The same, of ten stages and a sink. */
export function compose<A, B, C, D, E, F, G, H, I, J, K, Result>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  i: S<I, J>,
  j: S<J, K>,
  sink: Sink<K, Result>,
): Sink<A, Result>;
/** The same, of ten stages. */
export function compose<A, B, C, D, E, F, G, H, I, J, K>(
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  i: S<I, J>,
  j: S<J, K>,
): Stage<A, K>;
export function compose(...parts: unknown[]): unknown {
  const { stages, sink } = partsOf(parts, "compose");
  const named = [...stages, ...(sink === null ? [] : [sink])];
  const name = named.map((part) => part.name).join(" → ") || "compose";
  if (sink !== null && mayBeEither(parts.at(-1))) {
    return stageAndSinkOf(
      {
        kind: "composed",
        name,
        parts: [...stages, stageAt(parts.at(-1), stages.length, "compose")],
      },
      { kind: "composedSink", name, parts: stages, sink },
    );
  }
  return sink === null
    ? stageOf({ kind: "composed", name, parts: stages satisfies StagePart[] })
    : sinkOf({ kind: "composedSink", name, parts: stages, sink: sink satisfies SinkPart });
}
