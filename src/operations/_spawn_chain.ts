/**
 * Which task an error came up in, who spawned that, and where: the stack that goes across tasks.
 *
 * @module
 */

import { type Origin, originOf, spawnSiteOf } from "../kernel/spawn_trace.ts";

/** How many of the errors of an `AggregateError` are followed. */
const followed = 10;

/** The chain of spawns that led to `error`, one line for each task, the innermost first; empty when it is not known. */
export function spawnChainOf(error: unknown): string {
  const lines: string[] = [];
  if (error instanceof AggregateError) {
    for (const part of error.errors.slice(0, followed)) {
      const chain = spawnChainOf(part);
      if (chain !== "") lines.push(`  ${part}`, chain);
    }
    if (lines.length > 0) return lines.join("\n");
  }
  for (let task: Origin | null = originOf(error) ?? null; task !== null; task = task.parent) {
    lines.push(`    in ${inWords(task)}`);
  }
  return lines.join("\n");
}

function inWords(task: Origin): string {
  const site = spawnSiteOf(task);
  return `task ${task.id} '${task.name}'${site === undefined ? "" : `, spawned ${site}`}`;
}
