/**
 * `heddle map --dry-run`: what would be run, and how.
 *
 * @module
 */

import { colour } from "./colours.ts";
import { OK } from "./exit_code.ts";
import { type Entry, inputsOf, isTyped } from "./inputs.ts";
import { Journal, type JournalHeader } from "./journal/journal.ts";
import { isForcedToWorkers, type LanePlan } from "./lanes.ts";
import type { MapFlags } from "./map_inputs.ts";
import { readAhead } from "./mapping.ts";
import type { Rate } from "./option_values.ts";
import { Output } from "./output.ts";
import { toStderr } from "./stderr.ts";
import type { Target } from "./target.ts";

/** What would be run. */
export interface DryRun {
  readonly target: Target;
  readonly plan: LanePlan;
  readonly flags: MapFlags;
  /** The inputs; those of stdin when there are none. */
  readonly args: readonly string[];
  readonly header: JournalHeader;
}

/** So many inputs that cannot be used are named. */
const named = 5;

/**
 * Reads all inputs, calls nothing, and tells on stdout what would be done.
 *
 * @returns the exit code
 */
export async function dryRun(run: DryRun): Promise<number> {
  const { target, flags, args, header } = run;
  if (isTyped(args)) {
    toStderr(
      `${
        colour("bold", "heddle:")
      } reading inputs from the terminal, one a line; Ctrl-D ends them\n`,
    );
  }
  const journal = flags.resume === undefined ? null : Journal.open(flags.resume, header, true);
  const counts = await count(run, journal);
  journal?.close();
  const rows: [what: string, text: string][] = [
    ["function", `${target.name}, ${target.kind} of ${target.module}`],
    ["inputs", inputsText(args, counts)],
  ];
  if (journal !== null) {
    rows.push([
      "journal",
      `${flags.resume}: ${counts.finished} of them are finished, ${
        counts.total - counts.finished
      } are left`,
    ]);
  }
  rows.push(
    ["lane", laneText(run)],
    ["at a time", atATimeText(run)],
    ["limits", limitsText(flags)],
    ["failures", failureTexts[flags.onError]],
    [
      "output",
      `JSON, one a line, ${flags.unordered ? "as it is ready" : "in the order of inputs"}`,
    ],
  );
  if (flags.trace !== undefined) rows.push(["trace", flags.trace]);
  const output = new Output();
  for (const [what, text] of rows) output.write(`${what.padEnd(10)} ${text}\n`);
  output.write("nothing has been run\n");
  await output.drained();
  return OK;
}

interface Counts {
  total: number;
  finished: number;
  readonly unusable: Entry[];
  unusableCount: number;
}

async function count({ args, flags }: DryRun, journal: Journal | null): Promise<Counts> {
  const counts: Counts = { total: 0, finished: 0, unusable: [], unusableCount: 0 };
  for await (const entry of inputsOf(args, flags)) {
    counts.total++;
    if (entry.problem !== undefined) {
      counts.unusableCount++;
      if (counts.unusable.length < named) counts.unusable.push(entry);
    } else if (journal?.take(entry.text)) {
      counts.finished++;
    }
  }
  return counts;
}

function inputsText(args: readonly string[], counts: Counts): string {
  const { total, unusable, unusableCount } = counts;
  const from = args.length > 0 ? "arguments" : "lines of stdin";
  if (unusableCount === 0) return `${total} ${from}`;
  const places = unusable.map(({ place }) => place).join(", ");
  const more = unusableCount > named ? `, and ${unusableCount - named} more` : "";
  return `${total} ${from}, ${unusableCount} of them not valid JSON: ${places}${more}`;
}

function laneText({ flags, plan }: DryRun): string {
  if (isForcedToWorkers(flags)) return "on workers, since --timeout can stop nothing else";
  switch (flags.pool) {
    case "auto":
      return "here what waits, on workers what computes, as it is learned";
    case "green":
      return "green: in this thread";
    case "solo":
      return "solo: in this thread, one after the other";
    case "parallel":
      return `parallel: on ${plan.workers} worker${plan.workers === 1 ? "" : "s"}`;
  }
}

function atATimeText({ flags, plan }: DryRun): string {
  const order = flags.priority === undefined
    ? ""
    : `, those with the highest ${flags.priority} of ${readAhead} read ahead first`;
  const perWorker = flags.perWorker === undefined
    ? ""
    : `, ${flags.perWorker} on each of ${plan.workers} workers`;
  return `${plan.atATime}${perWorker}${order}`;
}

function limitsText({ timeout, retries, rate }: MapFlags): string {
  const limits = [
    ...(timeout === undefined ? [] : [`an attempt may take ${time(timeout)}`]),
    ...(retries === 0 ? [] : [`${retries + 1} attempts`]),
    ...(rate === undefined ? [] : [rateText(rate)]),
  ];
  return limits.length === 0 ? "none" : limits.join(", ");
}

function rateText({ limit, interval }: Rate): string {
  return `${limit} may begin within ${time(interval)}`;
}

const failureTexts = {
  fail: "the first one stops all",
  skip: "reported on stderr, and left out",
  collect: "written in the place of the result",
} as const;

function time(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
