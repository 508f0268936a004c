/**
 * The time a call may take: it runs while the call does something, and rests while a stream waits for its consumer.
 *
 * @module
 */
import { clearTimeout, performance, setTimeout } from "../wire/own_globals.ts";

/** What is left of a call's time. */
export class CallTimer {
  #left: number;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What to do when it is over. */
  expired: () => void;

  /**
   * Begins at rest.
   *
   * @param ms the time, in milliseconds
   * @param expired what to do when it is over
   */
  constructor(ms: number, expired: () => void) {
    this.#left = ms;
    this.expired = expired;
  }

  /** How much is left, in milliseconds; at least a moment. */
  get left(): number {
    return Math.max(1, this.#left);
  }

  /** Takes off what has been measured otherwise. */
  spend(ms: number): void {
    this.#left -= ms;
  }

  /** Lets it run. */
  run(): void {
    if (this.#timer !== undefined || this.#left >= 2 ** 31) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.expired(), Math.max(0, this.#left));
  }

  /** Lets it rest. */
  rest(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= performance.now() - this.#since;
  }
}
