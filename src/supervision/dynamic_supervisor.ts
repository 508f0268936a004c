/**
 * Supervision of many children that are alike, such as one for each connection: OTP's `simple_one_for_one`.
 *
 * @module
 */

import { BaseOperation, type Effect, type Operation } from "../kernel/effect.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import { describe } from "../kernel/work.ts";
import type { Broadcast } from "../sync/broadcast.ts";
import { Core } from "./_core.ts";
import {
  checkChildOptions,
  type CheckedSpec,
  checkStart,
  type ChildOptions,
} from "./child_spec.ts";
import type { ChildStatus } from "./child_status.ts";
import { PendingReply, type Reply } from "./reply.ts";
import { bindToScope } from "./supervise.ts";
import { command, isOpen, stopChild } from "./supervisor.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";
import { type CheckedOptions, checkOptions, type RestartOptions } from "./supervisor_options.ts";

/** What the children of a dynamic supervisor have in common, and how it behaves. */
export interface DynamicSupervisorOptions extends RestartOptions, ChildOptions {
  /**
   * When a child is started again after it has ended, with the arguments it was first started with.
   *
   * @default "temporary"
   */
  restart?: ChildOptions["restart"];
  /**
   * What the ids of the children begin with; a number follows.
   *
   * @default the name of the function
   */
  name?: string;
}

/** A supervisor of many children that are alike. Each is forgotten when it has ended for good. */
export interface DynamicSupervisor<Args extends readonly unknown[]> {
  /** What happens to it and its children, from the subscription on. */
  readonly events: Broadcast<SupervisorEvent>;
  /** How many children there are, those included that wait for their restart. */
  readonly size: number;
  /**
   * Starts a child for `args`.
   *
   * @returns its id, when it is up
   * @throws {StartError} when it ended, or was stopped, before it was ready
   * @throws {ClosedError} when the supervisor stops, or has
   */
  start(...args: Args): Reply<string>;
  /**
   * Stops a child, and forgets it.
   *
   * @throws {UnknownChildError} when there is no such child
   * @throws what its cleanup failed with; it has been stopped all the same
   */
  stop(id: string): Reply;
  /** How each child stands, the oldest first. */
  children(): ChildStatus[];
  /**
   * Stops all children at the same time, and ends. They share the one deadline that `shutdown` sets.
   *
   * @throws what cleaning up failed with
   */
  shutdown(): Reply;
  /**
   * Waits until it has ended.
   *
   * @throws {RestartLimitError} when it gave up
   */
  join(): Reply;
}

/**
 * Makes a supervisor of many children that are alike and come and go: each runs `start` with arguments of its own. They do
 * not depend on each other, so they are stopped all at once, under one deadline. To begin and to end it is as for
 * {@linkcode supervise}. A child costs some microseconds and the memory of a task, O(1) in their number.
 *
 * @example
 * ```ts
 * import { Channel, run, superviseMany } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const greeted = new Channel<string>({ capacity: 9 });
 * function* greet(name: string) {
 *   yield* greeted.send(`hello ${name}`);
 * }
 * await run(function* () {
 *   const greeters = yield* superviseMany(greet, { restart: "transient" });
 *   yield* greeters.start("warp");
 *   yield* greeters.start("weft");
 *   assertEquals([yield* greeted.receive(), yield* greeted.receive()], ["hello warp", "hello weft"]);
 * });
 * ```
 *
 * @param start what a child does
 * @param options when children are restarted, how long they may take to stop, how many restarts there may be
 * @returns the supervisor, which has no children yet
 * @throws {TypeError} at once, when `start` is not a function, or an option has the wrong type
 * @throws {RangeError} at once, when an option has the wrong size
 */
export function superviseMany<Args extends readonly unknown[]>(
  start: (...args: Args) => unknown,
  options: DynamicSupervisorOptions = {},
): Operation<DynamicSupervisor<Args>> {
  checkStart(start, "supervise");
  const checked = checkOptions(options, "supervise");
  if ((options as { strategy?: unknown }).strategy !== undefined) {
    throw new TypeError(
      "Cannot supervise: children that are alike do not depend on each other: leave out 'strategy'",
    );
  }
  const { name = start.name || "child", restart = "temporary" } = options;
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot supervise: 'name' must be a string: current value is ${describe(name)}`,
    );
  }
  const common = checkChildOptions({ ...options, restart }, "supervise", checked.autoShutdown);
  return new SuperviseMany<Args>(start, name, common, checked);
}

class SuperviseMany<Args extends readonly unknown[]> extends BaseOperation<
  DynamicSupervisor<Args>
> {
  readonly #start: (...args: Args) => unknown;
  readonly #name: string;
  readonly #common: Omit<CheckedSpec, "id" | "start">;
  readonly #options: CheckedOptions;
  readonly #site: Error | null = traceSpawn(superviseMany);

  constructor(
    start: (...args: Args) => unknown,
    name: string,
    common: Omit<CheckedSpec, "id" | "start">,
    options: CheckedOptions,
  ) {
    super();
    this.#start = start;
    this.#name = name;
    this.#common = common;
    this.#options = options;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, DynamicSupervisor<Args>, unknown> {
    const core = new Core([], this.#options, true);
    core.site = this.#site;
    yield* bindToScope(core, "supervise");
    return new DynamicHandle<Args>(core, this.#start, this.#name, this.#common);
  }
}

class DynamicHandle<Args extends readonly unknown[]> implements DynamicSupervisor<Args> {
  readonly #core: Core;
  readonly #start: (...args: Args) => unknown;
  readonly #name: string;
  readonly #common: Omit<CheckedSpec, "id" | "start">;
  #count = 0;

  constructor(
    core: Core,
    start: (...args: Args) => unknown,
    name: string,
    common: Omit<CheckedSpec, "id" | "start">,
  ) {
    this.#core = core;
    this.#start = start;
    this.#name = name;
    this.#common = common;
  }

  get events(): Broadcast<SupervisorEvent> {
    return this.#core.reports.events;
  }

  get size(): number {
    return this.#core.children.size;
  }

  start(...args: Args): Reply<string> {
    const core = this.#core;
    const id = `${this.#name} ${++this.#count}`;
    const start = this.#start;
    const reply = new PendingReply<string>(`the start of child '${id}'`);
    core.do(() => {
      if (!isOpen(core, `start child '${id}'`, reply)) return;
      core.add({ id, start: () => start(...args), ...this.#common }, {
        resolve: () => reply.resolve(id),
        reject: (error) => reply.reject(error),
      });
    });
    return reply;
  }

  stop(id: string): Reply {
    return stopChild(this.#core, id, "stop");
  }

  children(): ChildStatus[] {
    const { now, children } = this.#core;
    return [...children.values()].map((child) => child.statusAt(now));
  }

  shutdown(): Reply {
    const core = this.#core;
    return command(
      core,
      "the end of the supervisor",
      (reply) => core.shutdown("The supervisor was shut down", reply),
    );
  }

  join(): Reply {
    return this.#core.ended;
  }
}
