/**
 * Threads that were ended and run on. Deno answers `terminate` for a thread in an endless loop as if it had stopped, and the
 * loop keeps its core; nobody is served by calling that thread freed.
 *
 * @module
 */
import type { ControlBlock } from "../wire/control_block.ts";

/** A thread that did not answer when it was told to exit. */
export class StuckThread {
  readonly #control: ControlBlock;
  readonly #slot: number;

  /**
   * Notes which call holds the thread.
   *
   * @param control the memory it shares
   */
  constructor(control: ControlBlock) {
    this.#control = control;
    this.#slot = control.current;
  }

  /** Whether it may still run; false when the synchronous call that held it has ended after all. */
  get isRunning(): boolean {
    return this.#slot < 0 || this.#control.current === this.#slot;
  }
}

const stuck = new Set<StuckThread>();

/**
 * Counts a thread that did not answer when it was told to exit.
 *
 * @param control the memory it shares
 * @returns the thread
 */
export function countStuck(control: ControlBlock): StuckThread {
  const thread = new StuckThread(control);
  stuck.add(thread);
  return thread;
}

/**
 * How many threads of this process were ended by force and may still run.
 *
 * @returns the number
 */
export function stuckThreads(): number {
  for (const thread of stuck) {
    if (!thread.isRunning) stuck.delete(thread);
  }
  return stuck.size;
}
