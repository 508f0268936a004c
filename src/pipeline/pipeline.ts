/**
 * Pipelines.
 *
 * @module
 */

import { BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { handOn } from "./_hand_on.ts";
import { LinkFeed } from "./_feed.ts";
import { LinkInput } from "./_link_input.ts";
import { LinkOutput } from "./_link_output.ts";
import { byHand, type StagePart, type StepPart } from "./_part.ts";
import { Place } from "./_place.ts";
import { PipelineGroup } from "./_pipeline_group.ts";
import { type Plan, planOf, segmentsOf } from "./_plan.ts";
import { type Placed, runSegment } from "./_segment.ts";
import type { Sink } from "./sink.ts";
import type { Source } from "./source.ts";
import type { Output, StageLike as S } from "./stage.ts";

/** A pipeline that can be run: by `yield*` in a coroutine, by `await` elsewhere. Each time it runs anew. */
export interface Pipeline<Result> extends Operation<Result>, PromiseLike<Result> {}

/**
 * Sends the elements of a source through stages into a sink, and results in what the sink does; without a sink, in all
 * elements that come out, as an array.
 *
 * The parts run side by side as child tasks of a scope of its own, with a small buffer between them (16 elements, unless
 * a `buffer` stage says otherwise), so that a slow part holds up those before it, up to the source. Neighbouring helper
 * stages, such as `map`, `filter` and `take`, share a task, in which an element costs a few calls.
 *
 * - **The end.** After its last element each stage is closed, one after the other, from the source to the sink: it
 *   unwinds through its `finally` blocks, where it may still send what it has gathered.
 * - **Leaving early.** When a stage or the sink ends before its input does, those before it are closed, the source first,
 *   by cancelling them. The pipeline ends when they have.
 * - **Failure.** When one part fails the others are cancelled, and a `PipelineError` says which part failed, with what
 *   `cause`, and at which `element`. Several come as an `AggregateError`.
 * - **Cancellation.** Cancelling the task cancels all parts, and waits for them.
 *
 * The types go from end to end: a stage that does not take what the one before it hands on does not compile. Beyond ten
 * stages, `compose` some of them.
 *
 * @example
 * ```ts
 * import { filter, type Input, map, type Output, pipeline, reduce, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* lines(input: Input<string>, output: Output<string>) {
 *   let rest = "";
 *   try {
 *     for (;;) {
 *       const [first, ...others] = (rest + (yield* input.receive())).split("\n");
 *       rest = first;
 *       for (const line of others) {
 *         yield* output.send(rest);
 *         rest = line;
 *       }
 *     }
 *   } finally {
 *     yield* output.send(rest); // at the end of the input
 *   }
 * }
 * const letters = await run(() =>
 *   pipeline(
 *     ["warp\nwe", "ft\n\nheddle"],
 *     lines,
 *     filter((line) => line !== ""),
 *     map((line) => line.length),
 *     reduce((sum, length) => sum + length, 0),
 *   )
 * );
 * assertEquals(letters, 14);
 * ```
 *
 * @param source where the elements come from
 * @param stages whatever can be a stage, up to ten; and, at the end, a sink or none
 * @returns an operation, to be run with `yield*` or awaited, which results in what the sink does
 * @throws {TypeError} when the source, a stage or the sink cannot be one
 */
export function pipeline<A, Result>(source: Source<A>, sink: Sink<A, Result>): Pipeline<Result>;
/** The same, of no stages. */
export function pipeline<A>(source: Source<A>): Pipeline<A[]>;
/** The same, of one stage and a sink. */
export function pipeline<A, B, Result>(
  source: Source<A>,
  a: S<A, B>,
  sink: Sink<B, Result>,
): Pipeline<Result>;
/** The same, of one stage. */
export function pipeline<A, B>(source: Source<A>, a: S<A, B>): Pipeline<B[]>;
/** The same, of two stages and a sink. */
export function pipeline<A, B, C, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  sink: Sink<C, Result>,
): Pipeline<Result>;
/** The same, of two stages. */
export function pipeline<A, B, C>(source: Source<A>, a: S<A, B>, b: S<B, C>): Pipeline<C[]>;
/** The same, of three stages and a sink. */
export function pipeline<A, B, C, D, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  sink: Sink<D, Result>,
): Pipeline<Result>;
/** The same, of three stages. */
export function pipeline<A, B, C, D>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
): Pipeline<D[]>;
/** The same, of four stages and a sink. */
export function pipeline<A, B, C, D, E, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  sink: Sink<E, Result>,
): Pipeline<Result>;
/** The same, of four stages. */
export function pipeline<A, B, C, D, E>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
): Pipeline<E[]>;
/** The same, of five stages and a sink. */
export function pipeline<A, B, C, D, E, F, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  sink: Sink<F, Result>,
): Pipeline<Result>;
/** The same, of five stages. */
export function pipeline<A, B, C, D, E, F>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
): Pipeline<F[]>;
/** The same, of six stages and a sink. */
export function pipeline<A, B, C, D, E, F, G, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  sink: Sink<G, Result>,
): Pipeline<Result>;
/** The same, of six stages. */
export function pipeline<A, B, C, D, E, F, G>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
): Pipeline<G[]>;
/** The same, of seven stages and a sink. */
export function pipeline<A, B, C, D, E, F, G, H, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  sink: Sink<H, Result>,
): Pipeline<Result>;
/** The same, of seven stages. */
export function pipeline<A, B, C, D, E, F, G, H>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
): Pipeline<H[]>;
/** The same, of eight stages and a sink. */
export function pipeline<A, B, C, D, E, F, G, H, I, Result>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  sink: Sink<I, Result>,
): Pipeline<Result>;
/** The same, of eight stages. */
export function pipeline<A, B, C, D, E, F, G, H, I>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
): Pipeline<I[]>;
/** The same, of nine stages and a sink. */
export function pipeline<A, B, C, D, E, F, G, H, I, J, Result>(
  source: Source<A>,
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
): Pipeline<Result>;
/** The same, of nine stages. */
export function pipeline<A, B, C, D, E, F, G, H, I, J>(
  source: Source<A>,
  a: S<A, B>,
  b: S<B, C>,
  c: S<C, D>,
  d: S<D, E>,
  e: S<E, F>,
  f: S<F, G>,
  g: S<G, H>,
  h: S<H, I>,
  i: S<I, J>,
): Pipeline<J[]>;
/** The same, of ten stages and a sink. */
export function pipeline<A, B, C, D, E, F, G, H, I, J, K, Result>(
  source: Source<A>,
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
): Pipeline<Result>;
/** The same, of ten stages. */
export function pipeline<A, B, C, D, E, F, G, H, I, J, K>(
  source: Source<A>,
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
): Pipeline<K[]>;
export function pipeline(source: unknown, ...parts: unknown[]): Pipeline<unknown> {
  return new PlannedPipeline(planOf(source, parts));
}

