/**
 * A call on the worker's side, from its beginning to the worker's last word on it.
 *
 * ```text
 *   RUNNING ───────────────────────────▶ ENDED     the last word is sent on the way into ENDED, once
 *      │ cancel, timeout                  ▲
 *      └───────────────▶ STOPPING ────────┘        ends by itself, or is given up when its grace time is over
 * ```
 *
 * @module
 */
import type { CallTimer } from "./call_timer.ts";
import { type CallContext, carryCall } from "./current_call.ts";
import type { FedArguments } from "./fed_arguments.ts";
import type { JobExport } from "./job_module.ts";
import { performance } from "../wire/own_globals.ts";
import type { CallExtras } from "../wire/wire.ts";

/** It runs, or waits for something. */
export const RUNNING = 0;
/** It was asked to stop. */
export const STOPPING = 1;
/** The last word has been said. */
export const ENDED = 2;

/** What a call needs of the side that runs it. */
export interface CallOwner {
  /** Whether the host has asked this call to stop. */
  cancelRequested(call: RunningCall): boolean;
  /** The reason for a call whose cancellation was seen in shared memory before it was heard. */
  cancelReason(): unknown;
  /** Passes on progress. */
  progress(call: RunningCall, value: unknown): void;
}

/** One call. Fields are public: this is the worker's hot path, and only `worker_side.ts` and its parts use them. */
export class RunningCall implements CallContext {
  readonly #owner: CallOwner;
  /** Where the host has it. */
  readonly slot: number;
  readonly id: number;
  /** What it runs. */
  readonly job: JobExport;
  /** Its arguments; none on the hot path, which takes them from the batch. */
  readonly args: ArrayLike<unknown> | undefined;
  /** What it brings along, if anything. */
  readonly extras: CallExtras | undefined;
  /** Where it is in its life. */
  phase: number = RUNNING;
  /** Why it is to stop, when it is. */
  stop: "cancel" | "timeout" | undefined = undefined;
  /** What its signal says then. */
  stopReason: unknown = undefined;
  /** When it began, on the clock of this thread. */
  startedAt = 0;
  /** The time it may take, where there is a limit. */
  clock: CallTimer | undefined = undefined;
  /** Milliseconds its synchronous part took. */
  held = 0;
  /** Whether it counts against the worker's concurrency now. */
  counted = false;
  /** Whether it has not waited for anything so far. */
  isSynchronous = true;
  /** For its grace, when it was asked to stop. */
  timer: ReturnType<typeof setTimeout> | undefined = undefined;
  /** Stops what it runs beyond a promise: returns a stream's generator. */
  onStop: (() => void) | undefined = undefined;
  /** Its arguments that are streams. */
  feeds: FedArguments | undefined = undefined;
  /** Whether a stream has been asked for an item, and has not given it. */
  isPulling = false;
  /** Hears that a stream may send more. */
  onCredit: ((n: number) => void) | undefined = undefined;
  /** How many inputs its arguments are for, when it is a call of many. */
  many = 0;
  #controller: AbortController | undefined = undefined;

  /** Makes a call that has begun. */
  constructor(
    owner: CallOwner,
    slot: number,
    id: number,
    job: JobExport,
    args: ArrayLike<unknown> | undefined,
    extras: CallExtras | undefined,
  ) {
    this.#owner = owner;
    this.slot = slot;
    this.id = id;
    this.job = job;
    this.args = args;
    this.extras = extras;
  }

  get module(): string {
    return this.job.module.url;
  }

  get name(): string {
    return this.extras?.title ?? this.job.name;
  }

  get deadline(): number | undefined {
    const { timeout = 0, deadline = Infinity } = this.extras ?? {};
    const left = timeout > 0 ? timeout - (performance.now() - this.startedAt) : Infinity;
    const dueAt = Math.min(deadline, Date.now() + left);
    return dueAt === Infinity ? undefined : dueAt;
  }

  get attempt(): number {
    return this.extras?.attempt ?? 1;
  }

  get context(): unknown {
    return this.extras?.context;
  }

  /** Whether it can hear of a stop: it asked for its signal, reads or is a stream. What cannot is not given time for it. */
  get canHear(): boolean {
    return this.#controller !== undefined || this.onStop !== undefined || this.feeds !== undefined;
  }

  /** Whether it is a stream that is amid an item and did not ask for its signal: to return it would have to go on first. */
  get isDeafStream(): boolean {
    return this.isPulling && this.#controller === undefined;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= this.#watchedController()).signal;
  }

  progress(value: unknown): void {
    if (this.phase !== ENDED) this.#owner.progress(this, value);
  }

  /**
   * Asks it to stop.
   *
   * @param stop why
   * @param reason what its signal says
   */
  requestStop(stop: "cancel" | "timeout", reason: unknown): void {
    if (this.stop !== undefined) return;
    this.stop = stop;
    this.stopReason = reason;
    const controller = this.#controller;
    // Whoever listens is part of this call, and may ask what it is.
    if (controller !== undefined) carryCall(this, () => controller.abort(reason), []);
    this.feeds?.endAll({ error: reason });
    this.onStop?.();
  }

  /** Whether an error is no more than the stop this call was asked for. */
  isStop(error: unknown): boolean {
    if (this.stop === undefined) return false;
    if (error === this.stopReason) return true;
    if (typeof error !== "object" || error === null) return false;
    try {
      const { name, cause } = error as { name?: unknown; cause?: unknown };
      return name === "AbortError" || name === "CancelledError" ||
        (cause !== undefined && cause === this.stopReason);
    } catch {
      // A proxy that throws at every touch.
      return false;
    }
  }

  #watchedController(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    if (this.stop !== undefined) controller.abort(this.stopReason);
    const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")?.get;
    const look = () => {
      if (this.stop === undefined && this.#owner.cancelRequested(this)) {
        this.requestStop("cancel", this.#owner.cancelReason());
      }
    };
    Object.defineProperty(signal, "aborted", {
      configurable: true,
      get: (): boolean => {
        look();
        return aborted === undefined ? this.stop !== undefined : aborted.call(signal);
      },
    });
    Object.defineProperty(signal, "throwIfAborted", {
      configurable: true,
      value: (): void => {
        if (signal.aborted) throw signal.reason;
      },
    });
    return controller;
  }
}
