/**
 * A limit on how often something happens.
 *
 * The limit holds for every window of the interval's length, wherever it begins: what was admitted is remembered until it
 * is an interval old. (The moving window of E. Rathgeb, "Modeling and performance comparison of policing mechanisms for
 * ATM networks", 1991, also known as the sliding window log. The token bucket, which is more common, would admit nearly
 * twice the limit within one interval after a pause: the full bucket, and what flows in meanwhile.)
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { RingQueue } from "../kernel/ring_queue.ts";
import { defaultScheduler, type Scheduler } from "../kernel/scheduler.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Timer } from "../kernel/timers.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";
import { creation } from "./creation.ts";

/** How much is admitted, and in what time. */
export interface RateLimiterOptions {
  /** How much is admitted within any interval; a whole number, at least 1. */
  limit: number;
  /** The length of the interval, in milliseconds. */
  interval: number;
}

/**
 * Admits at most `limit` within any `interval` milliseconds; whoever comes too early waits, first come first served. Time
 * is that of the scheduler on which it is first used. O(1) throughout; memory is the limit plus those who wait.
 *
 * @example
 * ```ts
 * import { RateLimiter, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const calls = new RateLimiter({ limit: 2, interval: 20 });
 * await run(function* () {
 *   const begun = performance.now();
 *   for (let i = 0; i < 3; i++) yield* calls.acquire();
 *   assertEquals(performance.now() - begun >= 19, true); // the third waited
 * });
 * assertEquals(calls.tryAcquire(2), false);
 * ```
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #interval: number;
  /** What was admitted and is not an interval old, oldest first. */
  readonly #admitted = new RingQueue<Admission>();
  #used = 0;
  readonly #waiters = new WaitQueue<AdmissionWaiter>();
  readonly #opening: Opening = new Opening(() => this.#serve());
  #scheduler: Scheduler | null = null;

  /**
   * Makes a limiter that has admitted nothing.
   *
   * @param options the limit and the interval
   * @throws {TypeError} when an option has the wrong type
   * @throws {RangeError} when `limit` is not a whole number of at least 1, or `interval` not above 0 or not finite
   */
  constructor(options: RateLimiterOptions) {
    if (typeof options !== "object" || options === null || Array.isArray(options)) {
      throw new TypeError(
        `Cannot create a rate limiter: it takes { limit, interval }: current value is ${
          describe(options)
        }`,
      );
    }
    const { limit, interval } = options;
    checkCount(limit, "create a rate limiter", "limit");
    if (typeof interval !== "number" || !(interval > 0 && interval < Infinity)) {
      const ErrorClass = typeof interval === "number" ? RangeError : TypeError;
      throw new ErrorClass(
        `Cannot create a rate limiter: 'interval' must be a number of milliseconds above 0: current value is ${
          describe(interval)
        }`,
      );
    }
    this.#limit = limit;
    this.#interval = interval;
    creation.observer?.(this);
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Waits until `n` more are admitted. Cancelled, it takes none.
   *
   * @param n how many at once; a whole number from 1 to the limit
   * @throws {TypeError} when `n` is not a number
   * @throws {RangeError} when `n` is not a whole number from 1 to the limit, which would never be admitted
   */
  acquire(n = 1): AwaitableOperation<void> {
    this.#checkN(n, "acquire");
    return new Acquire(this, n);
  }

  /**
   * Has `n` more admitted when that needs no waiting, and nobody else waits.
   *
   * @param n how many at once; a whole number from 1 to the limit
   * @returns whether they were
   */
  tryAcquire(n = 1): boolean {
    this.#checkN(n, "tryAcquire");
    if (!this.isOpenFor(n, running?.scheduler ?? defaultScheduler())) return false;
    this.#admit(n);
    return true;
  }

  /** @internal Whether `n` would be admitted at once. */
  isOpenFor(n: number, scheduler: Scheduler): boolean {
    this.#scheduler ??= scheduler;
    return this.#waiters.size === 0 && this.#hasRoom(n);
  }

  /** @internal When there will be room for one more, on the clock of the scheduler, for one who found none. */
  get opensAt(): number {
    return (this.#admitted.peek()?.at ?? -Infinity) + this.#interval;
  }

  /** @internal */
  acquireFor(task: TaskNode, n: number): boolean {
    if (this.isOpenFor(n, task.scheduler)) {
      this.#admit(n);
      task.value = undefined;
      return true;
    }
    const waiter = new AdmissionWaiter(task, this, n);
    this.#waiters.push(waiter);
    task.waiting = waiter;
    this.#awaitOpening();
    return false;
  }

  /** @internal A waiter is cancelled: what it was admitted for, if it was, is free again. */
  leave(admission: Admission | null): void {
    if (admission !== null) {
      this.#used -= admission.n;
      admission.n = 0;
    }
    this.#serve();
  }

  /** Forgets what is an interval old, and tells whether there is room for `n`. */
  #hasRoom(n: number): boolean {
    const now = this.#scheduler!.clock.now();
    const admitted = this.#admitted;
    for (
      let oldest = admitted.peek();
      oldest !== undefined && (oldest.n === 0 || oldest.at + this.#interval <= now);
      oldest = admitted.peek()
    ) {
      admitted.shift();
      this.#used -= oldest.n;
      // One that is given back now has nothing to give.
      oldest.n = 0;
    }
    return this.#used + n <= this.#limit;
  }

  #admit(n: number): Admission {
    const admission = { at: this.#scheduler!.clock.now(), n };
    this.#admitted.push(admission);
    this.#used += n;
    return admission;
  }

  /** Lets in whoever can be, in order, and waits until the next can. */
  #serve(): void {
    for (
      let waiter = this.#waiters.first;
      waiter !== null && this.#hasRoom(waiter.n);
      waiter = this.#waiters.first
    ) {
      this.#waiters.remove(waiter);
      waiter.admit(this.#admit(waiter.n));
    }
    this.#awaitOpening();
  }

  /** Sets the alarm for when the oldest admission is forgotten, while someone waits. */
  #awaitOpening(): void {
    const isSet = this.#opening.bucket !== null;
    const scheduler = this.#scheduler!;
    if (this.#waiters.size === 0) {
      if (isSet) scheduler.cancelTimer(this.#opening);
    } else if (!isSet) {
      scheduler.setTimer(this.#opening, this.#admitted.peek()!.at + this.#interval);
    }
  }

  #checkN(n: unknown, verb: string): asserts n is number {
    checkCount(n, verb, "n");
    if (n <= this.#limit) return;
    throw new RangeError(
      `Cannot ${verb}: 'n' must be at most the limit, ${this.#limit}, or it would never be admitted: current value is ${n}`,
    );
  }
}

/** So many were admitted then. */
interface Admission {
  readonly at: number;
  n: number;
}

class Acquire extends BaseEffect<void> implements Selectable {
  readonly #limiter: RateLimiter;
  readonly #n: number;

  constructor(limiter: RateLimiter, n: number) {
    super();
    this.#limiter = limiter;
    this.#n = n;
  }

  get description(): string {
    return `limiter.acquire(${this.#n})`;
  }

  [poll](): boolean {
    return this.#limiter.isOpenFor(this.#n, running?.scheduler ?? defaultScheduler());
  }

  [perform](task: TaskNode): boolean {
    return this.#limiter.acquireFor(task, this.#n);
  }
}

class AdmissionWaiter extends Waiter {
  readonly n: number;
  readonly #limiter: RateLimiter;
  #admission: Admission | null = null;

  constructor(task: TaskNode, limiter: RateLimiter, n: number) {
    super(task);
    this.#limiter = limiter;
    this.n = n;
  }

  get description(): string {
    return `limiter.acquire(${this.n})`;
  }

  admit(admission: Admission): void {
    this.#admission = admission;
    this.task.wake(undefined);
  }

  override abandon(task: TaskNode): boolean {
    super.abandon(task);
    this.#limiter.leave(this.#admission);
    return true;
  }
}

class Opening extends Timer {
  readonly #open: () => void;

  constructor(open: () => void) {
    super();
    this.#open = open;
  }

  fire(): void {
    this.#open();
  }
}

function checkCount(count: unknown, verb: string, name: string): asserts count is number {
  if (Number.isInteger(count) && (count as number) >= 1) return;
  const ErrorClass = typeof count === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a whole number, at least 1: current value is ${
      describe(count)
    }`,
  );
}
