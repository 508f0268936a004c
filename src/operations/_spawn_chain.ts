/**
 * Which task an error came up in, who spawned that, and where: the stack that goes across tasks.
 *
 * @module
 */

import { originOf } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";

/** Where the files of this library lie, whose own frames say nothing about the program. */
const library = new URL("../", import.meta.url).href;

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
  for (let task = originOf(error) ?? null; task !== null; task = task.parent) {
    lines.push(`    in ${inWords(task)}`);
  }
  return lines.join("\n");
}

function inWords(task: TaskNode): string {
  const site = siteOf(task.spawnedAt);
  return `task ${task.id} '${task.name}'${site === undefined ? "" : `, spawned ${site}`}`;
}

/** The line of a stack that stands for the code which called this library. */
function siteOf(stack: string | undefined): string | undefined {
  const frames = stack?.split("\n").filter((line) => /:\d+:\d+\)?$/.test(line));
  // In a bundle everything lies in one place; the first frame is then as near as can be told.
  const frame = frames?.find((line) => !line.includes(library)) ?? frames?.[0];
  return frame?.trim().replace(/^(?!at )/, "at ");
}
