/**
 * The main job as a pipeline: read every file, then analyse it, on whatever executor it is given.
 *
 * @module
 */

import { type Executor, jobsFrom } from "@heddle/runtime";
import type { Analysis, FileBytes } from "./jobs.ts";

const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"), {
  kinds: { read: "io", analyse: "cpu" },
});

/** What a survey found. */
export interface Survey {
  files: number;
  bytes: number;
  gzipBytes: number;
  readonly words: Map<string, number>;
  readonly binary: string[];
  readonly unreadable: { path: string; error: unknown }[];
  /** The hashes of all files in their order, which tells whether two surveys saw the same. */
  readonly hashes: string[];
}

/**
 * Surveys files. Reading runs ahead of analysing by no more than the executor's map allows, so that a folder of any size
 * takes no more memory than some of its files.
 *
 * @param executor where the jobs run
 * @param paths the files
 * @param progress called after each file
 */
export async function survey(
  executor: Executor,
  paths: readonly string[],
  progress: () => void,
): Promise<Survey> {
  const result: Survey = {
    files: 0,
    bytes: 0,
    gzipBytes: 0,
    words: new Map(),
    binary: [],
    unreadable: [],
    hashes: [],
  };
  const read = executor.map(paths, (path) => jobs.read(path), {
    onError: "settle",
    concurrency: 32,
    lookahead: 64,
  });
  const analysed = executor.map(
    readable(read, paths, result, progress),
    (file) => jobs.analyse(file),
    {
      concurrency: 32,
      lookahead: 64,
    },
  );
  for await (const file of analysed) {
    add(result, file);
    progress();
  }
  return result;
}

/** The files that could be read; the others are noted. */
async function* readable(
  outcomes: AsyncIterable<PromiseSettledResult<FileBytes>>,
  paths: readonly string[],
  result: Survey,
  progress: () => void,
): AsyncGenerator<FileBytes> {
  let index = 0;
  for await (const outcome of outcomes) {
    const path = paths[index++];
    if (outcome.status === "fulfilled") yield outcome.value;
    else {
      result.unreadable.push({ path, error: outcome.reason });
      progress();
    }
  }
}

function add(result: Survey, file: Analysis): void {
  result.files++;
  result.bytes += file.size;
  result.gzipBytes += file.gzipSize;
  result.hashes.push(file.sha256);
  if (file.words === null) result.binary.push(file.path);
  else {for (const [word, count] of file.words) {
      result.words.set(word, (result.words.get(word) ?? 0) + count);
    }}
}
