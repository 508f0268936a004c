/**
 * When will it be done? A project whose steps take nobody knows how long is played through a million times, on all cores,
 * with a bar that shows how far it has come; then there is a picture of how likely each day is. The result is the same
 * on any number of cores, since every batch has a seed of its own.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-read --allow-write --allow-env --allow-sys examples/monte_carlo.ts [runs] [picture.svg]
 * ```
 *
 * @module
 */

import { jobsFrom, main, ParallelPool, until, use } from "@heddle/runtime";
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { progressBar } from "./main_job/progress_bar.ts";
import { histogram } from "./monte_carlo_picture.ts";
import type { Step } from "./monte_carlo_jobs.ts";

const jobs = jobsFrom<typeof import("./monte_carlo_jobs.ts")>(
  import.meta.resolve("./monte_carlo_jobs.ts"),
);
const [runs = "1000000", picture] = process.argv.slice(2);
const batch = 20_000;

const project: Step[] = [
  { name: "design", days: [8, 10, 25], after: [] },
  { name: "database", days: [5, 8, 20], after: ["design"] },
  { name: "server", days: [10, 15, 40], after: ["database"] },
  { name: "pages", days: [8, 12, 30], after: ["design"] },
  { name: "texts", days: [3, 5, 15], after: ["design"] },
  { name: "trial", days: [5, 10, 30], after: ["server", "pages", "texts"] },
];

await main(function* () {
  const pool = yield* use(new ParallelPool());
  const sizes = Array.from(
    { length: Math.ceil(Number(runs) / batch) },
    (_, n) => Math.min(batch, Number(runs) - n * batch),
  );
  const bar = progressBar(sizes.length, "batches");
  const counts = new Map<number, number>();
  const results = pool.map(sizes, (size, n) => jobs.play(project, size, n), { ordered: false });
  for (;;) {
    const { done, value } = yield* results.next();
    if (done) break;
    for (const [days, count] of value) counts.set(days, (counts.get(days) ?? 0) + count);
    bar.increment();
  }
  bar.stop();
  console.log(`${runs} runs; were each step as long as is likely: ${likely()} days`);
  for (const part of [0.1, 0.5, 0.9, 0.99]) {
    console.log(
      `${(part * 100).toFixed(0).padStart(3)} % are done within ${within(counts, part)} days`,
    );
  }
  if (picture === undefined) return;
  yield* until(writeFile(picture, histogram(counts, [within(counts, 0.5), within(counts, 0.9)])));
  console.log(`see ${picture}`);
});

/** How long it takes when nothing is by chance. */
function likely(): number {
  const ends = new Map<string, number>();
  for (const { name, days, after } of project) {
    ends.set(name, Math.max(0, ...after.map((other) => ends.get(other)!)) + days[1]);
  }
  return Math.max(...ends.values());
}

/** In how many days so great a part of the runs was done. */
function within(counts: Map<number, number>, part: number): number {
  let left = part * [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (const [days, count] of [...counts].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return days;
  }
  return NaN;
}
