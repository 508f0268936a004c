/**
 * What the workers do in the benchmarks.
 *
 * @module
 */

/** The square of a number: all cost is in the way there and back. */
export function square(n: number): number {
  return n * n;
}

/** Waits, as a request does. */
export const waitFor = (ms: number): Promise<number> =>
  new Promise((resolve) => setTimeout(() => resolve(ms), ms));

/** Holds its thread. */
export function compute(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
