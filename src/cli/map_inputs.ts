/**
 * `heddle map`: what it does.
 *
 * @module
 */

import process from "node:process";
import { CancelledError, run, until, WorkerLostError } from "../../mod.ts";
import { guardExit } from "./exit_guard.ts";
import { FAILED, OK } from "./exit_code.ts";
import { inputsOf, isTyped } from "./inputs.ts";
import { type Lane, type LaneOptions, makeLane } from "./lanes.ts";
import { grace, Mapping, type OnError } from "./mapping.ts";
import { Output } from "./output.ts";
import { type Progress, showProgress } from "./progress.ts";
import { Report } from "./report.ts";
import { exitCodeOf, type InterruptSignal, onInterrupt } from "./signals.ts";
import { statsTables } from "./stats_table.ts";
import { toStderr } from "./stderr.ts";
import { startWatchdog } from "./watchdog.ts";
import { findTarget, type Target } from "./target.ts";
import "./console_to_stderr.ts";

/** What stood on the command line. */
export interface MapFlags extends LaneOptions {
  json: boolean;
  unordered?: boolean;
  onError: OnError;
  progress?: boolean;
  stats?: boolean;
}

/**
 * Maps inputs and writes results.
 *
 * @param text the function, as `<module>#<export>`
 * @param args the inputs; those of stdin when there are none
 * @param flags how
 * @returns the exit code
 * @throws {UsageError} when it cannot be done at all
 */
export async function mapInputs(text: string, args: string[], flags: MapFlags): Promise<number> {
  const unguard = guardExit();
  try {
    const target = await findTarget(text);
    return await new MapRun(target, makeLane(flags), flags).over(args, unguard);
  } finally {
    unguard();
  }
}

/** One call of the command. */
class MapRun {
  readonly #target: Target;
  readonly #lane: Lane;
  readonly #flags: MapFlags;
  readonly #output = new Output();
  readonly #report: Report;
  #progress: Progress | null = null;
  #failures = 0;
  #done = 0;
  #signal: InterruptSignal | null = null;

  constructor(target: Target, lane: Lane, flags: MapFlags) {
    this.#target = target;
    this.#lane = lane;
    this.#flags = flags;
    this.#report = new Report((message) => target.clean(message));
  }

  async over(args: string[], unguard: () => void): Promise<number> {
    const inputs = inputsOf(args, this.#flags);
    const report = this.#report;
    if (isTyped(args)) {
      report.note("reading inputs from the terminal, one a line; Ctrl-D ends them");
    }
    if (this.#flags.progress) this.#show(showProgress(inputs.total));
    const mapping = this.#mapping();
    const watchdog = this.#lane.isLocal ? startWatchdog() : null;
    const task = run(function* () {
      // A job that holds this thread must not begin before the other one listens.
      if (watchdog !== null) yield* until(watchdog.ready);
      yield* mapping.run(inputs);
    }, { name: "heddle map", grace: 2 * grace });
    const unlisten = onInterrupt((signal) => {
      watchdog?.heard();
      this.#signal = signal;
      report.note(`${signal}: cancelling what runs; a second one leaves at once`);
      task.cancel(`received ${signal}`).catch(() => {});
    }, () => {
      this.#progress?.stop();
      unguard();
    });
    // The reader may go while nothing is being written; what runs then has no purpose any more.
    this.#output.onClosed = () => void task.cancel("stdout was closed").catch(() => {});
    const unwatch = this.#watchStrays();
    try {
      await task;
    } catch (error) {
      const isExpected = error instanceof CancelledError &&
        (this.#signal !== null || this.#output.isClosed);
      if (!isExpected) this.#stray("the run failed", error);
    }
    await this.#lane.executor.close({ drain: false, grace }).catch((error) =>
      this.#stray("cleanup failed", error)
    );
    await this.#drained();
    // The host tells of a rejection that nobody handles in a turn after it, which the last job may not have seen.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#progress?.stop();
    report.write = (text) => toStderr(text);
    unwatch();
    this.#conclude();
    unlisten();
    return this.#exitCode();
  }

  /** Waits for the reader; after an interruption no longer than for any cleanup. */
  #drained(): Promise<void> {
    const drained = this.#output.drained();
    if (this.#signal === null) return drained;
    return Promise.race([drained, new Promise<void>((resolve) => setTimeout(resolve, grace))]);
  }

  #show(progress: Progress): void {
    this.#progress = progress;
    this.#report.write = (text) => progress.write(text);
    if (process.stdout.isTTY) this.#output.beforeWrite = () => progress.clear();
  }

  #mapping(): Mapping {
    const { onError, unordered } = this.#flags;
    let hasFailed = false;
    return new Mapping({
      target: this.#target,
      lane: this.#lane,
      output: this.#output,
      ordered: !unordered,
      onError,
      onFailure: (failure) => {
        hasFailed = true;
        this.#failures++;
        if (onError !== "collect") this.#report.failure(failure, onError === "fail");
      },
      onCleanupFailure: ({ entry, error }) => {
        // A worker that is ended by force takes with it what waited there; that is no error of those jobs.
        if (!(error instanceof WorkerLostError)) {
          this.#stray(`${entry.place} failed in its cleanup`, error);
        }
      },
      onDone: () => {
        this.#done++;
        this.#progress?.done(hasFailed);
        hasFailed = false;
      },
    });
  }

  /** Errors that jobs leave behind belong to no input, and are not lost. */
  #watchStrays(): () => void {
    const rejected = (error: unknown): void =>
      this.#stray("a job left a rejected promise behind", error);
    const thrown = (error: unknown): void => this.#stray("a job threw where nobody waits", error);
    process.on("unhandledRejection", rejected);
    process.on("uncaughtException", thrown);
    return () => {
      process.off("unhandledRejection", rejected);
      process.off("uncaughtException", thrown);
    };
  }

  #stray(what: string, error: unknown): void {
    this.#failures++;
    this.#report.stray(what, error);
  }

  #conclude(): void {
    const report = this.#report;
    if (this.#output.error !== null) {
      report.error(`cannot write to stdout: ${this.#output.error.message}`);
    }
    if (this.#signal !== null) {
      report.note(`interrupted: ${this.#done} done, ${this.#failures} failed`);
    } else if (this.#failures > 0 && this.#flags.onError !== "fail") {
      report.note(`${this.#failures} failed, ${this.#done - this.#failures} went well`);
    }
    if (!this.#flags.stats) return;
    const forced = this.#flags.pool === "auto" && !this.#lane.isLocal
      ? "--timeout: only a worker can be stopped"
      : null;
    report.write(`\n${statsTables(this.#lane.executor.stats(), forced)}`);
  }

  #exitCode(): number {
    if (this.#signal !== null) return exitCodeOf(this.#signal);
    return this.#failures > 0 || this.#output.error !== null ? FAILED : OK;
  }
}
