/**
 * Whether a worker lives, and whether it keeps the process alive.
 *
 * @module
 */
import type { ControlBlock } from "../wire/control_block.ts";
import type { Thread } from "../platforms/platform.ts";

/**
 * Milliseconds without a call after which the process may end. Telling the runtime after each call would cost more than a call.
 */
const IDLE_AFTER = 5;
const WATCH_INTERVAL = 250;

/** Who hears of a worker that is not what it should be. */
export interface LivenessListener {
  /** It has shown no sign of life for too long. */
  silent(): void;
  /** It has said that it exits, and its exit has not been heard of. */
  exitUnheard(code: number): void;
}

/** Watches one worker while it has work. */
export class Liveness {
  readonly #thread: Thread;
  readonly #control: ControlBlock;
  readonly #silenceLimit: number;
  readonly #listener: LivenessListener;
  #exitSeen = false;
  #isHeld = false;
  #isBusy = true;
  #isAwake = true;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setInterval> | undefined;
  #beats = 0;
  #beatAt = 0;

  /**
   * Begins with a worker that is busy starting.
   *
   * @param thread the worker; its links keep the process alive at first
   * @param control the memory shared with it
   * @param silenceLimit milliseconds it may show no sign of life
   * @param listener hears what is wrong with it
   */
  constructor(
    thread: Thread,
    control: ControlBlock,
    silenceLimit: number,
    listener: LivenessListener,
  ) {
    this.#thread = thread;
    this.#control = control;
    this.#silenceLimit = silenceLimit;
    this.#listener = listener;
  }

  /** There is work. */
  wake(): void {
    this.#isBusy = true;
    if (this.#watchTimer === undefined && this.#control.memory !== undefined) {
      this.#beatAt = performance.now();
      this.#watchTimer = setInterval(() => this.#look(), WATCH_INTERVAL);
    }
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#thread.ref();
  }

  /** There is no work now. */
  rest(): void {
    this.#isBusy = false;
    this.#idleTimer ??= setTimeout(() => {
      this.#idleTimer = undefined;
      if (!this.#isBusy) this.#sleep();
    }, IDLE_AFTER);
  }

  /** The worker is being ended: the process stays until it is gone, also when it has no work. */
  hold(): void {
    this.#isHeld = true;
    if (!this.#isAwake) this.#thread.ref();
    this.#isAwake = true;
  }

  /** The worker is gone. */
  stop(): void {
    this.#isHeld = false;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#sleep();
  }

  #sleep(): void {
    if (this.#isHeld) return;
    clearInterval(this.#watchTimer);
    this.#watchTimer = undefined;
    if (!this.#isAwake) return;
    this.#isAwake = false;
    this.#thread.unref();
  }

  #look(): void {
    const { beats, exiting } = this.#control;
    if (exiting !== undefined) {
      // The event has the time between two looks.
      if (this.#exitSeen) this.#listener.exitUnheard(exiting);
      this.#exitSeen = true;
      return;
    }
    const now = performance.now();
    // A synchronous call may last as long as it likes: ending it is what timeouts and cancel() are for.
    if (beats !== this.#beats || this.#control.current >= 0) {
      this.#beats = beats;
      this.#beatAt = now;
    } else if (now - this.#beatAt > this.#silenceLimit) {
      this.#listener.silent();
    }
  }
}