class PlannedPipeline extends BaseEffect<unknown> {
  readonly #plan: Plan;

  constructor(plan: Plan) {
    super();
    this.#plan = plan;
  }

  get description(): string {
    const { stages } = this.#plan;
    return `pipeline() of ${stages.length} ${stages.length === 1 ? "stage" : "stages"}`;
  }

  [perform](task: TaskNode): boolean {
    return new PipelineGroup(task, this.description, segmentsOf(this.#plan)).start();
  }
}

// Steps that are called by hand run within the task that calls them, and take no more than they need: what comes after
// them may read on from there. Of other parts the first takes at least as much as it holds between tasks.
byHand.stage = (part, input, output) => {
  const steps = stepsOf([part]);
  if (steps !== null && input instanceof LinkInput && output instanceof LinkOutput) {
    return runSegment({
      feed: new LinkFeed(input),
      steps: placed(steps),
      last: output.link,
    }) as Operation<void>;
  }
  return new PlannedPipeline({
    source: input instanceof LinkInput ? input : (to: Output<unknown>) => handOn(input, to),
    stages: [part],
    sink: { kind: "taskSink", name: "output", run: (from) => handOn(from, output) },
  }) as unknown as Operation<void>;
};

byHand.sink = (sink, input) =>
  new PlannedPipeline({
    source: input instanceof LinkInput ? input : (to: Output<unknown>) => handOn(input, to),
    stages: [],
    sink,
  });

function placed(steps: readonly StepPart[]): Placed<StepPart>[] {
  return steps.map((part, index) => ({ part, place: new Place("stage", [index + 1], part.name) }));
}

/** The steps that parts are made of; `null` when they are made of anything else too. */
function stepsOf(parts: readonly StagePart[]): StepPart[] | null {
  const steps: StepPart[] = [];
  for (const part of parts) {
    const found = part.kind === "composed" ? stepsOf(part.parts) : [part];
    if (found === null) return null;
    for (const step of found) {
      if (step.kind !== "step") return null;
      steps.push(step);
    }
  }
  return steps;
}
