/**
 * Whether all inputs that are at hand have come to where they wait for their turn.
 *
 * @module
 */

import type { Entry } from "./inputs.ts";

/** Counts inputs on their way from the source to the gate. */
export class Arrivals {
  readonly #width: number;
  /** Those that the source has given, and that have not arrived. */
  readonly #coming = new Set<Entry>();
  /** How many have been given and not been written. */
  #underWay = 0;
  /** Whether the source has been asked for the next one, and has not answered. */
  #isAsked = false;
  #isOver = false;

  /** @param width how many are under way at a time */
  constructor(width: number) {
    this.#width = width;
  }

  /** Whether no more will come at once: the source has no more, or none yet, or there is no room for more. */
  get areOver(): boolean {
    return this.#coming.size === 0 &&
      (this.#isAsked || this.#isOver || this.#underWay >= this.#width);
  }

  /** The same inputs, counted. */
  of(inputs: AsyncIterable<Entry>): AsyncIterable<Entry> {
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = inputs[Symbol.asyncIterator]();
        return {
          next: async () => {
            this.#isAsked = true;
            try {
              const item = await iterator.next();
              if (item.done) this.#isOver = true;
              else {
                this.#coming.add(item.value);
                this.#underWay++;
              }
              return item;
            } finally {
              this.#isAsked = false;
            }
          },
          return: () => iterator.return!(),
        };
      },
    };
  }

  /** An input waits for its turn, or has no need to. */
  arrived(entry: Entry): void {
    this.#coming.delete(entry);
  }

  /** The result of one has been written. */
  left(): void {
    this.#underWay--;
  }
}
