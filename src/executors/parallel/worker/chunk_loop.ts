/**
 * The worker's loop over the inputs of a call of many.
 *
 * Items are claimed before they run, some at a time when they are short, so that the host can take the rest away; the loop ends
 * when there are no more, when the turn has lasted long enough, or when it is asked to stop. What it has not run by then the
 * host sends again.
 *
 * @module
 */
import { packNumbers } from "../wire/call_entry.ts";
import type { ControlBlock } from "../wire/control_block.ts";
import { setRunningCall } from "./current_call.ts";
import type { JobFunction } from "./job_module.ts";
import { isStream } from "./job_result.ts";
import { performance } from "../wire/own_globals.ts";
import type { Reports } from "./reports.ts";
import type { RunningCall } from "./running_call.ts";

/** Milliseconds after which the event loop has its turn, and milliseconds of work that are claimed at a time. */
const turnMs = 4;
const claimMs = 0.05;

/** What a loop needs of the side that runs it. */
export interface ChunkHost {
  /** The memory shared with the host. */
  readonly control: ControlBlock;
  /** What the host is told. */
  readonly reports: Reports;
  /** Whether the host has asked this call to stop. */
  cancelRequested(call: RunningCall): boolean;
  /** The promise of a result that is not there yet: of a promise, or of a coroutine. */
  promiseOf(call: RunningCall, value: object): PromiseLike<unknown> | undefined;
}

/** One run of the loop. */
export class ChunkLoop {
  readonly #host: ChunkHost;
  readonly #call: RunningCall;
  /** The results so far; of those that failed, or were sent by themselves, nothing. */
  readonly values: unknown[] = [];
  #waitsFor: PromiseLike<unknown>[] | null = null;
  #hasSent = false;

  constructor(call: RunningCall, host: ChunkHost) {
    this.#call = call;
    this.#host = host;
  }

  /** The slot of its call. */
  get slot(): number {
    return this.#call.slot;
  }

  /** Runs the items; returns what the call comes to, or its promise. */
  run(run: JobFunction): unknown {
    const { control } = this.#host;
    const call = this.#call;
    const { many, job } = call;
    const args = call.args as ArrayLike<unknown>;
    const width = args.length / many;
    const turnEnd = performance.now() + turnMs;
    const atOnce = Math.max(
      1,
      Math.min(64, Math.floor(claimMs / Math.max(job.expected, 1e-4))),
    );
    const { values } = this;
    control.openItems(many);
    control.current = call.slot;
    setRunningCall(call);
    for (let i = 0, claimed = 0;; i++) {
      if (i === claimed) {
        if (i > 0 && (performance.now() > turnEnd || this.#host.cancelRequested(call))) break;
        claimed = control.claimItems(atOnce);
        if (i === claimed) break;
      }
      control.item = i;
      try {
        const value = width === 1 ? run(args[i]) : run(...sliceOf(args, i * width, width));
        const type = typeof value;
        const isPlain = type !== "object" && type !== "function" && type !== "symbol" ||
          value === null;
        values.push(isPlain ? value : this.#special(i, value));
      } catch (error) {
        this.#failed(i, error);
        values.push(undefined);
      }
    }
    setRunningCall(undefined);
    control.current = -1;
    control.closeItems();
    return this.#waitsFor === null
      ? this.#end()
      : Promise.all(this.#waitsFor).then(() => this.#end());
  }

  #end(): ArrayLike<unknown> {
    // What cannot be cloned is said before the last word on the call.
    if (this.#hasSent) this.#host.reports.flush();
    return packNumbers(this.values);
  }

  #failed(index: number, error: unknown): void {
    this.#hasSent = true;
    this.#host.reports.itemFailed(this.#call.slot, index, error);
  }

  #ok(index: number, value: unknown): void {
    this.#hasSent = true;
    this.#host.reports.itemOk(this.#call.slot, index, value);
  }

  #special(index: number, value: unknown): undefined {
    if (typeof value !== "object" || value === null) return this.#ok(index, value) as undefined;
    const promise = this.#host.promiseOf(this.#call, value);
    if (promise === undefined) {
      if (isStream(value)) throw new TypeError(unexpectedStream(this.#call));
      return this.#ok(index, value) as undefined;
    }
    (this.#waitsFor ??= []).push(
      promise.then((result) => this.#ok(index, result), (error) => this.#failed(index, error)),
    );
  }
}

function sliceOf(args: ArrayLike<unknown>, from: number, length: number): unknown[] {
  const slice: unknown[] = [];
  for (let i = from; i < from + length; i++) slice.push(args[i]);
  return slice;
}

function unexpectedStream(call: RunningCall): string {
  return `Cannot map with job '${call.name}' of ${call.module}: it returned a stream, and values before. ` +
    "Let it always be an async generator function, or submit each input";
}
