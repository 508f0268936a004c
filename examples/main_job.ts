/**
 * The main job: survey the files of a folder. They are read on the green lane, then hashed, compressed and their words
 * counted on the parallel lane, as one pipeline through one adaptive executor. Then the same on each executor by itself.
 *
 * ```sh
 * npx -y deno@2.9.6 task start [folder]
 * ```
 *
 * @module
 */

import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  main,
  ParallelPool,
  SoloExecutor,
  until,
} from "@heddle/runtime";
import { relative, resolve } from "node:path";
import process from "node:process";
import { progressBar } from "./main_job/progress_bar.ts";
import { type Survey, survey } from "./main_job/survey.ts";
import { walk } from "./main_job/walk.ts";

const folder = resolve(process.argv[2] ?? new URL("..", import.meta.url).pathname);
/** The names under which the table lists the executors. */
const executors: { [name: string]: () => Executor } = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool(),
  parallel: () => new ParallelPool(),
  adaptive: () => new AdaptiveExecutor(),
};

await main(() => until(program()));

async function program(): Promise<void> {
  const unreadable: string[] = [];
  const paths: string[] = [];
  const note = (path: string, error: unknown): void => {
    unreadable.push(`${path} (${reason(error)})`);
  };
  for await (const path of walk(folder, note)) paths.push(path);
  if (paths.length === 0) {
    throw new Error(
      `There is nothing to read in ${folder}: ${unreadable.join(", ") || "it is empty"}`,
    );
  }
  console.log(`${folder}: ${paths.length} files\n`);

  await using executor = new AdaptiveExecutor();
  const bar = progressBar(paths.length);
  const result = await survey(executor, paths, () => bar.increment());
  bar.stop();
  report(result, unreadable);
  reportLanes(executor);
  await compare(paths, result);
}

function report(result: Survey, unreadable: string[]): void {
  const { files, bytes, gzipBytes, words, binary } = result;
  console.log(`${files} files, ${amount(bytes)}, ${amount(gzipBytes)} compressed`);
  list("binary, words not counted", binary);
  list("not readable", [
    ...unreadable,
    ...result.unreadable.map(({ path, error }) => `${path} (${reason(error)})`),
  ]);
  const frequent = [...words].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 10);
  console.log(
    `most frequent of ${words.size} words: ${
      frequent.map(([word, n]) => `${word} ${n}`).join(", ")
    }\n`,
  );
}

function list(title: string, paths: string[]): void {
  if (paths.length === 0) return;
  const shown = paths.slice(0, 5).map((path) => relative(folder, path) || path);
  const more = paths.length > shown.length ? `, and ${paths.length - shown.length} more` : "";
  console.log(`${paths.length} ${title}: ${shown.join(", ")}${more}`);
}

function reportLanes(executor: AdaptiveExecutor): void {
  const spent = { green: 0, parallel: 0 };
  console.log("job        lane        calls   held its thread   why");
  for (const { job, lane, green, parallel, heldMs, reason } of executor.stats().routes) {
    spent[lane] += heldMs;
    const calls = String(green + parallel).padStart(7);
    const held = `${heldMs.toFixed(0)} ms`.padStart(15);
    console.log(`${job.padEnd(10)} ${lane.padEnd(9)} ${calls}   ${held}   ${reason}`);
  }
  const { green, parallel } = spent;
  console.log(
    `in all: green lane ${green.toFixed(0)} ms, parallel lane ${parallel.toFixed(0)} ms\n`,
  );
}

/** The same work on every executor, each warmed up: workers started, modules loaded. */
async function compare(paths: string[], expected: Survey): Promise<void> {
  let solo = 0;
  console.log("executor        time   against solo");
  for (const [name, make] of Object.entries(executors)) {
    await using executor = make();
    await survey(executor, paths.slice(0, 8), () => {});
    const began = performance.now();
    const result = await survey(executor, paths, () => {});
    const ms = performance.now() - began;
    solo ||= ms;
    const same = result.hashes.join() === expected.hashes.join()
      ? ""
      : "   (the files have changed meanwhile)";
    console.log(
      `${name.padEnd(10)} ${`${ms.toFixed(0)} ms`.padStart(9)} ${
        `${(solo / ms).toFixed(2)} ×`.padStart(14)
      }${same}`,
    );
  }
}

function amount(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? String(error);
}
