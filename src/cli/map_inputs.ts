/**
 * `heddle map`: what it does.
 *
 * @module
 */

import { dryRun } from "./dry_run.ts";
import { guardExit } from "./exit_guard.ts";
import { Journal } from "./journal/journal.ts";
import { type LaneOptions, planLane } from "./lanes.ts";
import { MapRun } from "./map_run.ts";
import type { OnError } from "./mapping.ts";
import { priorityOf } from "./priority.ts";
import { StartGate } from "./start_gate.ts";
import { findTarget } from "./target.ts";
import { Trace } from "./trace/trace.ts";
import { TraceFile } from "./trace/trace_file.ts";
import "./console_to_stderr.ts";

/** What stood on the command line. */
export interface MapFlags extends LaneOptions {
  json: boolean;
  unordered?: boolean;
  onError: OnError;
  progress?: boolean;
  stats?: boolean;
  /** The path of a journal. */
  resume?: string;
  /** The path of a trace. */
  trace?: string;
  dryRun?: boolean;
}

/**
 * Maps inputs and writes results.
 *
 * @param text the function, as `<module>#<export>`
 * @param args the inputs; those of stdin when there are none
 * @param flags how
 * @returns the exit code
 * @throws {UsageError} when it cannot be done at all
 */
export async function mapInputs(text: string, args: string[], flags: MapFlags): Promise<number> {
  const unguard = guardExit();
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const file of opened) file.close();
    unguard();
  };
  try {
    const target = await findTarget(text);
    const plan = planLane(flags);
    const priority = flags.priority === undefined
      ? null
      : priorityOf(flags.priority, target, flags.json);
    const header = { function: `${target.module}#${target.name}`, json: flags.json };
    if (flags.dryRun) return await dryRun({ target, plan, flags, args, header });
    const journal = flags.resume === undefined ? null : Journal.open(flags.resume, header);
    if (journal !== null) opened.push(journal);
    const trace = flags.trace === undefined
      ? null
      : new Trace(new TraceFile(flags.trace), target.name, plan.isLocal);
    if (trace !== null) opened.push(trace);
    const gate = priority === null && flags.rate === undefined ? null : new StartGate({
      size: plan.isLocal ? plan.atATime : plan.atATime + plan.workers!,
      rate: flags.rate ?? null,
    });
    const run = new MapRun({ target, lane: plan.start(), flags, priority, journal, trace, gate });
    return await run.over(args, close);
  } finally {
    close();
  }
}
