/**
 * From the arguments of `pipeline` to the tasks that run it: which parts share a task, and what joins the tasks.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { describe, isOperation } from "../kernel/work.ts";
import { Channel } from "../sync/channel.ts";
import {
  ArrayFeed,
  AsyncFeed,
  ChannelFeed,
  type Feed,
  IterableFeed,
  LinkFeed,
  ReadableFeed,
} from "./_feed.ts";
import { Link, type LinkOptions } from "./_link.ts";
import { LinkInput } from "./_link_input.ts";
import { LinkOutput } from "./_link_output.ts";
import {
  type SinkPart,
  sinkPartOf,
  type StagePart,
  stagePartOf,
  type StepPart,
  type StepSinkPart,
  type TaskPart,
} from "./_part.ts";
import { Place } from "./_place.ts";
import { type Placed, runSegment } from "./_segment.ts";
import { StageDriver } from "./_stage_driver.ts";
import { isTransform, transform } from "./_transform.ts";
import { collect } from "./collect.ts";
import type { Input, Output } from "./stage.ts";

/** What a pipeline is made of, checked; it can be run any number of times. */
export interface Plan {
  readonly source: unknown;
  readonly stages: readonly StagePart[];
  readonly sink: SinkPart;
}

/** One task of a run. */
export interface Segment {
  readonly name: string;
  readonly work: () => unknown;
  /** Its part, when that is the only one, so that whatever goes wrong in the task went wrong there. */
  readonly places: readonly Place[];
  /** What it reads from; `null` when it holds the source. */
  readonly input: Link<unknown> | null;
  /** What it writes to; `null` when it holds the sink. */
  readonly output: Link<unknown> | null;
}

/** Checks the arguments of `pipeline`. */
export function planOf(source: unknown, parts: readonly unknown[]): Plan {
  checkSource(source, "build a pipeline");
  const { stages, sink } = partsOf(parts, "build a pipeline");
  return { source, stages, sink: sink ?? sinkPartOf(collect())! };
}

/** Tells the stages from the sink at the end, if there is one. */
export function partsOf(
  parts: readonly unknown[],
  verb: string,
): { stages: StagePart[]; sink: SinkPart | null } {
  const last = parts.at(-1);
  const sink = parts.length === 0 ? null : sinkAt(last);
  const stages = (sink === null ? parts : parts.slice(0, -1)).map((part, index) =>
    stageAt(part, index, verb)
  );
  return { stages, sink };
}

function sinkAt(last: unknown): SinkPart | null {
  const made = sinkPartOf(last);
  if (made !== undefined) return made;
  // What takes an output too is a stage, and so is what yields what it hands on.
  if (typeof last !== "function" || stagePartOf(last) !== undefined || last.length > 1) return null;
  if (isAsyncGeneratorFunction(last)) return null;
  // As `(...args) => stage(...args)`: it may be either, so that what it sends is its result, unless it returns one.
  if (last.length === 0) {
    return {
      kind: "taskSink",
      name: last.name || "sink",
      run: (input) => runEither(last as Either, input as LinkInput<unknown>),
    };
  }
  // Called with nothing but what it declares: a default parameter must not be taken for ours.
  return { kind: "taskSink", name: last.name || "sink", run: (input) => last(input) };
}

type Either = (input: Input<unknown>, output: Output<unknown>) => Operation<unknown>;

const asyncGeneratorFunction: unknown = Object.getPrototypeOf(async function* () {});

function isAsyncGeneratorFunction(value: unknown): boolean {
  return typeof value === "function" && Object.getPrototypeOf(value) === asyncGeneratorFunction;
}

/** Whether a function that says nothing of its parameters, or of one alone, may be a stage as well as a sink. */
export function mayBeEither(value: unknown): boolean {
  return typeof value === "function" && value.length <= 1 && !isAsyncGeneratorFunction(value) &&
    sinkPartOf(value) === undefined && stagePartOf(value) === undefined;
}

function runEither(either: Either, input: LinkInput<unknown>): unknown {
  const sent: unknown[] = [];
  const outcome = either(input, { send: (value) => (sent.push(value), [] as never) });
  return isOperation(outcome) ? resultOf(outcome, input.link, sent) : outcome;
}

function* resultOf(
  outcome: Operation<unknown>,
  link: Link<unknown>,
  sent: unknown[],
): Generator<Effect<unknown>, unknown, unknown> {
  let result: unknown;
  try {
    result = yield* outcome;
  } catch (error) {
    if (!link.isEnd(error)) throw error;
  }
  return result === undefined ? sent : result;
}

/** A part as a stage, at an index among others. */
export function stageAt(part: unknown, index: number, verb: string): StagePart {
  const made = stagePartOf(part);
  if (made !== undefined) return made;
  if (isTransform(part)) {
    return {
      kind: "task",
      name: part.constructor.name,
      run: (input, output) => transform(part, input, output),
      isAhead: true,
    };
  }
  if (typeof part === "function" && sinkPartOf(part) === undefined) {
    return {
      kind: "task",
      name: part.name || "stage",
      run: (input, output) => part(input, output),
    };
  }
  throw new TypeError(
    sinkPartOf(part) === undefined
      ? `Cannot ${verb}: stage ${
        index + 1
      } must be a function or a TransformStream: current value is ${describe(part)}`
      : `Cannot ${verb}: stage ${index + 1} is the sink '${
        (part as { name: string }).name
      }', which can only come last`,
  );
}

