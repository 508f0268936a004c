/**
 * A number of permits, for a number of tasks at a time.
 *
 * A permit is handed to the first in line at the moment it is released, so nobody who comes later overtakes; when that
 * task is cancelled before it runs, the permit goes to the next. (Dijkstra, 1965; direct handoff as in Trio.)
 *
 * @module
 */

import {
  BaseEffect,
  BaseOperation,
  type Effect,
  type Operation,
  perform,
} from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";
import { checkThunk, describe, inline, type Thunk } from "../kernel/work.ts";
import { HeldPermit, type Permit } from "./permit.ts";

/**
 * Lets at most `permits` tasks hold a permit at a time; the others wait, first come first served. O(1) throughout.
 *
 * @example
 * ```ts
 * import { all, run, Semaphore, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const slots = new Semaphore(2);
 * let inside = 0, most = 0;
 * function* visit() {
 *   using _permit = yield* slots.acquire();
 *   most = Math.max(most, ++inside);
 *   yield* sleep(1);
 *   inside--;
 * }
 * await run(() => all([visit(), visit(), visit()]));
 * assertEquals(most, 2);
 * ```
 */
export class Semaphore {
  #total: number;
  #held = 0;
  readonly #waiters = new WaitQueue<AcquireWaiter>();
  readonly #acquire: Acquire;

  /**
   * @param permits how many there are; a whole number, at least 0
   * @throws {TypeError} when it is not a number
   * @throws {RangeError} when it is not a whole number of at least 0
   */
  constructor(permits: number) {
    checkPermits(permits, "create a semaphore");
    this.#total = permits;
    this.#acquire = new Acquire(this);
  }

  /** How many permits can be had without waiting; negative while more are held than there are, after {@linkcode resize}. */
  get available(): number {
    return this.#total - this.#held;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Waits for a permit. */
  acquire(): Operation<Permit> {
    return this.#acquire;
  }

  /** Takes a permit when one can be had without waiting. */
  tryAcquire(): Permit | undefined {
    return this.#free() ? this.#take() : undefined;
  }

  /**
   * Runs `work` while holding a permit, and releases it whatever happens.
   *
   * @param work what to run
   * @returns what the work returns
   */
  withPermit<T>(work: Thunk<T>): Operation<T> {
    checkThunk(work, "withPermit");
    return new WithPermit<T>(this, work);
  }

  /**
   * Changes how many permits there are. More are handed out at once; when fewer, those that are held stay held, and are
   * not handed on when they come back.
   *
   * @param permits how many there shall be; a whole number, at least 0
   */
  resize(permits: number): void {
    checkPermits(permits, "resize a semaphore");
    this.#total = permits;
    this.#serve();
  }

  /** @internal Takes a permit for `task`, or has it wait in line. */
  enter(task: TaskNode): boolean {
    if (this.#free()) {
      task.value = this.#take();
      return true;
    }
    const waiter = new AcquireWaiter(task);
    this.#waiters.push(waiter);
    task.waiting = waiter;
    return false;
  }

  #free(): boolean {
    // Whoever waits has been promised the next permit.
    return this.#held < this.#total && this.#waiters.size === 0;
  }

  #take(): Permit {
    this.#held++;
    return new HeldPermit(() => this.#release());
  }

  #release(): void {
    this.#held--;
    this.#serve();
  }

  #serve(): void {
    while (this.#held < this.#total) {
      const waiter = this.#waiters.shift();
      if (waiter === null) return;
      waiter.serve(this.#take());
    }
  }
}

class Acquire extends BaseEffect<Permit> {
  readonly description = "semaphore.acquire()";
  readonly #semaphore: Semaphore;

  constructor(semaphore: Semaphore) {
    super();
    this.#semaphore = semaphore;
  }

  [perform](task: TaskNode): boolean {
    return this.#semaphore.enter(task);
  }
}

class AcquireWaiter extends Waiter {
  readonly description = "semaphore.acquire()";
  #permit: Permit | null = null;

  serve(permit: Permit): void {
    this.#permit = permit;
    this.task.wake(permit);
  }

  override abandon(task: TaskNode): boolean {
    this.#permit?.release();
    return super.abandon(task);
  }
}

class WithPermit<T> extends BaseOperation<T> {
  readonly #semaphore: Semaphore;
  readonly #work: Thunk<T>;

  constructor(semaphore: Semaphore, work: Thunk<T>) {
    super();
    this.#semaphore = semaphore;
    this.#work = work;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, T, unknown> {
    using _permit = yield* this.#semaphore.acquire();
    return yield* inline(this.#work);
  }
}

function checkPermits(permits: unknown, verb: string): asserts permits is number {
  if (Number.isInteger(permits) && (permits as number) >= 0) return;
  const ErrorClass = typeof permits === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: 'permits' must be a whole number, at least 0: current value is ${
      describe(permits)
    }`,
  );
}
