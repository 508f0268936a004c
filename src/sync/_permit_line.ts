/**
 * A number of permits and the line of those who wait for one: what `Semaphore` and `Mutex` have in common.
 *
 * A permit is handed to the first in line at the moment it is released, so nobody who comes later overtakes; when that
 * task is cancelled before it runs, the permit goes to the next. (Dijkstra, 1965; direct handoff as in Trio.)
 *
 * @module
 */

import {
  type AwaitableOperation,
  BaseEffect,
  BaseOperation,
  type Effect,
  perform,
} from "../kernel/effect.ts";
import { creation, type Made } from "./creation.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";
import { inline, type Thunk } from "../kernel/work.ts";
import { HeldPermit, type Permit } from "./permit.ts";

/** Permits, and who waits for them. All of it is O(1). */
export class PermitLine implements Made {
  #total: number;
  #held = 0;
  readonly #waiters = new WaitQueue<AcquireWaiter>();
  /** The operation of waiting for a permit. */
  readonly acquire: Acquire;

  /**
   * @param permits how many there are
   * @param description what a task that waits here waits for, in words
   */
  constructor(permits: number, description: string) {
    this.#total = permits;
    this.acquire = new Acquire(this, description);
    creation.observer?.(this);
  }

  leak(): string | null {
    const held = this.#held;
    if (held === 0) return null;
    return `${held} ${held === 1 ? "permit" : "permits"} of a ${
      this.acquire.description.split(".")[0]
    }`;
  }

  /** How many can be had; negative while more are held than there are. */
  get available(): number {
    return this.#total - this.#held;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Whether one can be had without waiting. */
  get isFree(): boolean {
    // Whoever waits has been promised the next permit.
    return this.#held < this.#total && this.#waiters.size === 0;
  }

  /** Takes a permit. */
  take(): Permit {
    this.#held++;
    return new HeldPermit(() => this.release());
  }

  /** Changes how many there are. */
  resize(permits: number): void {
    this.#total = permits;
    this.#serve();
  }

  /** The operation of running `work` while holding one. */
  around<T>(work: Thunk<T>): AwaitableOperation<T> {
    return new Around<T>(this, work);
  }

  /** Has `task` wait in line. */
  enqueue(task: TaskNode, description: string): void {
    const waiter = new AcquireWaiter(task, description);
    this.#waiters.push(waiter);
    task.waiting = waiter;
  }

  /** A permit is given back. */
  release(): void {
    this.#held--;
    this.#serve();
  }

  #serve(): void {
    while (this.#held < this.#total) {
      const waiter = this.#waiters.shift();
      if (waiter === null) return;
      waiter.serve(this.take());
    }
  }
}

class Acquire extends BaseEffect<Permit> implements Selectable {
  readonly #line: PermitLine;
  readonly description: string;

  constructor(line: PermitLine, description: string) {
    super();
    this.#line = line;
    this.description = description;
  }

  [poll](): boolean {
    return this.#line.isFree;
  }

  [perform](task: TaskNode): boolean {
    if (this.#line.isFree) {
      task.value = this.#line.take();
      return true;
    }
    this.#line.enqueue(task, this.description);
    return false;
  }
}

class AcquireWaiter extends Waiter {
  readonly description: string;
  #permit: Permit | null = null;

  constructor(task: TaskNode, description: string) {
    super(task);
    this.description = description;
  }

  serve(permit: Permit): void {
    this.#permit = permit;
    this.task.wake(permit);
  }

  override abandon(task: TaskNode): boolean {
    this.#permit?.release();
    return super.abandon(task);
  }
}

class Around<T> extends BaseOperation<T> {
  readonly #line: PermitLine;
  readonly #work: Thunk<T>;

  constructor(line: PermitLine, work: Thunk<T>) {
    super();
    this.#line = line;
    this.#work = work;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, T, unknown> {
    // Not `using`, which Node knows from version 24 on.
    const permit = yield* this.#line.acquire;
    try {
      return yield* inline(this.#work);
    } finally {
      permit.release();
    }
  }
}
