/**
 * What `--stats` prints.
 *
 * @module
 */

import type { AdaptiveStats, ExecutorStats, QuantilesSnapshot } from "../../mod.ts";
import { colour } from "./colours.ts";

/**
 * The tables: one of lanes with their counts and times, and, of an executor that chooses, one of routes.
 *
 * @param stats of the executor
 * @param forced why all jobs went to the workers, when they were made to
 */
export function statsTables(stats: ExecutorStats | AdaptiveStats, forced: string | null): string {
  const lanes = "lanes" in stats
    ? Object.values(stats.lanes).filter((lane) => lane !== undefined)
    : [stats];
  const counts = table(
    ["lane", "size", "completed", "failed", "cancelled", "busy"],
    lanes.map((lane) => [
      lane.name.replace("adaptive ", ""),
      String(lane.size),
      String(lane.completed),
      String(lane.failed),
      String(lane.cancelled),
      `${(lane.utilisation * 100).toFixed(0)} %`,
    ]),
  );
  const times = table(
    ["lane", "time", "median", "95 %", "99 %", "longest"],
    lanes.flatMap((lane) => [
      [lane.name.replace("adaptive ", ""), "queued", ...quantiles(lane.queueTime)],
      ["", "ran", ...quantiles(lane.runTime)],
    ]),
  );
  if (!("routes" in stats)) {
    const note = forced === null ? "" : `\nall on workers: ${forced}\n`;
    return `${counts}\n${times}${note}`;
  }
  const routes = table(
    ["job", "lane", "green", "parallel", "held its thread", "why"],
    stats.routes.map(({ job, lane, green, parallel, heldMs, reason }) => [
      job,
      lane,
      String(green),
      String(parallel),
      duration(heldMs),
      reason,
    ]),
    1,
  );
  return `${counts}\n${times}\n${routes}`;
}

function quantiles({ p50, p95, p99, max }: QuantilesSnapshot): string[] {
  return [p50, p95, p99, max].map(duration);
}

function duration(ms: number): string {
  if (Number.isNaN(ms)) return "-";
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 10_000) return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Numbers stand to the right; the first columns and the last `words` ones are words. */
function table(head: string[], rows: string[][], words = 0): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]!.length))
  );
  const isNumber = head.map((_, i) =>
    i < head.length - words && rows.every((row) => /^(?:[\d.]+(?: \S+)?|-)$/.test(row[i]!)) &&
    rows.length > 0
  );
  const line = (cells: string[]) =>
    cells.map((cell, i) => isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)).join(
      "  ",
    ).trimEnd();
  return [colour("bold", line(head)), ...rows.map(line), ""].join("\n");
}
