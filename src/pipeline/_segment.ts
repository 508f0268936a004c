/**
 * One task of a pipeline that pushes: a feed, the steps that run with it, and what they end in.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import type { Effect } from "../kernel/effect.ts";
import { running } from "../kernel/running.ts";
import { yieldNow } from "../operations/yield_now.ts";
import type { Feed } from "./_feed.ts";
import type { Link } from "./_link.ts";
import { Send } from "./_link_output.ts";
import { Pace } from "./_pace.ts";
import type { LastReceiver, StepPart, StepSinkPart } from "./_part.ts";
import { isCancellation, type Place } from "./_place.ts";
import { Flow, type Receiver } from "./_step.ts";

/** A part and where it stands. */
export interface Placed<P> {
  readonly part: P;
  readonly place: Place;
}

/** What a pushing task is made of. */
export interface SegmentParts {
  readonly feed: Feed;
  readonly steps: readonly Placed<StepPart>[];
  /** Where it ends: at a sink, or at the next task. */
  readonly last: Placed<StepSinkPart> | Link<unknown>;
}

/** Runs the task: returns what its sink results in. */
export function* runSegment(
  { feed, steps, last }: SegmentParts,
): Generator<Effect<unknown>, unknown, unknown> {
  const flow = new Flow(null);
  let before = flow;
  const flows = steps.map(() => before = new Flow(before));
  const end = "part" in last ? last.part.make(last.place) : linkReceiver(last);
  let head: Receiver<unknown> = end;
  for (let at = steps.length - 1; at >= 0; at--) {
    head = steps[at].part.make(head, steps[at].place, flows[at]);
  }
  try {
    yield* feedAll(feed, head, flow);
  } catch (error) {
    throw yield* closedAfter(feed, error);
  }
  if (flow.stopped && feed.state !== "over") {
    const closing = feed.close();
    if (closing !== undefined) yield* closing;
  }
  const later = head.end();
  if (later !== undefined) yield* later;
  return end.result();
}

function* feedAll(
  feed: Feed,
  { push }: Receiver<unknown>,
  flow: Flow,
): Generator<Effect<unknown>, void, unknown> {
  const pace = new Pace(running!.scheduler.clock);
  while (!flow.stopped) {
    const later = feed.push(push, flow, pace.size);
    if (later !== undefined) {
      yield* later;
      continue;
    }
    const { state } = feed;
    if (flow.stopped || state === "over") return;
    if (state === "waits") yield* feed.wait();
    else {
      pace.learn();
      yield* yieldNow();
      pace.begin();
    }
  }
}

/** Closes a feed after an error. What goes wrong in that comes after it. */
function* closedAfter(feed: Feed, error: unknown): Generator<Effect<unknown>, unknown, unknown> {
  if (feed.state === "over") return error;
  try {
    const closing = feed.close();
    if (closing !== undefined) yield* closing;
  } catch (failure) {
    if (isCancellation(error)) return failure;
    return failure === error ? error : oneError([error, failure], "a pipeline");
  }
  return error;
}

function linkReceiver(link: Link<unknown>): LastReceiver {
  return {
    push: (value) => link.push(value) ? undefined : new Send(link, value),
    end: () => undefined,
    result: () => undefined,
  };
}
