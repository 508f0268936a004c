/**
 * A program.
 *
 * @module
 */

import { CancelledError } from "../kernel/errors.ts";
import { run } from "../kernel/run.ts";
import { traceSpawns } from "../kernel/spawn_trace.ts";
import type { Task } from "../kernel/task_handle.ts";
import { checkThunk, type Thunk } from "../kernel/work.ts";
import { spawnChainOf } from "./_spawn_chain.ts";

/** What `main` needs of Node's `process`, which Deno and Bun have too. */
interface Process {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  exit(code: number): never;
}

/** The signals that end a program, and the exit codes that tell so: 128 and the number of the signal. */
const exitCodes: { readonly [signal: string]: number } = { SIGINT: 130, SIGTERM: 143 };

/** A timer this long does nothing but keep the process alive; it is near the longest that hosts know. */
const long = 2 ** 30;

/**
 * Runs `work` as the root task of a program, on Deno, Node and Bun.
 *
 * - SIGINT and SIGTERM cancel it, so that it cleans up; the process then exits with code 130 or 143. A second signal
 *   exits at once.
 * - When it fails, the error is written to stderr, with the tasks in which it came up and where each was spawned, and the
 *   process exits with code 1. To know this, the stack of every spawn is recorded, which makes a spawn some microseconds
 *   dearer while `main` runs.
 * - When it succeeds nothing is done: the process exits by itself when nothing is left to do. Until then `main` keeps it
 *   alive, also when the work only waits to be interrupted.
 *
 * In a browser there are no signals and no exit: it rejects when the work fails.
 *
 * @example
 * ```ts
 * import { main, sleep } from "@heddle/runtime";
 *
 * await main(function* () {
 *   try {
 *     yield* sleep(1); // serve, until interrupted
 *   } finally {
 *     console.log("closed");
 *   }
 * });
 * ```
 *
 * @param work the program
 * @returns when the work has succeeded
 * @throws {TypeError} when `work` is not a function
 */
export async function main(work: Thunk<void>): Promise<void> {
  checkThunk(work, "main");
  const process = hostProcess();
  const alive = setInterval(() => {}, long);
  const task = run(work, { name: work.name || "main" });
  // From here on, and not before: the program itself was spawned by nobody.
  const stopTracing = traceSpawns();
  const signals = new Signals(process, task);
  try {
    await task;
  } catch (error) {
    if (process === null) throw error;
    const { received } = signals;
    if (received !== null && error instanceof CancelledError) process.exit(exitCodes[received]);
    const chain = spawnChainOf(error);
    console.error(error);
    if (chain !== "") console.error(chain);
    process.exit(1);
  } finally {
    signals.close();
    clearInterval(alive);
    stopTracing();
  }
}

/** The process, where there is one. A bundler's stand-in for it in a browser cannot exit. */
function hostProcess(): Process | null {
  const { process } = globalThis as { process?: Partial<Process> };
  return typeof process?.exit === "function" && typeof process.on === "function"
    ? process as Process
    : null;
}

/** Cancels a task when the process is told to end. */
class Signals {
  /** The first signal that came. */
  received: string | null = null;
  readonly #listeners: [signal: string, listener: () => void][] = [];
  readonly #process: Process | null;

  constructor(process: Process | null, task: Task<unknown>) {
    this.#process = process;
    if (process === null) return;
    for (const [signal, code] of Object.entries(exitCodes)) {
      const listener = (): void => {
        if (this.received !== null) process.exit(code);
        this.received = signal;
        // What comes of it is seen by whoever waits for the task.
        task.cancel(`The process received ${signal}`).catch(() => {});
      };
      try {
        process.on(signal, listener);
        this.#listeners.push([signal, listener]);
      } catch {
        // Not every platform knows every signal: Windows has no SIGTERM.
      }
    }
  }

  close(): void {
    for (const [signal, listener] of this.#listeners) this.#process!.off(signal, listener);
  }
}
