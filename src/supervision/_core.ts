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

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { ClosedError, TimeoutError } from "../kernel/errors.ts";
import { spawnOwned } from "../kernel/spawn.ts";
import type { TaskNode } from "../kernel/task.ts";
import { witness } from "../kernel/witness.ts";
import { Child, type Failure, type Keeper } from "./_child.ts";
import { Ending } from "./_ending.ts";
import { Reports } from "./_reports.ts";
import { Roster } from "./_roster.ts";
import { type Actor, Turns } from "./_turns.ts";
import type { CheckedSpec } from "./child_spec.ts";
import { type ChildOutcome, DuplicateChildError, RestartLimitError, StartError } from "./errors.ts";
import { type Answer, PendingReply } from "./reply.ts";
import { RestartWindow } from "./restart_window.ts";
import type { CheckedOptions } from "./supervisor_options.ts";

/** The machine of one supervisor. */
export class Core implements Keeper, Actor {
  readonly options: CheckedOptions;
  readonly reports: Reports;
  readonly children: Roster = new Roster();
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
  readonly #ending: Ending = new Ending();
  #stopCause: CancelCause | null = null;
  readonly #inbox: (() => void)[] = [];
  #busy = false;

  constructor(specs: readonly CheckedSpec[], options: CheckedOptions, many = false) {
    witness.now?.losesSight();
    this.options = options;
    this.reports = new Reports(options.events);
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
      if (reply !== undefined) this.#ending.askedBy(reply);
      this.#stopAll(why);
    });
  }

  /** Stops all children, and is over then, with an error. */
  fail(error: unknown): void {
    if (this.state === "ended") return;
    this.#ending.fail(error);
    this.#stopAll("The supervisor failed");
  }

  /** Its task has been ended by force: its children are ended with that. */
  abandon(): void {
    if (this.state === "ended") return;
    this.state = "stopping";
    if (this.#node !== null) this.#turns.clearLine(this.#node);
    for (const child of this.children.values()) {
      this.reports.staysDown(child);
      child.letGo(this.#node, new ClosedError("The supervisor was ended by force"));
    }
    this.#finish();
  }

  #stopAll(why: string): void {
    if (this.state === "stopping" || this.state === "ended") return;
    this.state = "stopping";
    this.#stopCause = new CancelCause(why, this.#ending.failure);
    const node = this.#node;
    if (node !== null) this.#turns.clearLine(node);
    const pile: Child[] = [];
    for (const child of this.children.values()) {
      child.due = false;
      if (child.phase === "down") {
        this.reports.staysDown(child);
        child.letGo(node, new ClosedError(`Cannot start child '${child.id}': ${why}`));
      } else {
        child.condemned = true;
        pile.push(child);
      }
    }
    if (!this.#many) return this.#turns.stop(pile);
    for (const child of pile.reverse()) this.stop(child);
  }

  #finish(): void {
    this.state = "ended";
    this.reports.end(this.#ending.tell(this.begun, this.ended));
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
    return this.children.due;
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

  /** Stops a child that runs, and has it started when it is down; those after it in line wait for it. */
  restart(child: Child): void {
    child.due = true;
    if (this.options.strategy !== "one_for_one") this.#turns.rises(child);
    this.stop(child);
  }

  /** Starts a child that is down. */
  launch(child: Child): void {
    const node = this.#node!;
    child.clearTimer(node);
    child.due = child.asked = child.condemned = false;
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
    this.reports.publish({ type: "started", id: child.id, restarts: child.restarts });
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
    const { clock } = this.#node!.scheduler;
    const { grace } = child.spec;
    child.clearTimer(this.#node!);
    if (child.phase === "up") child.wasUpUntil(this.now, this.options.stableAfter);
    child.phase = "stopping";
    const cause = this.#stopCause ?? new CancelCause(why);
    // The clock rounds up, and no time is not a short one.
    requestCancel(child.task!, cause, grace === 0 ? clock.now() : clock.after(grace));
  }

  exited(child: Child, task: TaskNode): void {
    this.do(() => this.#down(child, task));
  }

  #down(child: Child, task: TaskNode): void {
    if (child.phase === "up") child.wasUpUntil(this.now, this.options.stableAfter);
    const wasStarting = child.phase === "starting" || child.verdict !== null;
    child.clearTimer(this.#node!);
    const { outcome, error } = child.cameDown(task);
    this.#alive--;
    if (this.state === "ended") return;
    if (child.asked) return this.#stopped(child, outcome === "failed" ? { error } : null);
    const { id, restarts } = child;
    // One that completes before it has said that it is ready is taken to be.
    if (wasStarting && outcome === "completed") {
      this.reports.publish({ type: "started", id, restarts });
    }
    this.reports.publish({ type: outcome, id, error, restarts });
    if (child.condemned) return this.#endedEarly(child, outcome, error);
    if (wasStarting && outcome !== "completed") {
      if (child.fresh || child.byHand) return this.#didNotStart(child, outcome, error);
    } else if (wasStarting) {
      child.fresh = child.byHand = false;
      child.tellStarted();
    }
    const { restart } = child.spec;
    if (restart === "permanent" || (restart === "transient" && outcome === "failed")) {
      return this.#restart(child, outcome, error);
    }
    child.resting = outcome;
    child.tellStarted(new StartError(child.id, `it was ${outcome}`, { cause: error }));
    if (child.isTemporary || this.#many) this.forget(child);
    if (outcome === "failed") this.reports.unheard(`Child '${child.id}' failed`, error);
    this.#autoShutdown(child);
  }

  /** It is down because it was told to stop. */
  #stopped(child: Child, failure: Failure | null): void {
    child.asked = false;
    this.reports.publish({ type: "stopped", id: child.id, error: failure?.error });
    if (failure !== null && !child.stopIsHeard) {
      if (this.state === "stopping") this.#ending.collect(failure.error);
      else this.reports.unheard(`Child '${child.id}' failed while it was stopped`, failure.error);
    }
    this.#comeBackOrRest(child, "stopped", failure);
  }

  /** It ended by itself before its turn to be stopped had come. That is no restart more: what was to happen happens. */
  #endedEarly(child: Child, outcome: ChildOutcome, error: unknown): void {
    if (!child.due) {
      if (outcome === "failed") this.reports.unheard(`Child '${child.id}' failed`, error);
      if (outcome === "completed") child.tellStarted();
      else child.tellStarted(child.startFailure(outcome, error));
    }
    this.#comeBackOrRest(child, outcome, null);
  }

  #comeBackOrRest(child: Child, resting: ChildOutcome | "stopped", failure: Failure | null): void {
    child.condemned = false;
    if (!child.due) {
      child.resting = resting;
      return this.rest(child, failure);
    }
    child.resting = child.fresh ? "pending" : "restarting";
    this.enqueue(child);
    child.tellStopped(failure);
  }

  /** It is down, and stays so. */
  rest(child: Child, failure: Failure | null = null): void {
    this.reports.staysDown(child);
    child.byHand = false;
    // One that was being added has nowhere to come back to.
    const unwanted = child.fresh && child.startReplies.length > 0;
    if (child.removing || child.isTemporary || unwanted || this.#many) this.forget(child);
    child.tellStopped(failure);
    child.letGo(this.#node, new StartError(child.id, "it was stopped before it was ready"));
  }

  /** Takes a child off the list. */
  forget(child: Child): void {
    this.children.delete(child.id);
    if (child.removing) this.reports.publish({ type: "removed", id: child.id });
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

  #restart(child: Child, outcome: ChildOutcome, error: unknown): void {
    const { backoff, maxRestarts, within, strategy } = this.options;
    const { id } = child;
    child.resting = "restarting";
    if (!this.#window.admit({ id, outcome, error, at: this.now })) {
      const { failures } = this.#window;
      child.resting = outcome;
      this.reports.publish({ type: "gave_up", id, error, failures });
      return this.fail(new RestartLimitError(failures, maxRestarts, within));
    }
    const delay = child.nextDelay(backoff, this.#node!.scheduler.random);
    const { failures } = child;
    const inWindow = this.#window.size;
    this.reports.publish({ type: "restarting", id, error, delay, failures, inWindow });
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
      // A temporary one is not started again for the others' sake.
      child.due = !child.removing && (child.due || !child.isTemporary);
      if (child.phase !== "down") {
        child.condemned = true;
        pile.push(child);
      } else if (child.due && child.resting !== "pending") {
        child.resting = "restarting";
      }
    }
    this.#turns.stop(pile);
    this.#turns.regroup(this.#node!, from, delay);
  }

  #autoShutdown(child: Child): void {
    const { autoShutdown } = this.options;
    if (autoShutdown === "never" || !child.spec.significant) return;
    if (autoShutdown === "all_significant" && this.children.hasSignificant) return;
    this.#stopAll(`Significant child '${child.id}' has ended`);
  }
}
