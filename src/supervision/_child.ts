/**
 * A child, as its supervisor keeps it.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import type { Settled } from "../kernel/join.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Timer } from "../kernel/timers.ts";
import { type Backoff, delayAfter } from "../operations/backoff.ts";
import { checkMs } from "../operations/sleep.ts";
import type { CheckedSpec } from "./child_spec.ts";
import type { ChildState, ChildStatus } from "./child_status.ts";
import { type ChildOutcome, StartError } from "./errors.ts";
import type { Answer, PendingReply } from "./reply.ts";

/** Who is told what becomes of a child. */
export interface Keeper {
  /** A task of the child has ended. */
  exited(child: Child, task: TaskNode): void;
  /** Its task says that it is ready. */
  saidReady(child: Child): void;
  /** Its timer went off: its start took too long, or it is time to start it again. */
  alarmed(child: Child): void;
}

/** What a cleanup failed with; anything can be thrown, `undefined` too. */
export interface Failure {
  readonly error: unknown;
}

/** By the task in which it runs. */
const children: WeakMap<TaskNode, Child> = new WeakMap();

/** Whether `task` is what a supervisor runs for a child, rather than something below it. */
export function isChildTask(task: TaskNode): boolean {
  return children.has(task);
}

/** The child that `task` belongs to, the innermost when supervisors are nested. */
export function childAround(task: TaskNode): Child | undefined {
  for (let around: TaskNode | null = task; around !== null; around = around.parent) {
    const child = children.get(around);
    if (child !== undefined) return child.task === around ? child : undefined;
  }
  return undefined;
}

/** One child: what it is, and how it stands. */
export class Child implements Settled {
  readonly spec: CheckedSpec;
  readonly keeper: Keeper;
  /** Its place: a later one was added later. */
  readonly order: number;
  phase: "down" | "starting" | "up" | "stopping" = "down";
  /** How it stands while it is down. */
  resting: ChildState = "pending";
  task: TaskNode | null = null;
  timer: ChildTimer | null = null;
  /** Whether it is down and is to be started when its turn comes. */
  due = true;
  /** Whether its supervisor has told it to stop. */
  asked = false;
  /** Whether it will be told to stop when those after it are down. */
  condemned = false;
  /** Whether it is to be taken off the list when it is down. */
  removing = false;
  /** Whether it has never been up: when it cannot start now, that is not a matter of restarts. */
  fresh = true;
  /** Whether this start was asked for by a command, which is to be told when it comes to nothing. */
  byHand = false;
  /** Why it is being stopped although nobody asked: it was not ready in time. */
  verdict: Error | null = null;
  starts = 0;
  restarts = 0;
  /** How often it has ended in a row without having been up for long, and the last delay. */
  failures = 0;
  previousDelay: number | undefined = undefined;
  upSince = 0;
  lastError: unknown = undefined;
  /** Who waits for it to be up, and for it to be down. */
  startReplies: Answer[] = [];
  stopReplies: PendingReply[] = [];

  constructor(spec: CheckedSpec, keeper: Keeper, order: number) {
    this.spec = spec;
    this.keeper = keeper;
    this.order = order;
  }

  get id(): string {
    return this.spec.id;
  }

  get isTemporary(): boolean {
    return this.spec.restart === "temporary";
  }

  /** Whether it is on its way up: it starts, or is stopped in order to start. */
  get isRising(): boolean {
    return this.phase === "starting" ||
      (this.phase === "stopping" && (this.due || this.verdict !== null));
  }

  /** Whether someone waits for its stop, who then hears what the cleanup failed with. */
  get stopIsHeard(): boolean {
    return this.stopReplies.some((reply) => reply.isHeard);
  }

  /** Belongs to a task from now on. */
  adopt(task: TaskNode): void {
    this.task = task;
    children.set(task, this);
  }

  settled(task: TaskNode): void {
    this.keeper.exited(this, task);
  }

  /** Sets its one timer. */
  setTimer(by: TaskNode, ms: number): void {
    const { scheduler } = by;
    this.clearTimer(by);
    if (ms === Infinity) return;
    this.timer = new ChildTimer(this);
    scheduler.setTimer(this.timer, scheduler.clock.after(ms));
  }

  clearTimer(by: TaskNode): void {
    if (this.timer !== null) by.scheduler.cancelTimer(this.timer);
    this.timer = null;
  }

  /** Its task has ended: how, and with what error. */
  cameDown(task: TaskNode): { outcome: ChildOutcome; error: unknown } {
    this.phase = "down";
    this.task = null;
    let outcome: ChildOutcome = "completed";
    let error: unknown = undefined;
    if (task.hasFailed) {
      outcome = "failed";
      error = task.value;
    } else if (task.isCancelled) outcome = "cancelled";
    if (this.verdict !== null && !this.asked) {
      const errors = outcome === "failed" ? [this.verdict, error] : [this.verdict];
      error = oneError(errors, `child '${this.id}'`);
      outcome = "failed";
    }
    if (outcome === "failed") this.lastError = error;
    return { outcome, error };
  }

  /** Why its first start, or one that was asked for, has come to nothing. */
  startFailure(outcome: ChildOutcome, error: unknown): StartError {
    const what = this.verdict?.message ??
      `it ${outcome === "failed" ? "failed" : "was cancelled"} before it was ready`;
    return new StartError(this.id, what, { cause: error });
  }

  /** It is not up any more. When it was for so long that it was stable, its delays start over. */
  wasUpUntil(now: number, stableAfter: number): void {
    if (now - this.upSince < stableAfter) return;
    this.failures = 0;
    this.previousDelay = undefined;
  }

  /** How long to wait before it is started again. */
  nextDelay(backoff: Backoff, random: () => number): number {
    const failures = ++this.failures;
    const delay = delayAfter(backoff, { failures, previous: this.previousDelay, random });
    checkMs(delay, "restart a child", "backoff.delay()");
    this.previousDelay = delay;
    return delay;
  }

  /** Its supervisor has ended, or will not start it any more. */
  letGo(node: TaskNode | null, error: unknown): void {
    if (node !== null) this.clearTimer(node);
    this.due = false;
    if (this.resting === "restarting" || this.resting === "pending") this.resting = "stopped";
    this.tellStarted(error);
    this.tellStopped(this.phase === "down" ? null : { error });
  }

  /** Tells all who wait for it to be up. */
  tellStarted(error?: unknown): void {
    const replies = this.startReplies;
    if (replies.length === 0) return;
    this.startReplies = [];
    for (const reply of replies) error === undefined ? reply.resolve() : reply.reject(error);
  }

  /** Tells all who wait for it to be down. Those who have stopped waiting are told in vain, which is no one's fault. */
  tellStopped(failure: Failure | null): void {
    const replies = this.stopReplies;
    if (replies.length === 0) return;
    this.stopReplies = [];
    for (const reply of replies) {
      failure === null ? reply.resolve() : reply.observe().reject(failure.error);
    }
  }

  statusAt(now: number): ChildStatus {
    const { phase } = this;
    return {
      id: this.id,
      status: phase === "down" ? this.resting : phase === "up" ? "running" : phase,
      restart: this.spec.restart,
      restarts: this.restarts,
      uptime: phase === "up" ? now - this.upSince : 0,
      lastError: this.lastError,
      task: this.task ?? undefined,
    };
  }
}

class ChildTimer extends Timer {
  readonly #child: Child;

  constructor(child: Child) {
    super();
    this.#child = child;
  }

  fire(): void {
    this.#child.timer = null;
    this.#child.keeper.alarmed(this.#child);
  }
}
