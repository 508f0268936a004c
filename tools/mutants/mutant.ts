/**
 * What a mutation is.
 *
 * @module
 */

/** One change of one place that makes the library wrong. */
export interface Mutant {
  readonly file: string;
  /** What is replaced, once; it has to be there. */
  readonly from: string;
  readonly to: string;
  /** The tests that are run. */
  readonly tests: readonly string[];
  /** What is wrong then. */
  readonly why: string;
}
