/**
 * What a link remembers of calls that are to end soon.
 *
 * @module
 */

/** A call may come back to the link that gave it away; what was set for its first stay does not hold for the second. */
export interface Watched<C> {
  /** The call. */
  readonly call: C;
  /** Which stay it is. */
  readonly turn: number;
}

/** That a call was asked to stop. */
export interface Stop {
  /** What the call is settled with. */
  readonly reason: unknown;
  /** The worker's beats when it was asked to stop. */
  readonly beats: number;
}
