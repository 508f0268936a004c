/**
 * In which order children are stopped and started. To be started they stand in line, in their order: one that is on its way
 * up keeps those after it waiting, whoever started it. To be stopped they lie on a pile: the newest is stopped, and when it
 * is down the next. A restart of several, from some place on, holds back those whom it concerns, until the pile is empty and
 * its delay is over; those before that place it does not hold back.
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
  /** In their order. */
  #line: Child[] = [];
  #next = 0;
  /** Those that are on their way up, and keep the later ones waiting; mostly one. */
  #rising: Child[] = [];
  /** Oldest first. */
  #pile: Child[] = [];
  #dying: Child | null = null;
  /** From which place on a restart holds children back: they join the line when it is their turn. */
  #heldFrom = Infinity;
  #delay: Delay | null = null;
  #until = -Infinity;

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  /** Takes its place in line, unless a restart holds it back, which will have all start that are due. */
  push(child: Child): void {
    if (child.order >= this.#heldFrom) return;
    let at = this.#line.length;
    while (at > this.#next && this.#line[at - 1].order > child.order) at--;
    this.#line.splice(at, 0, child);
  }

  /** Is going to be started: keeps the later ones waiting from now on. */
  rises(child: Child): void {
    this.#rising = this.#rising.filter((other) => other !== child && other.isRising);
    this.#rising.push(child);
  }

  /** Has these stopped, the last of them first, in the place of those that lay on the pile. */
  stop(pile: Child[]): void {
    this.#pile = pile;
  }

  /** Has all that are due from `place` on started in order, when the pile is empty and `ms` have passed. */
  regroup(node: TaskNode, place: number, ms: number): void {
    const { scheduler } = node;
    this.#heldFrom = Math.min(this.#heldFrom, place);
    this.#line = this.#line.slice(this.#next).filter((child) => child.order < this.#heldFrom);
    this.#next = 0;
    // A restart that joins another does not shorten its delay. The clock rounds up, so no delay is not a short one.
    if (ms > 0) this.#until = Math.max(this.#until, scheduler.clock.after(ms));
    if (this.#delay !== null) scheduler.cancelTimer(this.#delay);
    this.#delay = null;
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
    this.#heldFrom = Infinity;
    this.#line = [];
    this.#next = 0;
    this.#rising = [];
  }

  /** Does what can be done now. Returns whether nothing is left to do. */
  advance(): boolean {
    const isEmpty = this.#stopNext();
    if (isEmpty && this.#delay === null && this.#heldFrom !== Infinity) {
      this.#heldFrom = Infinity;
      this.#until = -Infinity;
      this.#line = this.#actor.dueChildren();
      this.#next = 0;
    }
    return this.#startNext() && isEmpty && this.#heldFrom === Infinity;
  }

  /** Returns whether none is left to be stopped. */
  #stopNext(): boolean {
    for (;;) {
      if (this.#dying !== null && this.#dying.phase !== "down") return false;
      const next = this.#dying = this.#pile.pop() ?? null;
      if (next === null) return true;
      if (next.phase === "starting" || next.phase === "up") this.#actor.stop(next);
    }
  }

  /** Returns whether none is left to be started. */
  #startNext(): boolean {
    if (this.#rising.length > 0) this.#rising = this.#rising.filter((child) => child.isRising);
    for (; this.#next < this.#line.length; this.#next++) {
      const next = this.#line[this.#next];
      if (!next.due || next.phase !== "down") continue;
      if (this.#rising.some((child) => child.order < next.order && child.isRising)) return false;
      this.#actor.launch(next);
      if (next.isRising) this.rises(next);
    }
    this.#line = [];
    this.#next = 0;
    return this.#rising.length === 0;
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
