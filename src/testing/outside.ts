/**
 * What a run met that is outside of its control.
 *
 * @module
 */

import type { Scheduler } from "../kernel/scheduler.ts";
import { liveNodes } from "./live_tasks.ts";

/** Writes down who waited for the host longer than one turn of it: no other run need come to the same. */
export class Outside {
  readonly #notes = new Set<string>();

  /** What was met, one note for each wait. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /**
   * Nothing is ready but for what the host may bring.
   *
   * @param now the virtual time
   * @param next to when time moves on now; `undefined` when it stands still until the host has brought something
   */
  note(scheduler: Scheduler, now: number, next: number | undefined): void {
    const what = next === undefined
      ? "the host took its time"
      : `the host took longer than a turn, and time moved on to ${next} ms`;
    let found = false;
    for (const task of liveNodes(scheduler)) {
      if (task.waiting?.outside !== true || task.isQueued) continue;
      found = true;
      const { id, name, waiting: { description } } = task;
      this.#notes.add(`task ${id} '${name}' waited for ${description} at ${now} ms: ${what}`);
    }
    if (!found) this.#notes.add(`something of the host was waited for at ${now} ms: ${what}`);
  }
}

/** Notes as a part of a story or an error; empty when there are none. */
export function outsideInWords(notes: readonly string[]): string {
  if (notes.length === 0) return "";
  return `\nOutside of the simulation's control:\n${notes.map((note) => `  ${note}`).join("\n")}`;
}
