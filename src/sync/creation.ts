/**
 * Hearing of what is made to synchronise by, so that a simulation can tell what was left behind.
 *
 * @module
 */

/** What can be left behind. */
export interface Leaking {
  /** What is left behind, in words; `null` when nothing is. */
  leak(): string | null;
}

/** Who hears of what is made; `null` while nobody listens. */
export const creation: { observer: ((made: Leaking) => void) | null } = { observer: null };
