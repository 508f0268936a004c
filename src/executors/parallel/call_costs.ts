/**
 * What calls of a job cost, learned from those that ended: how long each holds a worker's thread.
 *
 * @module
 */

/** How much work a worker may hold at a time, in milliseconds: enough to hide the way there and back. */
const targetMs = 2;

/** How many calls it may hold at most, so that what comes back comes in pieces. */
const most = 512;

/** How many it may hold at least: one that runs, and one for when that has ended. A long one gives the other back. */
const least = 2;

/** How much the newest measurement counts. */
const weight = 0.2;

/** The learned costs, by job. */
export class CallCosts {
  readonly #ms = new Map<string, number>();
  #lastKey = "";
  #lastMs = 0;

  /** Learns from a call that ended. */
  learn(module: string, name: string, heldMs: number): void {
    const key = keyOf(module, name);
    const before = this.#ms.get(key);
    const after = before === undefined ? heldMs : before + (heldMs - before) * weight;
    this.#ms.set(key, after);
    if (key === this.#lastKey) this.#lastMs = after;
  }

  /** How many calls of this job a worker may hold: many when they take microseconds, two when they take milliseconds. */
  window(module: string, name: string): number {
    const key = keyOf(module, name);
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastMs = this.#ms.get(key) ?? targetMs;
    }
    return Math.max(least, Math.min(most, Math.floor(targetMs / Math.max(this.#lastMs, 1e-4))));
  }
}

let lastModule = "", lastName = "", lastKey = "";

/** Calls come in rows of the same job, so the key is seldom made anew. */
function keyOf(module: string, name: string): string {
  if (module !== lastModule || name !== lastName) {
    lastModule = module;
    lastName = name;
    lastKey = `${module}#${name}`;
  }
  return lastKey;
}
