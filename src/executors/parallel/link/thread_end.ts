/**
 * The end of a worker, by itself or by force, told once and after its last message.
 *
 * ```text
 *   exit event ────────────────────────────────▶ port closed, or DRAIN ──▶ finished
 *   error event ── the exit follows, or ERROR_GRACE ──▲
 *   end() ─┬─ the runtime stops any thread ──▶ terminate ───────────────▶ finished
 *          ├─ a call holds the thread ───────▶ terminate, count as stuck ▶ finished
 *          └─ else ask it to exit ─ EXIT_GRACE ──▲
 * ```
 *
 * @module
 */
import type { Call, WorkerLoss } from "./call.ts";
import type { ControlBlock } from "../wire/control_block.ts";
import type { Thread } from "../platforms/platform.ts";
import { countStuck, type StuckThread } from "./stuck_threads.ts";

/** Milliseconds the last messages of a worker that has exited may be on their way. */
const DRAIN = 50;
/** Milliseconds between an error and the exit that follows it; on some runtimes, after some errors, none does. */
const ERROR_GRACE = 1000;
/** Milliseconds a worker has to exit by itself where the runtime cannot stop a thread that does not want to. */
const EXIT_GRACE = 100;

/** What a worker's end needs of its link. */
export interface EndOwner {
  /** The worker. */
  readonly thread: Thread;
  /** The memory shared with it. */
  readonly control: ControlBlock;
  /** Whether `terminate` stops a thread in an endless loop. */
  readonly stopsLoops: boolean;
  /** Whether the worker has come so far that it answers. */
  isAnswering(): boolean;
  /** Sends the worker the message that asks it to exit. */
  askToExit(): void;
  /** It is told to end. */
  ending(): void;
  /** It is gone, or given up. */
  finished(): void;
}

/** How one worker ends. */
export class ThreadEnd {
  readonly #owner: EndOwner;
  #isPortClosed = false;
  #isFinished = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why it was ended by force, if it was. */
  cause: WorkerLoss<Call>["cause"] | undefined;
  /** The code it exited with, if it has. */
  exitCode: number | undefined;
  /** The signal it was killed by, if it was: processes only. */
  signal: string | undefined;
  /** The error it failed with, if it did. */
  failure: unknown;
  /** The thread, when it did not answer and may run on. */
  stuck: StuckThread | undefined;

  /**
   * Begins with a worker that has not ended.
   *
   * @param owner what it needs of its link
   */
  constructor(owner: EndOwner) {
    this.#owner = owner;
  }

  /** Whether nothing is known yet of an end, or of the wish for one. */
  get isLiving(): boolean {
    return this.exitCode === undefined && this.cause === undefined && this.failure === undefined;
  }

  /** The worker failed with an error. */
  failed(error: unknown): void {
    this.failure ??= error;
    this.#after(ERROR_GRACE, () => this.exited(1));
  }

  /** The worker has exited. */
  exited(code: number, signal?: string): void {
    if (this.exitCode !== undefined) return;
    this.exitCode = code;
    this.signal = signal;
    if (this.#isPortClosed) this.#finish();
    else this.#after(DRAIN, () => this.#finish());
  }

  /** The worker said that it exits, and no exit came: Deno now and then loses one. */
  exitUnheard(code: number): void {
    if (this.exitCode !== undefined) return;
    this.#terminate(!this.#owner.stopsLoops);
    this.exitCode = code;
  }

  /** No message will come any more. */
  portClosed(): void {
    this.#isPortClosed = true;
    if (this.exitCode !== undefined) this.#finish();
  }

  /** Ends the worker by force. */
  force(cause: WorkerLoss<Call>["cause"], failure?: unknown): void {
    if (this.#isFinished || this.cause !== undefined) return;
    this.cause = cause;
    this.#owner.ending();
    this.failure ??= failure;
    if (this.#owner.stopsLoops || this.exitCode !== undefined) return this.#terminate(false);
    if (this.#owner.control.current >= 0) return this.#terminate(true);
    if (!this.#owner.isAnswering()) return this.#terminate(false);
    this.#owner.askToExit();
    this.#after(EXIT_GRACE, () => this.#terminate(true));
  }

  #after(ms: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, ms);
  }

  #terminate(isStuck: boolean): void {
    if (this.#isFinished) return;
    if (isStuck && this.exitCode === undefined) this.stuck = countStuck(this.#owner.control);
    this.#owner.thread.terminate().then(() => this.#finish(), () => this.#finish());
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearTimeout(this.#timer);
    this.#owner.finished();
  }
}
