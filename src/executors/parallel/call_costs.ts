/**
 * What calls of a job cost, learned from those that ended: how long each holds a worker's thread.
 *
 * @module
 */

/** How much work a worker may hold at a time, in milliseconds: enough to hide the way there and back. */
const targetMs = 2;

/** How many calls it may hold at most, so that what comes back comes in pieces. */
const most = 512;

/** How much work a chunk of a map may be, in milliseconds, and how many inputs. */
const chunkMs = 0.5;
const largestChunk = 1024;

/** How many it may hold at least: one that runs, and one for when that has ended. A long one gives the other back. */
const least = 2;

/** How much the newest measurement counts. */
const weight = 0.2;

/** The learned costs, by job. */
export class CallCosts {
  readonly #ms = new Map<string, number>();
  /** Jobs whose last result was there when they returned. */
  readonly #plain = new Set<string>();
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

  /** Learns whether the results of a job are there when it returns. */
  learnKind(module: string, name: string, isPlain: boolean): void {
    const key = keyOf(module, name);
    if (isPlain !== this.#plain.has(key)) {
      if (isPlain) this.#plain.add(key);
      else this.#plain.delete(key);
    }
  }

  /** How many inputs of a map a call of this job may carry: one, unless its results are there when it returns. */
  chunk(module: string, name: string): number {
    const key = keyOf(module, name);
    if (!this.#plain.has(key)) return 1;
    const ms = this.#ms.get(key) ?? chunkMs;
    return Math.max(1, Math.min(largestChunk, Math.floor(chunkMs / Math.max(ms, 1e-4))));
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
