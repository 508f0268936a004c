/**
 * How often there may be restarts.
 *
 * @module
 */

import type { ChildFailure } from "./errors.ts";

/**
 * Remembers what called for a restart within the last so many milliseconds. A moment that lies exactly that long ago still
 * counts, as in OTP: in no window of that length, its ends included, are there more than the most. Memory is that number.
 */
export class RestartWindow {
  readonly #most: number;
  readonly #within: number;
  readonly #failures: ChildFailure[] = [];

  /**
   * @param most how many there may be
   * @param within the length of the window, in milliseconds
   */
  constructor(most: number, within: number) {
    this.#most = most;
    this.#within = within;
  }

  /** What is remembered, the oldest first. */
  get failures(): readonly ChildFailure[] {
    return [...this.#failures];
  }

  /** How many there are. */
  get size(): number {
    return this.#failures.length;
  }

  /** Adds one, and tells whether it may be followed by a restart. O(1) over many. */
  admit(failure: ChildFailure): boolean {
    const failures = this.#failures;
    const oldest = failure.at - this.#within;
    let gone = 0;
    while (gone < failures.length && failures[gone].at < oldest) gone++;
    if (gone > 0) failures.splice(0, gone);
    failures.push(failure);
    // Without a limit nobody will ask for them, and they must not pile up.
    if (this.#most === Infinity && failures.length > remembered) failures.shift();
    return failures.length <= this.#most;
  }
}

const remembered = 100;
