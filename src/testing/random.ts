/**
 * Repeatable randomness.
 *
 * @module
 */

/** Random numbers from a seed: the same seed gives the same numbers, on every machine. (Mulberry32, by T. Ettinger.) */
export class Random {
  #state: number;

  /**
   * @param seed a whole number, of which the lower 32 bits count
   * @param stream tells numbers for one purpose from those for another, from the same seed
   */
  constructor(seed: number, stream = 0) {
    // The multiplier is odd, so that no two streams of a seed begin alike.
    this.#state = (seed ^ Math.imul(stream, 0x9e3779b1)) | 0;
  }

  /** A whole number from 0 up to and without `limit`, which is at most 2³². */
  below(limit: number): number {
    let mixed = this.#state = (this.#state + 0x6d2b79f5) | 0;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296 * limit);
  }
}
