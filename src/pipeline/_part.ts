/**
 * What the helpers make: functions that can be called as stages and sinks, and that say what they are made of, so that a
 * pipeline can run them in a better way than by calling them.
 *
 * @module
 */

import type { Operation } from "../kernel/effect.ts";
import { describe } from "../kernel/work.ts";
import type { LinkOptions } from "./_link.ts";
import type { Place } from "./_place.ts";
import { isDeclaredToWait, type Receiver, type StepMaker } from "./_step.ts";
import type { Sink } from "./sink.ts";
import type { HasStage, Input, Output, Stage } from "./stage.ts";

/** A stage that pushes, and needs no task of its own. */
export interface StepPart {
  readonly kind: "step";
  readonly name: string;
  readonly make: StepMaker;
  /** Whether it is known to wait, so that its neighbours had better run meanwhile. */
  readonly waits: boolean;
}

/** A stage that is a task. */
export interface TaskPart {
  readonly kind: "task";
  readonly name: string;
  readonly run: (input: Input<unknown>, output: Output<unknown>, place: Place) => unknown;
  /** Whether it works on several elements at a time, so that the last one it read need not be the one it fails at. */
  readonly isAhead?: boolean;
}

/** What lies between two tasks, when it is not the usual. */
export interface BufferPart {
  readonly kind: "buffer";
  readonly name: string;
  readonly options: LinkOptions;
}

/** Several stages as one; the last of them may be a sink. */
export interface ComposedPart {
  readonly kind: "composed";
  readonly name: string;
  readonly parts: readonly StagePart[];
}

export type StagePart = StepPart | TaskPart | BufferPart | ComposedPart;

/** The receiver at the end, and what it results in. */
export interface LastReceiver extends Receiver<unknown> {
  readonly result: () => unknown;
}

/** A sink that takes elements by being called. */
export interface StepSinkPart {
  readonly kind: "stepSink";
  readonly name: string;
  readonly make: (place: Place) => LastReceiver;
  readonly waits: boolean;
}

/** A sink that is a task. */
export interface TaskSinkPart {
  readonly kind: "taskSink";
  readonly name: string;
  readonly run: (input: Input<unknown>, place: Place) => unknown;
  /** As for a stage. */
  readonly isAhead?: boolean;
}

/** Stages before a sink. */
export interface ComposedSinkPart {
  readonly kind: "composedSink";
  readonly name: string;
  readonly parts: readonly StagePart[];
  readonly sink: SinkPart;
}

export type SinkPart = StepSinkPart | TaskSinkPart | ComposedSinkPart;

const stageKey: unique symbol = Symbol("stage");
const sinkKey: unique symbol = Symbol("sink");

interface Marked {
  readonly [stageKey]?: StagePart;
  readonly [sinkKey]?: SinkPart;
}

/** How a stage or a sink that was called by hand is run; `pipeline.ts`, which needs this file, fills it in. */
export const byHand: {
  stage(part: StagePart, input: Input<unknown>, output: Output<unknown>): Operation<void>;
  sink(part: SinkPart, input: Input<unknown>): Operation<unknown>;
} = { stage: unset, sink: unset };

function unset(): never {
  throw new Error("A stage was used before pipelines were loaded: import mod.ts");
}

/** A stage for a part. */
export function stageOf<In, Out>(part: StagePart): Stage<In, Out> {
  const stage = (input: Input<In>, output: Output<Out>): Operation<void> =>
    byHand.stage(part, input, output as Output<unknown>);
  return Object.defineProperties(stage, {
    name: { value: part.name },
    [stageKey]: { value: part },
  });
}

/** A sink for a part. */
export function sinkOf<In, Result>(part: SinkPart): Sink<In, Result> {
  const sink = (input: Input<In>): Operation<Result> =>
    byHand.sink(part, input) as Operation<Result>;
  return Object.defineProperties(sink, {
    name: { value: part.name },
    [sinkKey]: { value: part },
  });
}

/** What is both: a sink at the end of a pipeline, and elsewhere a stage. */
export function stageAndSinkOf<In, Out, Result>(
  stage: StagePart,
  sink: SinkPart,
): Stage<In, Out> & Sink<In, Result> & HasStage<In, Out> {
  const both = (input: Input<In>, output?: Output<Out>): Operation<unknown> =>
    output === undefined
      ? byHand.sink(sink, input)
      : byHand.stage(stage, input, output as Output<unknown>);
  return Object.defineProperties(both, {
    name: { value: stage.name },
    stage: { value: stageOf<In, Out>(stage) },
    [stageKey]: { value: stage },
    [sinkKey]: { value: sink },
  }) as unknown as Stage<In, Out> & Sink<In, Result> & HasStage<In, Out>;
}

/** The stage that a helper made, if one did. */
export function stagePartOf(value: unknown): StagePart | undefined {
  return typeof value === "function" ? (value as Marked)[stageKey] : undefined;
}

/** The sink that a helper made, if one did. */
export function sinkPartOf(value: unknown): SinkPart | undefined {
  return typeof value === "function" ? (value as Marked)[sinkKey] : undefined;
}

/** A stage for a step that calls a user's function. */
export function stepOf<In, Out>(
  helper: string,
  fn: unknown,
  make: StepMaker<In, Out>,
): Stage<In, Out> {
  return stageOf({
    kind: "step",
    name: nameOf(fn, helper),
    make: make as StepMaker,
    waits: isDeclaredToWait(fn),
  });
}

/** What to call a helper that was given a function: as the function, if it has a name. */
export function nameOf(fn: unknown, helper: string): string {
  return (typeof fn === "function" && fn.name) || helper;
}

/** Throws unless `fn` is a function. */
export function checkFunction(fn: unknown, helper: string, name = "fn"): void {
  if (typeof fn === "function") return;
  throw new TypeError(
    `Cannot ${helper}: '${name}' must be a function: current value is ${describe(fn)}`,
  );
}

/** Throws unless `count` is a whole number of at least `least`, or `Infinity` where that is allowed. */
export function checkCount(
  count: unknown,
  helper: string,
  name: string,
  least: number,
  endless = true,
): asserts count is number {
  if (endless && count === Infinity) return;
  if (Number.isInteger(count) && (count as number) >= least) return;
  const ErrorClass = typeof count === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${helper}: '${name}' must be a whole number, at least ${least}${
      endless ? ", or Infinity" : ""
    }: current value is ${describe(count)}`,
  );
}