/** Throws unless `source` can be one. */
export function checkSource(source: unknown, verb: string): void {
  if (typeof source === "function" || typeof source === "string") return;
  if (typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source || Symbol.iterator in source) return;
    if (source instanceof ReadableStream) return;
  }
  throw new TypeError(
    `Cannot ${verb}: the source must be iterable, a ReadableStream, a Channel or a function: ` +
      `current value is ${describe(source)}`,
  );
}

/** Makes the tasks of one run, from the source to the sink. */
export function segmentsOf({ source, stages, sink }: Plan): Segment[] {
  return new Planner().plan(source, stages, sink);
}

class Planner {
  readonly #segments: Segment[] = [];
  /** The task that is being put together: what feeds it, and its steps. */
  #feed: Feed | null = null;
  #input: LinkInput<unknown> | null = null;
  #head: Place | null = null;
  #steps: Placed<StepPart>[] = [];
  /** What the next link is to be like, and whether there must be one before the next part. */
  #options: LinkOptions = {};
  #isCut = false;

  plan(source: unknown, stages: readonly StagePart[], sink: SinkPart): Segment[] {
    const place = new Place("source", [], nameOfSource(source));
    if (typeof source === "function") {
      this.#task(place, (_input, output) => source(output), null);
    } else {
      this.#feed = feedOf(source, place);
      this.#head = place;
    }
    stages.forEach((part, index) => this.#add(part, [index + 1]));
    this.#finish(sink, [stages.length + 1]);
    return this.#segments;
  }

  #add(part: StagePart, position: readonly number[]): void {
    if (part.kind === "composed") {
      part.parts.forEach((inner, index) => this.#add(inner, [...position, index + 1]));
      return;
    }
    if (part.kind === "buffer") {
      this.#isCut = true;
      this.#options = part.options;
      return;
    }
    const isAhead = part.kind === "task" && part.isAhead;
    const place = new Place("stage", position, part.name, isAhead);
    if (part.kind === "task") return this.#task(place, part.run, this.#inputFor(place));
    this.#feedFor(place, part.waits);
    this.#steps.push({ part, place });
  }

  #finish(sink: SinkPart, position: readonly number[]): void {
    if (sink.kind === "composedSink") {
      sink.parts.forEach((inner, index) => this.#add(inner, [...position, index + 1]));
      return this.#finish(sink.sink, [...position, sink.parts.length + 1]);
    }
    const isAhead = sink.kind === "taskSink" && sink.isAhead;
    const place = new Place("sink", [], sink.name, isAhead);
    if (sink.kind === "taskSink") {
      const input = this.#inputFor(place);
      this.#segments.push({
        name: place.name,
        work: () => new StageDriver(() => sink.run(input, place), input, null),
        places: [place],
        input: input.link,
        output: null,
      });
      return;
    }
    this.#feedFor(place, sink.waits);
    this.#close({ part: sink, place });
  }

  /** Adds a task that runs a function. */
  #task(
    place: Place,
    run: TaskPart["run"],
    input: LinkInput<unknown> | null,
  ): void {
    const link = this.#link;
    this.#segments.push({
      name: place.name,
      work: () => {
        const output = new LinkOutput(link());
        return new StageDriver(() => run(input!, output, place), input, output);
      },
      places: [place],
      input: input?.link ?? null,
      get output() {
        return link();
      },
    });
  }

  /** The link after the task that is being added; it is known what reads from it when the next part is looked at. */
  get #link(): () => Link<unknown> {
    const index = this.#segments.length;
    return () => this.#segments[index + 1].input!;
  }

  /** What a part reads from that is a task. */
  #inputFor(place: Place): LinkInput<unknown> {
    const link = new Link<unknown>(place.toString(), this.#options);
    this.#options = {};
    this.#isCut = false;
    if (this.#feed !== null) this.#close(link);
    return new LinkInput(link);
  }

  /** Sees to it that there is a pushing task for a step, or a sink, to be part of. */
  #feedFor(place: Place, waits: boolean): void {
    const isApart = this.#isCut || waits || this.#steps.at(-1)?.part.waits;
    if (this.#feed !== null && !isApart) return;
    this.#input = this.#inputFor(place);
    this.#feed = new LinkFeed(this.#input);
  }

  #close(last: Link<unknown> | Placed<StepSinkPart>): void {
    const feed = this.#feed!;
    const steps = this.#steps;
    const input = this.#input;
    const places = [
      ...(this.#head === null ? [] : [this.#head]),
      ...steps.map(({ place }) => place),
      ...("part" in last ? [last.place] : []),
    ];
    this.#segments.push({
      name: places.map(({ name }) => name).join(" → "),
      work: () => runSegment({ feed, steps, last }),
      places,
      input: input?.link ?? null,
      output: "part" in last ? null : last,
    });
    this.#feed = this.#input = this.#head = null;
    this.#steps = [];
  }
}

function nameOfSource(source: unknown): string {
  if (typeof source === "function") return source.name || "source";
  const { constructor, [Symbol.toStringTag]: tag } = Object(source);
  return constructor?.name || tag || "source";
}

function feedOf(source: unknown, place: Place): Feed {
  const broken = (error: unknown): unknown => place.broken(error, []);
  if (Array.isArray(source) && source[Symbol.iterator] === Array.prototype[Symbol.iterator]) {
    return new ArrayFeed(source);
  }
  if (source instanceof LinkInput) return new LinkFeed(source);
  if (source instanceof Channel) return new ChannelFeed(source, broken);
  if (source instanceof ReadableStream) return new ReadableFeed(source, broken);
  if (typeof (source as AsyncIterable<unknown>)[Symbol.asyncIterator] === "function") {
    return new AsyncFeed(source as AsyncIterable<unknown>, broken);
  }
  return new IterableFeed(source as Iterable<unknown>, broken);
}
