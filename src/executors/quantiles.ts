/**
 * Quantiles of durations in constant memory.
 *
 * A histogram with buckets that grow by an eighth: each estimate is within 6 % of a value that occurred, from a
 * microsecond to a week. (The idea of HdrHistogram, G. Tene, 2012.)
 *
 * @module
 */

/** Some quantiles, in milliseconds; `NaN` while nothing has been measured. */
export interface QuantilesSnapshot {
  /** How many were measured. */
  readonly count: number;
  /** Half took no longer than this. */
  readonly p50: number;
  /** 95 % took no longer than this. */
  readonly p95: number;
  /** 99 % took no longer than this. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

const growth = Math.log(1.125);
const smallest = 0.001;
const buckets = 256;

/** Collects durations. O(1) for each, 1 KiB in all. */
export class Quantiles {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;
  #max = 0;

  /** Adds a duration, in milliseconds. */
  add(ms: number): void {
    const bucket = ms <= smallest
      ? 0
      : Math.min(buckets - 1, 1 + Math.floor(Math.log(ms / smallest) / growth));
    this.#counts[bucket]!++;
    this.#count++;
    if (ms > this.#max) this.#max = ms;
  }

  /** Adds what another has collected. */
  merge(other: Quantiles): this {
    for (let bucket = 0; bucket < buckets; bucket++) {
      this.#counts[bucket]! += other.#counts[bucket]!;
    }
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
    return this;
  }

  /** How they are distributed so far. */
  snapshot(): QuantilesSnapshot {
    return {
      count: this.#count,
      p50: this.#at(0.5),
      p95: this.#at(0.95),
      p99: this.#at(0.99),
      max: this.#count === 0 ? NaN : this.#max,
    };
  }

  #at(quantile: number): number {
    if (this.#count === 0) return NaN;
    let left = Math.ceil(quantile * this.#count);
    for (let bucket = 0; bucket < buckets; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) {
        return Math.min(
          this.#max,
          bucket === 0 ? smallest : smallest * Math.exp((bucket - 0.5) * growth),
        );
      }
    }
    return this.#max;
  }
}
