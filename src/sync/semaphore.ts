/**
 * A number of permits, for a number of tasks at a time.
 *
 * @module
 */

import type { AwaitableOperation } from "../kernel/effect.ts";
import { checkThunk, describe, type Thunk } from "../kernel/work.ts";
import { PermitLine } from "./_permit_line.ts";
import type { Permit } from "./permit.ts";

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
  readonly #line: PermitLine;

  /**
   * Makes a semaphore whose permits are all free.
   *
   * @param permits how many there are; a whole number, at least 0
   * @throws {TypeError} when it is not a number
   * @throws {RangeError} when it is not a whole number of at least 0
   */
  constructor(permits: number) {
    checkPermits(permits, "create a semaphore");
    this.#line = new PermitLine(permits, "semaphore.acquire()");
  }

  /** How many permits can be had without waiting; negative while more are held than there are, after {@linkcode resize}. */
  get available(): number {
    return this.#line.available;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /** Waits for a permit. */
  acquire(): AwaitableOperation<Permit> {
    return this.#line.acquire;
  }

  /** Takes a permit when one can be had without waiting. */
  tryAcquire(): Permit | undefined {
    return this.#line.isFree ? this.#line.take() : undefined;
  }

  /**
   * Runs `work` while holding a permit, and releases it whatever happens.
   *
   * @param work what to run
   * @returns what the work returns
   */
  withPermit<T>(work: Thunk<T>): AwaitableOperation<T>;
  /** The same, for work that returns something iterable. */
  withPermit<T>(work: () => Promise<T> | T): AwaitableOperation<T>;
  withPermit<T>(work: Thunk<T>): AwaitableOperation<T> {
    checkThunk(work, "withPermit");
    return this.#line.around(work);
  }

  /**
   * Changes how many permits there are. More are handed out at once; when fewer, those that are held stay held, and are
   * not handed on when they come back.
   *
   * @param permits how many there shall be; a whole number, at least 0
   */
  resize(permits: number): void {
    checkPermits(permits, "resize a semaphore");
    this.#line.resize(permits);
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
