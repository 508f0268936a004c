/**
 * What makes an operation fit to be one case of a `select`: it happens wholly or not at all.
 *
 * A selectable operation can say whether it would happen at once, and the wait it begins can be left at any time, even
 * after its task was woken, with nothing taken: every {@linkcode Parking} promises that already. So it needs no protocol
 * of its own for standing in several lines: it is performed as ever, but for a {@linkcode Seat} in the place of the task.
 *
 * @module
 */

import type { Environment } from "./environment.ts";
import type { Scheduler } from "./scheduler.ts";
import type { TaskNode } from "./task.ts";
import type { Parking } from "./waiter.ts";

/** The key of the method that tells whether an operation would happen at once. */
export const poll: unique symbol = Symbol.for("@heddle/runtime/poll") as never;

/**
 * An operation that can be a case of its own. It runs one effect at a time, each of which uses of its task only what a
 * {@linkcode Seat} has, and whose parking can be left at once: `abandon` does not return `false`.
 */
export interface Selectable {
  /** Whether it would happen now, without waiting. Asking changes nothing. */
  [poll](): boolean;
  /**
   * Whether it waits by holding something out to others. What holds out comes last into line, so that a case which looks
   * for such things does not find those of its own select.
   *
   * @default false
   */
  readonly offers?: boolean;
}

/** Whether `value` is {@linkcode Selectable}. */
export function isSelectable(value: unknown): value is Selectable {
  return typeof (value as Selectable | null | undefined)?.[poll] === "function";
}

/** Who is told when the wait of a seat is over. */
export interface SeatHolder {
  /** A wait is over; what came of it stands in the seat. */
  seatWoken(seat: Seat): void;
}

/** The place of a task in one of several lines: what an effect that is performed for it takes for the task. */
export class Seat {
  /** What a cancellation of the task would have to undo. */
  waiting: Parking | null = null;
  /** What the effect came to: its result, or its error. */
  value: unknown = undefined;
  hasFailed = false;
  readonly task: TaskNode;
  /** Whose seat it is. Seats of one holder must not deal with each other. */
  readonly holder: SeatHolder;

  constructor(task: TaskNode, holder: SeatHolder) {
    this.task = task;
    this.holder = holder;
  }

  get scheduler(): Scheduler {
    return this.task.scheduler;
  }

  get environment(): Environment {
    return this.task.environment;
  }

  give(value: unknown): void {
    this.value = value;
  }

  fail(error: unknown): void {
    this.value = error;
    this.hasFailed = true;
  }

  wake(value: unknown): void {
    this.give(value);
    this.holder.seatWoken(this);
  }

  wakeWithError(error: unknown): void {
    this.fail(error);
    this.holder.seatWoken(this);
  }

  /** Leaves the wait, if there is one, with nothing taken. */
  leave(): void {
    const { waiting } = this;
    this.waiting = null;
    this.value = undefined;
    this.hasFailed = false;
    waiting?.abandon(this as unknown as TaskNode);
  }
}

/** Whether two who wait are seats of the same holder, and so one and the same task. */
export function shareHolder(a: TaskNode | Seat, b: TaskNode | Seat): boolean {
  return a instanceof Seat && b instanceof Seat && a.holder === b.holder;
}
