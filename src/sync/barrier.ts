/**
 * A meeting point.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";
import { creation } from "./creation.ts";

/**
 * Has tasks wait for each other: when as many have come as there are parties, exactly those go on, and the next round
 * begins. A task that is cancelled while it waits has not come; once the last has come, all of them go on, and a
 * cancellation waits until each has.
 *
 * @example
 * ```ts
 * import { all, Barrier, run, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * const barrier = new Barrier(2);
 * function* worker(name: string, ms: number) {
 *   yield* sleep(ms);
 *   log.push(`${name} loaded`);
 *   const index = yield* barrier.wait();
 *   log.push(`${name} computes part ${index}`);
 * }
 * await run(() => all([worker("a", 1), worker("b", 2)]));
 * assertEquals(log, ["a loaded", "b loaded", "b computes part 1", "a computes part 0"]);
 * ```
 */
export class Barrier {
  /** How many tasks make a round. */
  readonly parties: number;
  readonly #waiters = new WaitQueue<BarrierWaiter>();
  readonly #wait: Wait;

  /**
   * Makes a barrier at which nobody has come.
   *
   * @param parties how many tasks make a round; a whole number, at least 1
   * @throws {TypeError} when it is not a number
   * @throws {RangeError} when it is not a whole number of at least 1
   */
  constructor(parties: number) {
    if (!Number.isInteger(parties) || parties < 1) {
      const ErrorClass = typeof parties === "number" ? RangeError : TypeError;
      throw new ErrorClass(
        `Cannot create a barrier: 'parties' must be a whole number, at least 1: current value is ${
          describe(parties)
        }`,
      );
    }
    this.parties = parties;
    this.#wait = new Wait(this);
    creation.observer?.(this);
  }

  /** How many have come in this round. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Waits until all parties have come.
   *
   * @returns the place of this task among those of the round, from 0, in the order in which they came
   */
  wait(): AwaitableOperation<number> {
    return this.#wait;
  }

  /** @internal */
  arrive(task: TaskNode): boolean {
    if (this.#waiters.size === this.parties - 1) {
      for (let index = 0; index < this.parties - 1; index++) {
        this.#waiters.shift()!.task.wake(index);
      }
      task.value = this.parties - 1;
      return true;
    }
    const waiter = new BarrierWaiter(task);
    this.#waiters.push(waiter);
    task.waiting = waiter;
    return false;
  }
}

class Wait extends BaseEffect<number> {
  readonly description = "barrier.wait()";
  readonly #barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.#barrier = barrier;
  }

  [perform](task: TaskNode): boolean {
    return this.#barrier.arrive(task);
  }
}

class BarrierWaiter extends Waiter {
  readonly description = "barrier.wait()";

  /** Once the last has come the others count on this one, so a cancellation comes after it. */
  get shielded(): boolean {
    return this.queue === null;
  }
}
