/**
 * What a supervisor does, as a machine that is driven by events: a child ended, a timer went off, a command came. Nothing
 * in it waits, so no event is kept waiting by another: a stop is obeyed while a restart is under way. The children are
 * tasks of the scope whose task is the machine's `node`; so whatever happens to the machine, none of them outlives that.
 *
 * | state    | meaning                                    | leaves it when                                               |
 * | -------- | ------------------------------------------ | ------------------------------------------------------------ |
 * | starting | the first children are started, in order   | the last is up → running; one does not start → stopping      |
 * | running  | children are restarted by rule             | shutdown, end of the scope, too many restarts → stopping     |
 * | stopping | children are stopped, newest first         | the last is down → ended                                     |
 * | ended    | no child runs                              |                                                              |
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { ClosedError, TimeoutError } from "../kernel/errors.ts";
import { spawnOwned } from "../kernel/spawn.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Broadcast } from "../sync/broadcast.ts";
import { Child, type Keeper } from "./_child.ts";
import { type Actor, Turns } from "./_turns.ts";
import type { CheckedSpec } from "./child_spec.ts";
import { type ChildOutcome, DuplicateChildError, RestartLimitError, StartError } from "./errors.ts";
import { type Answer, PendingReply } from "./reply.ts";
import { RestartWindow } from "./restart_window.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";
import type { CheckedOptions } from "./supervisor_options.ts";

/** The machine of one supervisor. */
export class Core implements Keeper, Actor {
  readonly options: CheckedOptions;
  readonly events: Broadcast<SupervisorEvent>;
  /** All children, in the order in which they are started. */
  readonly children: Map<string, Child> = new Map();
  state: "starting" | "running" | "stopping" | "ended" = "starting";
  /** Settled when the first children are up. */
  readonly begun: PendingReply = new PendingReply("the start of the children");
  /** Settled when it is over. */
  readonly ended: PendingReply = new PendingReply("the end of the supervisor");
  /** Where it was asked for, when that is recorded. */
  site: Error | null = null;
  #node: TaskNode | null = null;
  /** Whether children are stopped all at once, and forgotten when they have ended: they are many, and alike. */
  readonly #many: boolean;
  readonly #window: RestartWindow;
  #order = 0;
  #alive = 0;
  readonly #turns: Turns = new Turns(this);
  #failure: unknown = undefined;
  #failed = false;
  /** What cleaning up failed with while the supervisor stopped. */
  readonly #errors: unknown[] = [];
  readonly #shutdowns: PendingReply[] = [];
  #stopCause: CancelCause | null = null;
  readonly #inbox: (() => void)[] = [];
  #busy = false;

