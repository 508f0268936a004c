/**
 * Threads that were ended and run on. Deno answers `terminate` for a thread in an endless loop as if it had stopped, and the
 * loop keeps its core; nobody is served by calling that thread freed.
 *
 * @module
 */
import type { ControlBlock } from "./control_block.ts";

const stuck = new Set<{ readonly control: ControlBlock; readonly slot: number }>();

/**
 * Counts a thread that did not answer when it was told to exit.
 *
 * @param control the memory it shares
 */
export function countStuck(control: ControlBlock): void {
  stuck.add({ control, slot: control.current });
}

/**
 * How many threads of this process were ended by force and may still run. One that was in a synchronous call is no longer
 * counted when that call has ended after all.
 *
 * @returns the number
 */
export function stuckThreads(): number {
  for (const thread of stuck) {
    if (thread.slot >= 0 && thread.control.current !== thread.slot) stuck.delete(thread);
  }
  return stuck.size;
}
