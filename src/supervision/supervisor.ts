/**
 * A running supervisor, as its users hold it.
 *
 * @module
 */

import { ClosedError } from "../kernel/errors.ts";
import type { Broadcast } from "../sync/broadcast.ts";
import type { Core } from "./_core.ts";
import { checkSpec, type ChildSpec } from "./child_spec.ts";
import type { ChildStatus } from "./child_status.ts";
import { UnknownChildError } from "./errors.ts";
import { type Answer, PendingReply, type Reply } from "./reply.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";

/**
 * A supervisor that runs. Its commands are begun by the call, and may be waited for with `yield*` or `await`. They may come
 * at any time and from anywhere, also from its children: a stop is obeyed while a restart is under way or waits.
 */
export interface Supervisor {
  /** What happens to it and its children, from the subscription on. */
  readonly events: Broadcast<SupervisorEvent>;
  /**
   * Adds a child, after the others, and starts it. Done when it is up.
   *
   * @throws {TypeError} at once, when the spec is not one
   * @throws {DuplicateChildError} when there is a child of that id
   * @throws {StartError} when it ended, or was stopped, before it was ready; it is then not kept
   * @throws {ClosedError} when the supervisor stops, or has
   */
  start(spec: ChildSpec): Reply;
  /**
   * Stops a child, and does not start it again by itself, unless the strategy does for another's sake. Done when its
   * cleanup is. A temporary one is forgotten then. Stopping one that is down only sees to it that it stays so.
   *
   * @throws {UnknownChildError} when there is no such child
   * @throws what its cleanup failed with; it has been stopped all the same
   */
  stop(id: string): Reply;
  /**
   * Stops a child, when it runs, and starts it again; one that waits for its own restart is started without the rest of the
   * delay, one that waits for that of several is started with them. Concerns no other child, and does not count in the
   * window. Done when it is up.
   *
   * @throws {UnknownChildError} when there is no such child
   * @throws {StartError} when it ended, or was stopped, before it was ready; it then stays down
   * @throws {ClosedError} when the supervisor stops, or has
   */
  restart(id: string): Reply;
  /**
   * Stops a child, when it runs, and takes it off the list.
   *
   * @throws {UnknownChildError} when there is no such child
   * @throws what its cleanup failed with; it has been removed all the same
   */
  remove(id: string): Reply;
  /** How each child stands, in the order in which they are started. */
  children(): ChildStatus[];
  /**
   * Stops the children, newest first, and ends. Shutting down twice is one shutdown.
   *
   * @throws what cleaning up failed with
   */
  shutdown(): Reply;
  /**
   * Waits until it has ended: by `shutdown()`, significant children, the end of its scope, or by giving up.
   *
   * @throws {RestartLimitError} when it gave up
   */
  join(): Reply;
}

/** The handle of a supervisor. */
export class SupervisorHandle implements Supervisor {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  get events(): Broadcast<SupervisorEvent> {
    return this.#core.reports.events;
  }

  start(spec: ChildSpec): Reply {
    const core = this.#core;
    const checked = checkSpec(spec, "start", core.options.autoShutdown);
    return command(core, `the start of child '${checked.id}'`, (reply) => {
      if (isOpen(core, `start child '${checked.id}'`, reply)) core.add(checked, reply);
    });
  }

  stop(id: string): Reply {
    return stopChild(this.#core, id, "stop");
  }

  restart(id: string): Reply {
    const core = this.#core;
    return command(core, `the restart of child '${id}'`, (reply) => {
      const child = core.children.get(id);
      if (child === undefined) return reply.reject(new UnknownChildError(id, "restart"));
      if (!isOpen(core, `restart child '${id}'`, reply)) return;
      if (child.removing) return reply.reject(new UnknownChildError(id, "restart"));
      child.byHand = true;
      child.startReplies.push(reply);
      if (child.phase === "down") return core.enqueue(child);
      core.restart(child);
    });
  }

  remove(id: string): Reply {
    return stopChild(this.#core, id, "remove");
  }

  children(): ChildStatus[] {
    const { now, children } = this.#core;
    return [...children.values()].map((child) => child.statusAt(now));
  }

  shutdown(): Reply {
    return command(
      this.#core,
      "the end of the supervisor",
      (reply) => this.#core.shutdown("The supervisor was shut down", reply),
    );
  }

  join(): Reply {
    return this.#core.ended;
  }
}

/** Gives a command. */
export function command(
  core: Core,
  description: string,
  action: (reply: PendingReply) => void,
): Reply {
  const reply = new PendingReply(description);
  core.do(() => action(reply));
  return reply;
}

/** Whether the supervisor may start children; if not, the reply says so. */
export function isOpen(core: Core, what: string, reply: Pick<Answer, "reject">): boolean {
  if (core.state === "starting" || core.state === "running") return true;
  reply.reject(
    new ClosedError(
      `Cannot ${what}: the supervisor ${core.state === "ended" ? "has ended" : "is stopping"}`,
    ),
  );
  return false;
}

/** Stops a child, or also forgets it. */
export function stopChild(core: Core, id: string, verb: "stop" | "remove"): Reply {
  return command(core, `the ${verb === "stop" ? "stop" : "removal"} of child '${id}'`, (reply) => {
    const child = core.children.get(id);
    if (child === undefined) return reply.reject(new UnknownChildError(id, verb));
    if (verb === "remove") child.removing = true;
    child.stopReplies.push(reply);
    child.due = false;
    if (child.phase !== "down") core.stop(child);
    else core.rest(child);
  });
}
