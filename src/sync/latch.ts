/**
 * A door that is open or closed.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter, WaitQueue } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";
import { creation } from "./creation.ts";

/**
 * A condition that tasks wait for: while it is closed they stand in line, and when it opens all of them go on, in the
 * order in which they came. While it is open nobody waits. It can be closed again, which does not concern those who were
 * let go on.
 *
 * @example
 * ```ts
 * import { Latch, run, spawn } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const started: string[] = [];
 * function* runner(name: string, start: Latch) {
 *   yield* start.wait();
 *   started.push(name);
 * }
 * await run(function* () {
 *   const start = new Latch();
 *   yield* spawn(() => runner("a", start));
 *   yield* spawn(() => runner("b", start));
 *   start.open();
 * });
 * assertEquals(started, ["a", "b"]);
 * ```
 */
export class Latch {
  #open: boolean;
  readonly #waiters = new WaitQueue<LatchWaiter>();
  readonly #wait: Wait;

  /**
   * Makes a latch, closed unless told otherwise.
   *
   * @param open whether it is open to begin with
   * @throws {TypeError} when `open` is not a boolean
   */
  constructor(open = false) {
    if (typeof open !== "boolean") {
      throw new TypeError(
        `Cannot create a latch: 'open' must be a boolean: current value is ${describe(open)}`,
      );
    }
    this.#open = open;
    this.#wait = new Wait(this);
    creation.observer?.(this);
  }

  /** Whether it is open. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Opens it, and lets everyone go on who waits. Opening twice does nothing. */
  open(): void {
    this.#open = true;
    for (let waiter = this.#waiters.shift(); waiter !== null; waiter = this.#waiters.shift()) {
      waiter.task.wake(undefined);
    }
  }

  /** Closes it: whoever comes from now on waits. */
  close(): void {
    this.#open = false;
  }

  /** Waits until it is open. */
  wait(): AwaitableOperation<void> {
    return this.#wait;
  }

  /** @internal */
  waitFor(task: TaskNode): boolean {
    if (this.#open) {
      task.value = undefined;
      return true;
    }
    const waiter = new LatchWaiter(task);
    this.#waiters.push(waiter);
    task.waiting = waiter;
    return false;
  }
}

class Wait extends BaseEffect<void> implements Selectable {
  readonly description = "latch.wait()";
  readonly #latch: Latch;

  constructor(latch: Latch) {
    super();
    this.#latch = latch;
  }

  [poll](): boolean {
    return this.#latch.isOpen;
  }

  [perform](task: TaskNode): boolean {
    return this.#latch.waitFor(task);
  }
}

class LatchWaiter extends Waiter {
  readonly description = "latch.wait()";
}
