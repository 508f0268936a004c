/**
 * How often there may be restarts.
 *
 * @module
 */

import type { ChildFailure } from "./errors.ts";

/**
 * Remembers what called for a restart within the last so many milliseconds. A moment that lies exactly that long ago still
 * counts, as in OTP: in no window of that length, its ends included, are there more than the most. Memory is up to twice
 * that number.
 */
export class RestartWindow {
  readonly #most: number;
  readonly #within: number;
  readonly #failures: ChildFailure[] = [];
  /** Where the oldest that counts stands: to take one off the front of a long list is slow. */
  #first = 0;

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
    return this.#failures.slice(this.#first);
  }

  /** How many there are; without a limit no more than 100 are remembered. */
  get size(): number {
    return this.#failures.length - this.#first;
  }

  /** Adds one, and tells whether it may be followed by a restart. O(1) over many. */
  admit(failure: ChildFailure): boolean {
    const failures = this.#failures;
    const oldest = failure.at - this.#within;
    while (this.#first < failures.length && failures[this.#first].at < oldest) this.#first++;
    failures.push(failure);
    // Without a limit nobody will ask for them, and they must not pile up.
    if (this.#most === Infinity && this.size > remembered) this.#first++;
    if (this.#first > failures.length / 2) {
      failures.splice(0, this.#first);
      this.#first = 0;
    }
    return this.size <= this.#most;
  }
}

const remembered = 100;
