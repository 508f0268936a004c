/**
 * Sinks beside each other, each of which runs as a pipeline of its own, and is sent what it is to have.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { ClosedError } from "../kernel/errors.ts";
import { spawn } from "../kernel/spawn.ts";
import type { Task } from "../kernel/task_handle.ts";
import { describe } from "../kernel/work.ts";
import { Link, type LinkOptions } from "./_link.ts";
import { LinkInput } from "./_link_input.ts";
import { Send } from "./_link_output.ts";
import { sinkPartOf } from "./_part.ts";
import { pipeline } from "./pipeline.ts";
import type { Sink } from "./sink.ts";
import type { Source } from "./source.ts";

type AnySink = Sink<unknown, unknown>;

/** One sink beside others. */
export class Branch {
  readonly #link: Link<unknown>;
  readonly #task: Task<unknown>;

  constructor(link: Link<unknown>, task: Task<unknown>) {
    this.#link = link;
    this.#task = task;
  }

  /** Whether the sink takes no more. */
  get hasLeft(): boolean {
    return this.#task.status !== "running" && this.#task.status !== "pending";
  }

  /** Sends an element, unless the sink takes no more. */
  *send(value: unknown): Generator<Effect<unknown>, void, unknown> {
    if (this.hasLeft || this.#link.push(value)) return;
    try {
      yield* new Send(this.#link, value);
    } catch (error) {
      // It has left while this waited.
      if (!(error instanceof ClosedError && this.hasLeft)) throw error;
    }
  }

  /** There are no more elements: the result of the sink. */
  *finish(): Generator<Effect<unknown>, unknown, unknown> {
    this.#link.end();
    return yield* this.#task;
  }
}

/** Begins one branch for each sink, in the scope of the task. */
export function* openBranches(
  sinks: readonly AnySink[],
  options: LinkOptions,
): Generator<Effect<unknown>, Branch[], unknown> {
  const branches: Branch[] = [];
  for (const sink of sinks) {
    const link = new Link<unknown>(`sink '${sink.name}'`, options);
    branches.push(new Branch(link, yield* spawn(() => runBranch(link, sink), { name: sink.name })));
  }
  return branches;
}

function* runBranch(
  link: Link<unknown>,
  sink: AnySink,
): Generator<Effect<unknown>, unknown, unknown> {
  try {
    return yield* pipeline(new LinkInput(link) as unknown as Source<unknown>, sink);
  } finally {
    link.end();
  }
}

/** Ends all branches: the results of their sinks, in order. */
export function* finishBranches(
  branches: readonly Branch[],
): Generator<Effect<unknown>, unknown[], unknown> {
  const results: unknown[] = [];
  for (const branch of branches) results.push(yield* branch.finish());
  return results;
}

/** Throws unless `sink` can be one. */
export function checkSink(sink: unknown, verb: string): asserts sink is AnySink {
  if (typeof sink === "function" && (sinkPartOf(sink) !== undefined || sink.length <= 1)) return;
  throw new TypeError(
    `Cannot ${verb}: each target must be a sink, as collect() or a function of one parameter: ` +
      `current value is ${describe(sink)}`,
  );
}
