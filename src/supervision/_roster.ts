/**
 * The children of one supervisor.
 *
 * @module
 */

import type { Child } from "./_child.ts";

/** All children by their ids, in the order in which they are started. */
export class Roster extends Map<string, Child> {
  /** Those that are to be started. */
  get due(): Child[] {
    return [...this.values()].filter((child) => child.due);
  }

  /** Whether a significant child runs, or will be started. */
  get hasSignificant(): boolean {
    for (const child of this.values()) {
      if (child.spec.significant && (child.phase !== "down" || child.due)) return true;
    }
    return false;
  }
}
