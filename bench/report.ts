/**
 * How a comparison is told: a line for each contender, with its ratio and the bar.
 *
 * @module
 */

import type { Comparison } from "./kernel.ts";
import { readable, type Timing } from "./measure.ts";

/** The lines of one comparison. */
export function linesOf({ title, most, bars }: Comparison, timings: readonly Timing[]): string[] {
  const lines = [title];
  for (const { name, ns, ratio } of timings) {
    const least = bars[name]?.least;
    const verdict = least === undefined
      ? ""
      : `   bar ${Number(least.toPrecision(3))} ×: ${ratio >= least ? "kept" : "MISSED"}`;
    lines.push(
      `  ${name.padEnd(30)} ${readable(ns).padStart(9)} ${
        `${ratio.toPrecision(3)} ×`.padStart(10)
      }${verdict}`,
    );
  }
  if (most !== undefined) {
    const verdict = timings[0].ns <= most ? "kept" : "MISSED";
    lines.push(`  bar: at most ${readable(most)}: ${verdict}`);
  }
  return lines;
}
