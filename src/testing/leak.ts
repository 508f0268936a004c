/**
 * What a simulated program leaves behind.
 *
 * @module
 */

import type { Scheduler } from "../kernel/scheduler.ts";
import { siteOf } from "../kernel/spawn_trace.ts";
import type { Made } from "../sync/creation.ts";
import { liveTasks } from "./live_tasks.ts";

/** Something that was left behind. */
export interface Leak {
  /** Which kind of thing: a task that has not ended, permits that were not released, values that nobody received. */
  readonly kind: "task" | "permit" | "value";
  /** What it is, in words. */
  readonly what: string;
}

/** A simulated program left something behind. */
export class LeakError extends Error {
  /** `"LeakError"`. */
  override readonly name = "LeakError";
  /** What was left behind. */
  readonly leaks: readonly Leak[];

  /**
   * Makes the error.
   *
   * @param leaks what was left behind
   */
  constructor(leaks: readonly Leak[]) {
    super(`The program left behind:\n${leaks.map(({ what }) => `  ${what}`).join("\n")}`);
    this.leaks = leaks;
  }
}

/** What is left behind now: tasks but for those whose numbers are given, and what is held of what was made. */
export function leaksOf(
  scheduler: Scheduler,
  made: Iterable<readonly [Made, Error | null]>,
  except: ReadonlySet<number>,
): Leak[] {
  const leaks: Leak[] = [];
  for (const { id, name, waitsFor, spawnedAt } of liveTasks(scheduler)) {
    if (!except.has(id)) {
      const where = spawnedAt === undefined ? "" : `, spawned ${spawnedAt}`;
      leaks.push({
        kind: "task",
        what: `task ${id} '${name}', which waits for ${waitsFor}${where}`,
      });
    }
  }
  for (const [thing, site] of made) {
    const what = thing.leak?.() ?? null;
    if (what === null) continue;
    const frame = siteOf(site?.stack);
    const where = frame === undefined ? "" : `, made ${frame}`;
    leaks.push({ kind: what.includes("permit") ? "permit" : "value", what: what + where });
  }
  return leaks;
}
