/**
 * Hearing of what is made to synchronise by, so that a simulation can tell what was left behind.
 *
 * @module
 */

/** What tasks synchronise by. */
export interface Made {
  /** What is left behind of it, in words; `null` when nothing is. */
  leak?(): string | null;
}

/** Who hears of what is made; `null` while nobody listens. */
export const creation: { observer: ((made: object) => void) | null } = { observer: null };
