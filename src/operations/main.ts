/**
 * A program.
 *
 * @module
 */

import { CancelledError } from "../kernel/errors.ts";
import { run } from "../kernel/run.ts";
import { traceSpawns } from "../kernel/spawn_trace.ts";
import type { Thunk } from "../kernel/work.ts";

/** What `main` needs of Node's `process`, which Deno and Bun have too; in a browser there is none. */
interface Process {
  exitCode?: number | string | null | undefined;
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  exit(code: number): never;
}

/** The signals that end a program, and the exit codes that tell so. */
const signals: { readonly [name: string]: number } = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs `work` as the root task of a program. SIGINT and SIGTERM cancel it, so that it can clean up; a second one leaves at
 * once. A failure is reported on stderr, and the program ends with exit code 1; an interrupted one ends with 130 or 143.
 *
 * @example
 * ```ts
 * import { main, sleep } from "@heddle/runtime";
 *
 * await main(function* () {
 *   yield* sleep(1);
 * });
 * ```
 *
 * @param work the program
 * @returns when it has ended; it does not reject
 */
export async function main(work: Thunk<void>): Promise<void> {
  const { process } = globalThis as { process?: Process };
  const untrace = traceSpawns();
  const task = run(work, { name: work.name || "main" });
  let signalled: number | undefined;
  const listeners = Object.entries(signals).map(([signal, code]) => {
    const listener = (): void => {
      if (signalled !== undefined) process!.exit(code);
      signalled = code;
      // The outcome is seen below.
      task.cancel(`the program received ${signal}`).catch(() => {});
    };
    process?.on(signal, listener);
    return () => process?.off(signal, listener);
  });
  try {
    await task;
  } catch (error) {
    if (!(signalled !== undefined && error instanceof CancelledError)) {
      console.error(error);
      if (process !== undefined) process.exitCode = 1;
    }
  } finally {
    untrace();
    for (const remove of listeners) remove();
    if (signalled !== undefined && process !== undefined && !process.exitCode) {
      process.exitCode = signalled;
    }
  }
}
