/**
 * The conformance suite of executors: what holds for every one of them, for those who write their own.
 *
 * @module
 */

import type { Executor } from "../../executors/executor.ts";
import { describe } from "../../kernel/work.ts";
import { type Case, inTime } from "./check.ts";
import { lifeCases } from "./life_cases.ts";
import { mapCases } from "./map_cases.ts";
import { taskCases } from "./task_cases.ts";

/** One test of the suite. */
export interface ConformanceCase {
  /** What holds, with the laws in brackets: `close() runs what was submitted [P6]`. */
  readonly name: string;
  /** The identifiers of the laws that it checks. */
  readonly laws: readonly string[];
  /**
   * Makes an executor, checks it, and closes it.
   *
   * @throws {ConformanceError} when the executor does something else, or nothing in time
   */
  readonly fn: () => Promise<void>;
}

/** How the suite is made. */
export interface ConformanceOptions {
  /**
   * Whether the executor runs functions, as those of this thread do, and not only jobs.
   *
   * @default true
   */
  functions?: boolean;
  /**
   * How long one case may take, in milliseconds.
   *
   * @default 30000
   */
  timeout?: number;
}

/**
 * The tests that every executor passes: results and errors, order, laziness, back-pressure, priorities, timeouts,
 * retries, cancellation, resize, idle, close, stats. They are plain functions, for whatever runs tests: `Deno.test`,
 * `node:test`, `bun:test`, Vitest. They wait for real time where executors have real workers, some seconds in all.
 *
 * @example
 * ```ts
 * import { SoloExecutor } from "@heddle/runtime";
 * import { executorConformance } from "@heddle/runtime/testing";
 *
 * for (const { name, fn } of executorConformance(() => new SoloExecutor())) {
 *   if (name.includes("[P6]")) await fn(); // Deno.test(name, fn), or test(name, fn)
 * }
 * ```
 *
 * @param make makes a new executor, which the case closes
 * @param options what it runs, how long a case may take
 * @returns the tests, in no particular order
 * @throws {TypeError} when `make` is not a function
 */
export function executorConformance(
  make: () => Executor,
  options: ConformanceOptions = {},
): ConformanceCase[] {
  if (typeof make !== "function") {
    throw new TypeError(
      `Cannot make the suite: 'make' must be a function: current value is ${describe(make)}`,
    );
  }
  const { functions: runsFunctions = true, timeout = 30_000 } = options;
  const cases: readonly Case[] = [...taskCases, ...mapCases, ...lifeCases];
  return cases.map(({ name, laws, body }) => ({
    name: `${name} [${laws.join("] [")}]`,
    laws,
    fn: async () => {
      const executor = make();
      try {
        await inTime(body({ executor, make, runsFunctions }), `the case '${name}'`, timeout);
      } finally {
        await inTime(executor.close({ drain: false, grace: 200 }), "the close after the case");
      }
    },
  }));
}
