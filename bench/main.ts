/**
 * Runs the comparisons, prints them with their ratios and bars, and writes the table of the README.
 *
 * @module
 */

import { adaptive } from "./adaptive.ts";
import { bridge } from "./effection.ts";
import { executors } from "./executors.ts";
import { fairness } from "./fairness.ts";
import { http } from "./http.ts";
import { type Comparison, kernel } from "./kernel.ts";
import { measure, readable, type Timing } from "./measure.ts";
import { memory } from "./memory.ts";
import { pipelines } from "./pipeline.ts";
import { pool } from "./pool.ts";
import { linesOf } from "./report.ts";
import { simulation } from "./simulation.ts";
import { supervision } from "./supervision.ts";

const only = Deno.args[0];
const rows: string[] = [];

for (const comparison of [...kernel, ...pipelines, ...supervision, ...bridge]) {
  await compare(comparison);
}
const pools = executors();
for (const comparison of pools.comparisons) await compare(comparison);
await pools.close();
if (only === undefined || "adaptive".includes(only)) {
  for (const line of await adaptive()) console.log(line);
}
if (only === undefined || "memory".includes(only)) {
  for (const line of await memory()) console.log(line);
}
if (only === undefined || "fairness".includes(only)) {
  for (const line of await fairness()) console.log(line);
}
if (only === undefined || "simulation".includes(only)) {
  for (const line of await simulation()) console.log(line);
}
if (only === undefined || "pool".includes(only)) await pool([]);
if (only === undefined || "http".includes(only)) {
  for (const line of await http()) console.log(line);
}
if (only === undefined) await writeTable();

async function compare(comparison: Comparison): Promise<void> {
  if (only !== undefined && !comparison.title.includes(only)) return;
  const timings = await measure(comparison.contenders);
  for (const line of linesOf(comparison, timings)) console.log(line);
  rows.push(row(comparison.title, timings));
}

function row(title: string, [own, ...peers]: Timing[]): string {
  const others = peers.map(({ name, ns, ratio }) =>
    `${name} ${readable(ns)} (${Number(ratio.toPrecision(2))} ×)`
  );
  return `| ${title} | ${readable(own.ns)} | ${others.join(", ")} |`;
}

/** Replaces the table between the marks in the README. */
async function writeTable(): Promise<void> {
  const readme = new URL("../README.md", import.meta.url);
  const text = await Deno.readTextFile(readme);
  const table = [
    "| work | heddle | others, and how many times as long they take |",
    "|---|---|---|",
    ...rows,
  ].join("\n");
  const marked = /(<!-- bench -->)[\s\S]*?(<!-- \/bench -->)/;
  if (!marked.test(text)) {
    throw new Error("README.md has no place for the table: <!-- bench --> … <!-- /bench -->");
  }
  await Deno.writeTextFile(
    readme,
    text.replace(marked, (_, begin, end) => `${begin}\n\n${table}\n\n${end}`),
  );
}