  constructor(specs: readonly CheckedSpec[], options: CheckedOptions, many = false) {
    this.options = options;
    this.events = options.events ?? new Broadcast();
    this.#many = many;
    this.#window = new RestartWindow(options.maxRestarts, options.within);
    this.begun.observe();
    this.ended.observe();
    for (const spec of specs) this.children.set(spec.id, new Child(spec, this, ++this.#order));
  }

  /** The time of its scheduler. */
  get now(): number {
    return this.#node?.scheduler.clock.now() ?? 0;
  }

  /** What is done next; not in the middle of something else, when one thing leads to another. */
  do(action: () => void): void {
    this.#inbox.push(action);
    if (this.#busy) return;
    this.#busy = true;
    // What is done adds to the list; by an index, for to shift a long one is slow.
    for (let at = 0; at < this.#inbox.length; at++) {
      try {
        this.#inbox[at]();
        this.#advance();
      } catch (error) {
        this.fail(error);
        this.#advance();
      }
    }
    this.#inbox.length = 0;
    this.#busy = false;
  }

  /** Starts the first children, as tasks of the scope of `node`. */
  begin(node: TaskNode): void {
    this.do(() => {
      this.#node = node;
      for (const child of this.children.values()) this.#turns.push(child);
    });
  }

  /** Stops all children, newest first, and is over then. */
  shutdown(why: string, reply?: PendingReply): void {
    this.do(() => {
      if (this.state === "ended") return reply?.resolve();
      if (reply !== undefined) this.#shutdowns.push(reply);
      this.#stopAll(why);
    });
  }

  /** Stops all children, and is over then, with an error. */
  fail(error: unknown): void {
    if (this.state === "ended") return;
    if (this.#failed) this.#errors.push(error);
    else {
      this.#failed = true;
      this.#failure = error;
    }
    this.#stopAll("The supervisor failed");
  }

  /** Its task has been ended by force: its children are ended with that. */
  abandon(): void {
    if (this.state === "ended") return;
    this.state = "stopping";
    if (this.#node !== null) this.#turns.clearLine(this.#node);
    for (const child of this.children.values()) {
      child.letGo(this.#node, new ClosedError("The supervisor was ended by force"));
    }
    this.#finish();
  }

  #stopAll(why: string): void {
    if (this.state === "stopping" || this.state === "ended") return;
    this.state = "stopping";
    this.#stopCause = new CancelCause(why, this.#failure);
    const node = this.#node;
    if (node !== null) this.#turns.clearLine(node);
    const pile: Child[] = [];
    for (const child of this.children.values()) {
      child.due = false;
      if (child.phase === "down") {
        child.letGo(node, new ClosedError(`Cannot start child '${child.id}': ${why}`));
      } else {
        child.asked = true;
        pile.push(child);
      }
    }
    if (!this.#many) return this.#turns.stop(pile);
    for (const child of pile.reverse()) this.#cancel(child, why);
  }

  #finish(): void {
    this.state = "ended";
    const errors = this.#failed ? [this.#failure, ...this.#errors] : this.#errors;
    const error = errors.length === 0 ? undefined : oneError(errors, "a supervisor");
    this.publish({ type: "ended", error });
    if (this.options.events === undefined) this.events.close();
    // What only the cleanup failed with is told to who asked for it, and to the scope when nobody did.
    const told = this.#failed || this.#shutdowns.length === 0;
    if (errors.length > 0 && told) this.ended.reject(error);
    else this.ended.resolve();
    for (const reply of this.#shutdowns) {
      if (errors.length > 0 && !told) reply.reject(error);
      else reply.resolve();
    }
    this.begun.reject(error ?? new ClosedError("The supervisor was shut down"));
  }

  #advance(): void {
    if (this.#node === null || this.state === "ended" || !this.#turns.advance()) return;
    if (this.state === "stopping") {
      if (this.#alive === 0) this.#finish();
    } else if (this.state === "starting") {
      this.state = "running";
      this.begun.resolve();
    }
  }

  dueChildren(): Child[] {
    return [...this.children.values()].filter((child) => child.due);
  }

  delayOver(): void {
    this.do(() => {});
  }

  /** Adds a child, and starts it when its turn comes. */
  add(spec: CheckedSpec, reply: Answer): void {
    if (this.children.has(spec.id)) return reply.reject(new DuplicateChildError(spec.id));
    const child = new Child(spec, this, ++this.#order);
    child.startReplies.push(reply);
    this.children.set(spec.id, child);
    this.enqueue(child);
  }

  /** Has a child that is down started when its turn comes: at once, when only restarts of its own concern it. */
  enqueue(child: Child): void {
    child.due = true;
    if (child.resting !== "pending") child.resting = "restarting";
    if (this.options.strategy === "one_for_one") this.launch(child);
    else this.#turns.push(child);
  }

  /** Starts a child that is down. */
  launch(child: Child): void {
    const node = this.#node!;
    child.clearTimer(node);
    child.due = child.asked = false;
    child.verdict = null;
    if (child.starts++ > 0) child.restarts++;
    const { spec } = child;
    const task = spawnOwned(node, spec.start, child, spec.id);
    if (child.restarts > 0) task.coldPart().attempt = child.starts;
    if (this.site !== null) task.coldPart().spawnSite = this.site;
    child.adopt(task);
    this.#alive++;
    child.phase = "starting";
    node.scheduler.enqueue(task);
    if (spec.ready) child.setTimer(node, spec.startTimeout);
    else this.#isUp(child);
  }

  saidReady(child: Child): void {
    if (child.phase !== "starting") return;
    this.do(() => {
      if (child.phase === "starting") this.#isUp(child);
    });
  }

  #isUp(child: Child): void {
    child.clearTimer(this.#node!);
    child.phase = "up";
    child.fresh = child.byHand = false;
    child.upSince = this.now;
    this.publish({ type: "started", id: child.id, restarts: child.restarts });
    child.tellStarted();
  }

  alarmed(child: Child): void {
    this.do(() => {
      if (child.phase === "down" && child.due) return this.launch(child);
      if (child.phase !== "starting") return;
      const { startTimeout } = child.spec;
      child.verdict = new TimeoutError(startTimeout, `The start of child '${child.id}'`);
      this.#cancel(child, `Child '${child.id}' was not ready within ${startTimeout} ms`);
    });
  }

  /** Stops a child that runs. */
  stop(child: Child): void {
    child.asked = true;
    this.#cancel(child, `Child '${child.id}' was stopped by its supervisor`);
  }

  #cancel(child: Child, why: string): void {
    const { scheduler } = this.#node!;
    child.clearTimer(this.#node!);
    child.phase = "stopping";
    const cause = this.#stopCause ?? new CancelCause(why);
    requestCancel(child.task!, cause, scheduler.clock.after(child.spec.grace));
  }

  exited(child: Child, task: TaskNode): void {
    this.do(() => this.#down(child, task));
  }

  #down(child: Child, task: TaskNode): void {
    const wasUp = child.phase === "up";
    const wasStarting = child.phase === "starting" || child.verdict !== null;
    child.clearTimer(this.#node!);
    const { outcome, error } = child.cameDown(task);
    this.#alive--;
    if (this.state === "ended") return;
    if (child.asked) return this.#stopped(child, error);
    this.publish({ type: outcome, id: child.id, error, restarts: child.restarts });
    if (wasStarting && outcome !== "completed") {
      if (child.fresh || child.byHand) return this.#didNotStart(child, outcome, error);
    } else if (wasStarting) {
      child.fresh = child.byHand = false;
      child.tellStarted();
    }
    const { restart } = child.spec;
    if (restart === "permanent" || (restart === "transient" && outcome === "failed")) {
      return this.#restart(child, outcome, error, wasUp);
    }
    child.resting = outcome;
    child.tellStarted(new StartError(child.id, `it was ${outcome}`, { cause: error }));
    if (child.isTemporary || this.#many) this.forget(child);
    if (outcome === "failed") this.#tellUnheard(`Child '${child.id}' failed`, error);
    this.#autoShutdown(child);
  }

  /** It is down because it was told to stop. */
  #stopped(child: Child, error: unknown): void {
    const { due } = child;
    child.asked = false;
    child.resting = due ? (child.fresh ? "pending" : "restarting") : "stopped";
    this.publish({ type: "stopped", id: child.id, error });
    const heard = child.stopReplies.length > 0;
    if (error !== undefined && !heard) {
      if (this.state === "stopping") this.#errors.push(error);
      else if (!due) this.#tellUnheard(`Child '${child.id}' failed while it was stopped`, error);
    }
    if (!due) return this.rest(child, error);
    this.enqueue(child);
    child.tellStopped(error);
  }

  /** It is down, and stays so. */
  rest(child: Child, error?: unknown): void {
    child.byHand = false;
    // One that was being added has nowhere to come back to.
    const unwanted = child.fresh && child.startReplies.length > 0;
    if (child.removing || child.isTemporary || unwanted || this.#many) this.forget(child);
    child.tellStopped(error);
    child.letGo(this.#node, new StartError(child.id, "it was stopped before it was ready"));
  }

  /** Takes a child off the list. */
  forget(child: Child): void {
    this.children.delete(child.id);
    if (child.removing) this.publish({ type: "removed", id: child.id });
  }

  /** Its first start, or one that was asked for by a command, has come to nothing. */
  #didNotStart(child: Child, outcome: ChildOutcome, error: unknown): void {
    const failure = child.startFailure(outcome, error);
    child.resting = outcome;
    if (this.state === "starting") return this.fail(failure);
    if (child.fresh || child.isTemporary || this.#many) this.forget(child);
    child.byHand = false;
    child.tellStarted(failure);
  }

  #restart(child: Child, outcome: ChildOutcome, error: unknown, wasUp: boolean): void {
    const { backoff, stableAfter, maxRestarts, within, strategy } = this.options;
    const { now } = this;
    const { id } = child;
    child.resting = "restarting";
    if (!this.#window.admit({ id, outcome, error, at: now })) {
      const { failures } = this.#window;
      child.resting = outcome;
      this.publish({ type: "gave_up", id, error, failures });
      return this.fail(new RestartLimitError(failures, maxRestarts, within));
    }
    if (wasUp && now - child.upSince >= stableAfter) child.isStable();
    const delay = child.nextDelay(backoff, this.#node!.scheduler.random);
    const { failures } = child;
    const inWindow = this.#window.size;
    this.publish({ type: "restarting", id, error, delay, failures, inWindow });
    if (strategy !== "one_for_one") return this.#restartSeveral(child, delay);
    child.due = true;
    if (delay === 0) this.launch(child);
    else child.setTimer(this.#node!, delay);
  }

  /** Stops the children that a restart concerns, newest first; after the delay those that are due are started in order. */
  #restartSeveral(cause: Child, delay: number): void {
    const from = this.options.strategy === "one_for_all" ? 0 : cause.order;
    const pile: Child[] = [];
    for (const child of this.children.values()) {
      if (child.order < from) continue;
      // A temporary one that has been up is not started again, not even for the others' sake.
      child.due = !child.removing && (child.due || !child.isTemporary || child.fresh);
      if (child.phase !== "down") {
        child.asked = true;
        pile.push(child);
      } else if (child.due && child.resting !== "pending") {
        child.resting = "restarting";
      }
    }
    this.#turns.stop(pile);
    this.#turns.regroup(this.#node!, delay);
  }

  #autoShutdown(child: Child): void {
    const { autoShutdown } = this.options;
    if (autoShutdown === "never" || !child.spec.significant) return;
    if (autoShutdown === "all_significant") {
      for (const other of this.children.values()) {
        if (other.spec.significant && (other.phase !== "down" || other.due)) return;
      }
    }
    this.#stopAll(`Significant child '${child.id}' has ended`);
  }

  publish(event: SupervisorEvent): void {
    if (!this.events.closed) this.events.publish(event);
  }

  /** A failure that leads to nothing further must not pass in silence when nobody listens to the events. */
  #tellUnheard(what: string, error: unknown): void {
    if (this.events.subscribers === 0) console.warn(`${what}:`, error);
  }
}
