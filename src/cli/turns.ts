/**
 * Whose turn it is to write.
 *
 * @module
 */

import { action, type Operation } from "../../mod.ts";

/** Lets each input wait until those before it have been written. */
export class Turns {
  #current = 0;
  readonly #waiting = new Map<number, () => void>();

  /** The number of the input whose turn it is. */
  get current(): number {
    return this.#current;
  }

  /** The next one's turn. */
  advance(): void {
    const wake = this.#waiting.get(++this.#current);
    this.#waiting.delete(this.#current);
    wake?.();
  }

  /** Waits for the turn of input `index`. */
  reached(index: number): Operation<void> {
    return action<void>((resolve) => {
      if (this.#current >= index) return resolve();
      this.#waiting.set(index, resolve);
      return () => this.#waiting.delete(index);
    });
  }
}
