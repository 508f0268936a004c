/**
 * What an access log says about a service: requests, failures and response times by path. The log is read line by line,
 * compressed or not, and analysed on all cores, a thousand lines at a time; nothing is held but a few of these and the
 * counts, however long it is.
 *
 * Without a file it reports on a log that it makes up.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-read --allow-env --allow-sys examples/log_report.ts [access.log or access.log.gz]
 * ```
 *
 * @module
 */

import {
  chunk,
  jobsFrom,
  main,
  parallel,
  ParallelPool,
  pipeline,
  reduce,
  use,
} from "@heddle/runtime";
import { createReadStream } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { add, type PathReport, type Report } from "./log_report_jobs.ts";

const jobs = jobsFrom<typeof import("./log_report_jobs.ts")>(
  import.meta.resolve("./log_report_jobs.ts"),
);
const [file] = process.argv.slice(2);

// A generator, since an interface reads from when it is made, and drops the lines that come before it is iterated.
async function* linesOf(path: string): AsyncGenerator<string> {
  const bytes = createReadStream(path);
  const gunzip = createGunzip();
  const input = path.endsWith(".gz")
    ? bytes.on("error", (error) => gunzip.destroy(error)).pipe(gunzip)
    : bytes;
  yield* createInterface({ input, crlfDelay: Infinity });
}

function* madeUp(lines = 20_000): Generator<string> {
  const paths = ["/", "/search", "/login", "/report"];
  for (let n = 0; n < lines; n++) {
    const path = paths[n * 7919 % 10 % 4];
    const status = n % 97 === 0 ? 503 : 200;
    const seconds = (path === "/report" ? 0.3 : 0.004) * (1 + n % 13 / 4);
    yield n % 5000 === 4999 ? "a line that was torn" : `10.0.0.${n % 250} - - ` +
      `[28/Nov/2026:11:00:00 +0000] "GET ${path}?n=${n} HTTP/1.1" ${status} ${
        500 + n % 300
      } "-" "weft/1.0" ${seconds.toFixed(3)}`;
  }
}

await main(function* () {
  const workers = yield* use(new ParallelPool());
  const { paths, unreadable } = yield* pipeline(
    file === undefined ? madeUp() : linesOf(file),
    chunk(1000),
    parallel((lines) => jobs.analyse(lines), { executor: workers, ordered: false }),
    reduce((all: Report, part: Report) => {
      for (const [path, report] of part.paths) add(all.paths, path, report);
      all.unreadable += part.unreadable;
      return all;
    }, { paths: new Map(), unreadable: 0 }),
  );
  console.log("requests  failed   median      99 %        kB  path");
  for (
    const [path, report] of [...paths].sort(([, a], [, b]) => b.requests - a.requests).slice(0, 20)
  ) {
    const { requests, failures, bytes } = report;
    const failed = `${(100 * failures / requests).toFixed(1)} %`;
    const [median, slow] = [0.5, 0.99].map((part) => `≤ ${quantile(report, part)} ms`);
    console.log(
      `${String(requests).padStart(8)} ${failed.padStart(7)} ${median!.padStart(8)} ${
        slow!.padStart(9)
      } ${(bytes / 1000).toFixed(0).padStart(9)}  ${path}`,
    );
  }
  if (unreadable > 0) console.log(`${unreadable} lines are not in the combined format with a time`);
});

function quantile({ requests, times }: PathReport, part: number): number {
  let left = part * requests;
  return 2 ** times.findIndex((count) => (left -= count ?? 0) <= 0);
}
