/**
 * Waiting for the end of a task: to have its outcome, or only to know that it is over.
 *
 * @module
 */

import { BaseEffect, type Effect, operation, perform, Step } from "./effect.ts";
import { CancelledError } from "./errors.ts";
import type { Cancellation } from "./task_handle.ts";
import { TaskNode } from "./task.ts";
import * as B from "./task_bits.ts";
import { unobserve } from "./unseen_failures.ts";
import { Waiter, WaitQueue } from "./waiter.ts";
import { witness } from "./witness.ts";

const { CANCELLED, ENDED, FAILED, WAITS } = B;

/** Who is told when a task has ended. */
export interface Settled {
  /** The task has ended. Called once. */
  settled(task: TaskNode): void;
  /** Somebody, perhaps a task, is about to wait for it, which may be what it needs to begin. */
  awaited?(target: TaskNode): void;
  /** What stands in its place when another one is to be told right after it; `null` when it takes nobody along. */
  with?(who: Settled): Settled | null;
  /** What stands in its place when one whom it took along goes away. */
  without?(who: Settled): Settled;
}

/**
 * A task that waits for another one beside others. Who is the only one stands in `joiners` itself, and has the other task
 * as what it waits on: most tasks are joined once, and by one.
 */
class Joiner extends Waiter implements Settled {
  readonly target: TaskNode;
  /** Whether it wants the outcome, or only the end. */
  readonly #outcome: boolean;

  constructor(task: TaskNode, target: TaskNode, outcome: boolean) {
    super(task);
    this.target = target;
    this.#outcome = outcome;
  }

  get description(): string {
    return this.target.description;
  }

  settled(target: TaskNode): void {
    if (this.#outcome) deliverOutcome(target, this.task);
    else if (!target.hasFailed) this.task.wake(undefined);
    else {
      target.observe();
      this.task.wakeWithError(target.failure);
    }
  }

  override abandon(task: TaskNode): boolean {
    leaveJoin(this.target, this);
    return super.abandon(task);
  }
}

/** Wakes `by`, which joined `target`, with the outcome. */
export function deliverOutcome(target: TaskNode, by: TaskNode): void {
  if ((target.bits & (FAILED | CANCELLED)) === 0) by.wake(target.value);
  else {
    target.observe();
    by.wakeWithError(target.failure);
  }
}

/** Takes `by` out of the wait for `target`, unless it stands in line with others. */
export function leaveJoin(target: TaskNode, by: Settled): void {
  if (target.phase === ENDED) unobserve(target);
  else if (target.joiners === by) target.joiners = null;
  else if (target.joiners?.without) target.joiners = target.joiners.without(by);
}

/** Whether the body of `task` waits for `target`, and so will be told what becomes of it. */
export function joins(task: TaskNode, target: TaskNode): boolean {
  const { waiting } = task;
  return waiting === target || (waiting instanceof Joiner && waiting.target === target);
}

/** Several who are told: first those who listen, then the tasks that wait, each in the order in which they asked. */
class Joiners implements Settled {
  readonly listeners: Settled[] = [];
  readonly queue: WaitQueue<Joiner> = new WaitQueue();

  /** Takes in one who waits, or listens, by itself or as a task that would be the only one. */
  push(who: Settled, target: TaskNode): void {
    if (who instanceof TaskNode) {
      const joiner = new Joiner(who, target, true);
      who.waiting = joiner;
      this.queue.push(joiner);
    } else if (who instanceof Joiner) this.queue.push(who);
    else this.listeners.push(who);
  }

  awaited(target: TaskNode): void {
    for (const listener of this.listeners) listener.awaited?.(target);
  }

  without(who: Settled): this {
    const { listeners } = this;
    for (let at = 0; at < listeners.length; at++) {
      listeners[at] = listeners[at].without?.(who) ?? listeners[at];
    }
    return this;
  }

  settled(target: TaskNode): void {
    for (const listener of this.listeners) listener.settled(target);
    for (let joiner = this.queue.shift(); joiner !== null; joiner = this.queue.shift()) {
      joiner.settled(target);
    }
  }
}

/** Performs the join of `target` for `task`: the effect that a task itself is. */
export function join(target: TaskNode, task: TaskNode): boolean {
  if (witness.now !== null) witness.now.joins(target);
  if (target.phase === ENDED) {
    target.observe();
    if ((target.bits & (FAILED | CANCELLED)) === 0) task.give(target.value);
    else task.fail(target.failure);
    return true;
  }
  // A seat of a select is not a task, and wants an object of its own.
  if (!(task instanceof TaskNode)) return stand(target, task, new Joiner(task, target, true));
  if (target.joiners !== null) return stand(target, task, task);
  checkNotItself(target, task);
  target.joiners = task;
  task.waiting = target;
  return false;
}

/** The effect of waiting until a task is over, whatever comes of it. */
class WaitForEnd extends BaseEffect<void> {
  readonly #target: TaskNode;

  constructor(target: TaskNode) {
    super();
    this.#target = target;
  }

  get description(): string {
    return this.#target.description;
  }

  [perform](task: TaskNode): boolean {
    const target = this.#target;
    if (witness.now !== null) witness.now.joins(target);
    if (target.phase !== ENDED) return stand(target, task, new Joiner(task, target, false));
    target.observe();
    task.give(undefined);
    return true;
  }
}

/** Has `who` told of the end of `target`, and parks `task` until then. */
function stand(target: TaskNode, task: TaskNode, who: TaskNode | Joiner): false {
  checkNotItself(target, task);
  if ((target.bits & WAITS) !== 0) target.joiners?.awaited?.(target);
  task.waiting = who === task ? target : who as Joiner;
  addJoiner(target, who);
  return false;
}

function checkNotItself(target: TaskNode, task: TaskNode): void {
  if (target !== task) return;
  throw new TypeError(
    `Task ${task.id} '${task.name}' waits for its own end, which would never come`,
  );
}

/** Has `listener` told of the end of a task that has not ended. */
export function listen(target: TaskNode, listener: Settled): void {
  addJoiner(target, listener);
}

function addJoiner(target: TaskNode, who: Settled): void {
  const { joiners } = target;
  if (joiners === null) {
    target.joiners = who;
    return;
  }
  const both = joiners.with?.(who) ?? null;
  if (both === null) joinersOf(target).push(who, target);
  else target.joiners = both;
}

function joinersOf(target: TaskNode): Joiners {
  const first = target.joiners!;
  if (first instanceof Joiners) return first;
  const joiners = new Joiners();
  joiners.push(first, target);
  target.joiners = joiners;
  return joiners;
}

/** A cancellation that waits, in either world, until `target` is over; without one, there was nothing to cancel. */
export class CancellationHandle implements Cancellation {
  readonly [operation] = true;
  readonly [Symbol.toStringTag] = "Cancellation";
  readonly #target: TaskNode | null;
  #promise: Promise<void> | null = null;

  constructor(target: TaskNode | null) {
    this.#target = target;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, void, unknown> {
    return this.#target === null
      ? [][Symbol.iterator]()
      : new Step<void>(new WaitForEnd(this.#target));
  }

  then<A = void, B = never>(
    onfulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#promise ??= this.#target === null ? Promise.resolve() : this.#target.then(
      () => {},
      (error) => {
        if (!(error instanceof CancelledError)) throw error;
      },
    );
    return this.#promise.then(onfulfilled, onrejected);
  }

  catch<B = never>(
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<void | B> {
    return this.then(undefined, onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<void> {
    return this.then().finally(onfinally);
  }
}
