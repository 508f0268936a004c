/**
 * What the workers do in the benchmarks.
 *
 * @module
 */

/** The square of a number: all cost is in the way there and back. */
export function square(n: number): number {
  return n * n;
}
