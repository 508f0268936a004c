/**
 * The checksums of all files of a folder, in the form that `sha256sum --check` reads. Files are hashed on all cores, and
 * listed in order; one that cannot be read is told of, and makes the exit code 1.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-read --allow-env --allow-sys examples/checksums.ts [folder] > SHA256SUMS
 * ```
 *
 * @module
 */

import { jobsFrom, main, ParallelPool, use } from "@heddle/runtime";
import { relative } from "node:path";
import process from "node:process";
import { walk } from "./main_job/walk.ts";

const jobs = jobsFrom<typeof import("./checksums_jobs.ts")>(
  import.meta.resolve("./checksums_jobs.ts"),
);
const [folder = "."] = process.argv.slice(2);

function unreadable(path: string, error: unknown): void {
  if (path === folder) throw error;
  console.error(`${path}: ${error}`);
  process.exitCode = 1;
}

await main(function* () {
  const pool = yield* use(new ParallelPool());
  const paths: string[] = [];
  async function* remembered() {
    for await (const path of walk(folder, unreadable)) {
      paths.push(path);
      yield path;
    }
  }
  const sums = pool.map(remembered(), (path) => jobs.sha256(path), { onError: "settle" });
  for (let n = 0;; n++) {
    const { done, value } = yield* sums.next();
    if (done) return;
    const path = paths[n]!;
    delete paths[n]; // a folder of any size takes the memory of the files that are under way
    if (value.status === "rejected") unreadable(path, value.reason);
    else console.log(`${value.value}  ${relative(folder, path)}`);
  }
});
