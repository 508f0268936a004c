/**
 * Cancelling a program at each of its steps.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { CancelledError } from "../kernel/errors.ts";
import { checkThunk, type Thunk } from "../kernel/work.ts";
import { LeakError } from "./leak.ts";
import { runOnce } from "./run_once.ts";
import { setupOf, type SimulateOptions } from "./simulate.ts";

/** What a program does wrong when it is cancelled at a certain step. */
export class InterruptionError extends Error {
  /** `"InterruptionError"`. */
  override readonly name = "InterruptionError";
  /** Before which step it was cancelled, from 0. */
  readonly step: number;

  /**
   * Makes one.
   *
   * @param step before which step it was cancelled, from 0
   * @param cause what was found
   */
  constructor(step: number, cause: unknown) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(`Cancelled before step ${step}: ${words}`, { cause });
    this.step = step;
  }
}

/**
 * Runs a program once for each of its steps, on virtual time, and cancels it just before that step. Each time it must end,
 * must leave no task, permit or value behind, may fail with nothing but its cancellation, and `check` must hold.
 *
 * @example
 * ```ts
 * import { Mutex, sleep } from "@heddle/runtime";
 * import { interruptEverywhere } from "@heddle/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * let mutex = new Mutex();
 * await interruptEverywhere(function* () {
 *   mutex = new Mutex();
 *   yield* mutex.withLock(() => sleep(1));
 * }, () => assertEquals(mutex.locked, false));
 * ```
 *
 * @param work the program; called afresh for each run
 * @param check throws, or returns `false`, when something does not hold
 * @param options the seed or the schedule of all runs
 * @throws {InterruptionError} says at which step, with what was found as the cause
 */
export async function interruptEverywhere(
  work: Thunk<unknown>,
  check: () => unknown = () => {},
  options: SimulateOptions = {},
): Promise<void> {
  checkThunk(work, "interrupt everywhere");
  if (typeof check !== "function") {
    throw new TypeError("Cannot interrupt everywhere: 'check' must be a function");
  }
  for (let at = 0;; at++) {
    let reached = false;
    const { outcome, leaks } = await runOnce(work, {
      ...setupOf(options, "interrupt everywhere"),
      traced: true,
      beforeStep: (step, root) => {
        if (step !== at) return;
        reached = true;
        requestCancel(root, new CancelCause(`The program was cancelled before step ${at}`));
      },
    });
    try {
      // A program that was not cancelled must do without errors; one that was may say so.
      if (!outcome.ok && !(outcome.error instanceof CancelledError && reached)) throw outcome.error;
      if (leaks.length > 0) throw new LeakError(leaks);
      const verdict = await check();
      if (typeof (verdict as Iterator<unknown> | null)?.next === "function") {
        throw new TypeError("Cannot interrupt everywhere: 'check' must be no generator function");
      }
      if (verdict === false) throw new Error("the check does not hold");
    } catch (error) {
      throw new InterruptionError(at, error);
    }
    if (!reached) return;
  }
}
