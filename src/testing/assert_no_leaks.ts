/**
 * Asserting that nothing is left behind.
 *
 * @module
 */

import { UsageError } from "../kernel/errors.ts";
import { running } from "../kernel/running.ts";
import { LeakError } from "./leak.ts";
import { leaksAround } from "./run_once.ts";
import type { Simulation } from "./simulate.ts";

/**
 * Asserts that a simulated program leaves nothing behind: no task but those in which the caller stands, no permit of a
 * semaphore or mutex that is held, no value in a channel. Called in the program it looks at that moment; given what
 * `simulate` resolved with, at its end.
 *
 * @example
 * ```ts
 * import { Mutex, scope, sleep } from "@heddle/runtime";
 * import { assertNoLeaks, simulate } from "@heddle/runtime/testing";
 *
 * const simulation = await simulate(function* () {
 *   const mutex = new Mutex();
 *   yield* scope(() => mutex.withLock(() => sleep(1)));
 *   assertNoLeaks();
 * });
 * assertNoLeaks(simulation);
 * ```
 *
 * @param simulation what `simulate` resolved with; without it, the program that runs
 * @throws {LeakError} names what is left behind
 * @throws {UsageError} when it is called without a simulation, and outside of one
 */
export function assertNoLeaks(simulation?: Simulation<unknown>): void {
  const leaks = simulation?.leaks ?? (running === null ? null : leaksAround(running));
  if (leaks === null) {
    throw new UsageError(
      "assertNoLeaks() was called outside a simulation: call it in the program that simulate() runs, or give it what simulate() resolved with",
    );
  }
  if (leaks.length > 0) throw new LeakError(leaks);
}
