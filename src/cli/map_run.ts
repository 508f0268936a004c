/**
 * One run of `heddle map`, from the first input to the exit code.
 *
 * @module
 */

import process from "node:process";
import { CancelledError, run, until, WorkerLostError } from "../../mod.ts";
import { defaultScheduler } from "../kernel/scheduler.ts";
import { FAILED, OK } from "./exit_code.ts";
import { inputsOf, isTyped } from "./inputs.ts";
import type { Journal } from "./journal/journal.ts";
import { isForcedToWorkers, type Lane } from "./lanes.ts";
import type { MapFlags } from "./map_inputs.ts";
import { Mapping } from "./mapping.ts";
import { Output } from "./output.ts";
import type { PriorityOf } from "./priority.ts";
import { type Progress, showProgress } from "./progress.ts";
import { Report } from "./report.ts";
import { exitCodeOf, type InterruptSignal, onInterrupt } from "./signals.ts";
import type { StartGate } from "./start_gate.ts";
import { statsTables } from "./stats_table.ts";
import { toStderr } from "./stderr.ts";
import { grace } from "./stream_writer.ts";
import type { Target } from "./target.ts";
import type { Trace } from "./trace/trace.ts";
import { startWatchdog } from "./watchdog.ts";

/** What a run has to work with. */
export interface RunSetup {
  readonly target: Target;
  readonly lane: Lane;
  readonly flags: MapFlags;
  readonly priority: PriorityOf | null;
  readonly journal: Journal | null;
  readonly trace: Trace | null;
  readonly gate: StartGate | null;
}

/** One call of the command. */
export class MapRun {
  readonly #setup: RunSetup;
  readonly #lane: Lane;
  readonly #flags: MapFlags;
  readonly #output = new Output();
  readonly #report: Report;
  #progress: Progress | null = null;
  #failures = 0;
  #done = 0;
  /** Whether the journal or the trace cannot be written any more. */
  #cannotWrite = false;
  #signal: InterruptSignal | null = null;

  constructor(setup: RunSetup) {
    this.#setup = setup;
    this.#lane = setup.lane;
    this.#flags = setup.flags;
    this.#report = new Report((message) => setup.target.clean(message));
  }

  /**
   * Maps the inputs.
   *
   * @param args the inputs; those of stdin when there are none
   * @param leaving is called before a second signal ends the process
   * @returns the exit code
   */

  async over(args: string[], leaving: () => void): Promise<number> {
    const inputs = inputsOf(args, this.#flags);
    const report = this.#report;
    if (isTyped(args)) {
      report.note("reading inputs from the terminal, one a line; Ctrl-D ends them");
    }
    this.#tellOfJournal();
    if (this.#flags.progress) this.#show(showProgress(inputs.total));
    this.#output.beforeWrite = () => this.#beforeWrite();
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
      leaving();
    });
    const stop = (): void => void task.cancel("a file cannot be written").catch(() => {});
    this.#watchFiles(stop);
    // The reader may go while nothing is being written; what runs then has no purpose any more.
    this.#output.onClosed = () => void task.cancel("stdout was closed").catch(() => {});
    const unwatch = this.#watchStrays();
    try {
      await task;
    } catch (error) {
      const isExpected = error instanceof CancelledError &&
        (this.#signal !== null || this.#output.isClosed || this.#cannotWrite);
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
    this.#setup.gate?.close();
    this.#setup.journal?.flush();
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
  }

  /** What is on stdout is in the journal. */
  #beforeWrite(): void {
    this.#setup.journal?.flush();
    if (process.stdout.isTTY) this.#progress?.clear();
  }

  #watchFiles(stop: () => void): void {
    const { journal, trace } = this.#setup;
    const { resume, trace: tracePath } = this.#flags;
    if (journal !== null) {
      // Nothing more could be resumed: better to stop than to promise it.
      journal.onError = (error) => {
        this.#cannotWrite = true;
        this.#failures++;
        this.#report.error(`cannot write the journal '${resume}': ${error.message}`);
        stop();
      };
    }
    if (trace !== null) {
      trace.onError = (error) => {
        this.#failures++;
        this.#report.error(`cannot write the trace '${tracePath}': ${error.message}`);
      };
    }
  }

  #mapping(): Mapping {
    const { onError, unordered } = this.#flags;
    let hasFailed = false;
    return new Mapping({
      target: this.#setup.target,
      lane: this.#lane,
      gate: this.#setup.gate,
      priorityOf: this.#setup.priority,
      journal: this.#setup.journal,
      trace: this.#setup.trace,
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
    const lateFailure = (error: unknown): void => this.#stray("a job left an error behind", error);
    const { trace } = this.#setup;
    if (trace !== null) trace.onLateFailure = lateFailure;
    else defaultScheduler().instrument = { lateFailure };
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
    this.#concludeJournal();
    if (!this.#flags.stats) return;
    const forced = isForcedToWorkers(this.#flags)
      ? "--timeout: only a worker can be stopped"
      : null;
    report.write(`\n${statsTables(this.#lane.executor.stats(), forced)}`);
  }

  #tellOfJournal(): void {
    const { journal } = this.#setup;
    if (journal === null) return;
    const { resume } = this.#flags;
    if (journal.torn > 0) {
      this.#report.note(`'${resume}' was torn at its end: ${journal.torn} bytes were cut off`);
    }
    if (journal.before > 0) {
      this.#report.note(`${resume} has ${journal.before} finished inputs, which are not run again`);
    }
  }

  #concludeJournal(): void {
    const { journal } = this.#setup;
    if (journal === null || this.#cannotWrite) return;
    const { resume } = this.#flags;
    if (this.#signal !== null || this.#failures > 0) {
      const verb = this.#signal !== null ? "goes on" : "tries again what failed";
      this.#report.note(`the same command ${verb}: ${resume} has ${journal.count} finished inputs`);
    } else if (journal.left > 0 && !this.#output.isClosed) {
      this.#report.note(`${journal.left} finished inputs of ${resume} did not come this time`);
    }
  }

  #exitCode(): number {
    if (this.#signal !== null) return exitCodeOf(this.#signal);
    return this.#failures > 0 || this.#output.error !== null ? FAILED : OK;
  }
}
