/**
 * In which order children are stopped and started. To be started they stand in line: one that says when it is ready keeps
 * those after it waiting. To be stopped they lie on a pile: the newest is stopped, and when it is down the next. The pile
 * comes first; then, when the delay of a restart is over, the line.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";
import { Timer } from "../kernel/timers.ts";
import type { Child } from "./_child.ts";

/** Who does what the turns say. */
export interface Actor {
  /** Tells a child to stop. */
  stop(child: Child): void;
  /** Starts a child that is down. */
  launch(child: Child): void;
  /** All children that are to be started, in order. */
  dueChildren(): Child[];
  /** The delay of a restart is over. */
  delayOver(): void;
}

/** The line and the pile of one supervisor. */
export class Turns {
  readonly #actor: Actor;
  #line: Child[] = [];
  #next = 0;
  #starting: Child | null = null;
  /** Oldest first. */
  #pile: Child[] = [];
  #dying: Child | null = null;
  /** Whether the line is to be formed anew when the pile is empty and the delay is over. */
  #regrouping = false;
  #delay: Delay | null = null;
  #until = -Infinity;

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  /** Joins the end of the line, unless that is going to be formed of all that are due. */
  push(child: Child): void {
    this.#line.push(child);
  }

  /** Has these stopped, the last of them first, in the place of those that lay on the pile. */
  stop(pile: Child[]): void {
    this.#pile = pile;
  }

  /** Has all that are due started in order, when the pile is empty and `ms` have passed. */
  regroup(node: TaskNode, ms: number): void {
    const { scheduler } = node;
    this.clearLine(node);
    this.#regrouping = true;
    // A restart that joins another does not shorten its delay.
    this.#until = Math.max(this.#until, scheduler.clock.after(ms));
    if (this.#until <= scheduler.clock.now()) return;
    this.#delay = new Delay(() => {
      this.#delay = null;
      this.#actor.delayOver();
    });
    if (this.#until !== Infinity) scheduler.setTimer(this.#delay, this.#until);
  }

  /** Sends everyone in line home. */
  clearLine(node: TaskNode): void {
    if (this.#delay !== null) node.scheduler.cancelTimer(this.#delay);
    this.#delay = null;
    this.#regrouping = false;
    this.#line = [];
    this.#next = 0;
    this.#starting = null;
  }

  /** Does what can be done now. Returns whether nothing is left to do. */
  advance(): boolean {
    for (;;) {
      if (this.#dying !== null && this.#dying.phase !== "down") return false;
      const next = this.#dying = this.#pile.pop() ?? null;
      if (next === null) break;
      if (next.phase === "starting" || next.phase === "up") this.#actor.stop(next);
    }
    if (this.#delay !== null) return false;
    if (this.#regrouping) {
      this.#regrouping = false;
      this.#until = -Infinity;
      this.#line = this.#actor.dueChildren();
      this.#next = 0;
    }
    for (;;) {
      if (this.#starting?.phase === "starting") return false;
      if (this.#starting?.phase === "stopping" && this.#starting.verdict !== null) return false;
      const next = this.#starting = this.#line[this.#next++] ?? null;
      if (next === null) break;
      if (next.due && next.phase === "down") this.#actor.launch(next);
    }
    this.#line = [];
    this.#next = 0;
    return true;
  }
}

class Delay extends Timer {
  readonly #over: () => void;

  constructor(over: () => void) {
    super();
    this.#over = over;
  }

  fire(): void {
    this.#over();
  }
}
