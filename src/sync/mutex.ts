/**
 * A lock.
 *
 * @module
 */

import type { AwaitableOperation } from "../kernel/effect.ts";
import { checkThunk, type Thunk } from "../kernel/work.ts";
import { PermitLine } from "./_permit_line.ts";
import type { Permit } from "./permit.ts";

/**
 * Lets one task at a time in; the others wait, first come first served. It is handed to the first in line at the moment it
 * is released, so nobody overtakes. It does not know its holder: a task that acquires it again waits for itself. O(1)
 * throughout.
 *
 * Between two waits a coroutine has the thread to itself anyway; a mutex is for what must not be interleaved although it
 * waits.
 *
 * @example
 * ```ts
 * import { all, Mutex, run, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const mutex = new Mutex();
 * let balance = 0;
 * function* deposit() {
 *   using _permit = yield* mutex.acquire();
 *   const before = balance;
 *   yield* sleep(1);
 *   balance = before + 1;
 * }
 * await run(() => all([deposit(), deposit()]));
 * assertEquals(balance, 2);
 * ```
 */
export class Mutex {
  readonly #line = new PermitLine(1, "mutex.acquire()");

  /** Whether somebody holds it. */
  get locked(): boolean {
    return this.#line.available === 0;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /** Waits for the lock; the permit that comes back releases it. */
  acquire(): AwaitableOperation<Permit> {
    return this.#line.acquire;
  }

  /** Takes the lock when nobody holds it or waits for it. */
  tryAcquire(): Permit | undefined {
    return this.#line.isFree ? this.#line.take() : undefined;
  }

  /**
   * Runs `work` while holding the lock, and releases it whatever happens.
   *
   * @param work what to run
   * @returns what the work returns
   * @throws {TypeError} when `work` is not a function
   */
  withLock<T>(work: Thunk<T>): AwaitableOperation<T>;
  /** The same, for work that returns something iterable, such as a string or an array. */
  withLock<T>(work: () => Promise<T> | T): AwaitableOperation<T>;
  withLock<T>(work: Thunk<T>): AwaitableOperation<T> {
    checkThunk(work, "withLock");
    return this.#line.around(work);
  }
}
