/**
 * The most frequent words in the text files of a folder. Files are read while others are being counted; nothing is held
 * but the counts and the few files that are on their way.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-read --allow-env examples/word_frequencies.ts [folder] [how many]
 * ```
 *
 * @module
 */

import { filter, flatMap, main, map, parallel, pipeline, reduce, tap } from "@heddle/runtime";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { walk } from "./main_job/walk.ts";

const [folder = ".", most = "20"] = process.argv.slice(2);
let files = 0;

await main(function* () {
  const counts = yield* pipeline(
    walk(folder, (path, error) => {
      if (path === folder) throw error;
      console.error(`${path}: ${error}`);
    }),
    parallel((path) => readFile(path), { concurrency: 8 }),
    filter((bytes) => !bytes.subarray(0, 8000).includes(0)), // a NUL says that it is no text
    tap(() => void files++),
    map((bytes) => new TextDecoder().decode(bytes).toLowerCase()),
    flatMap((text) => text.match(/\p{L}{2,}/gu) ?? []),
    reduce(
      (counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1),
      new Map<string, number>(),
    ),
  );
  const top = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(
    0,
    Number(most),
  );
  for (const [word, count] of top) console.log(`${String(count).padStart(8)} ${word}`);
  console.log(`${counts.size} different words in ${files} files`);
});
