/**
 * Crawls a site: follows its links to every page, eight requests at a time and no more than two hundred a second, reads
 * the pages on workers meanwhile, and lists the pages and the links that are broken. Each page is a task that spawns those
 * it leads to; the scope around them ends when there are no more.
 *
 * Without an address it crawls a small site of its own, which has two broken links.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-net --allow-env --allow-sys --allow-read examples/crawl.ts [http://localhost:8000/]
 * ```
 *
 * @module
 */

import {
  jobsFrom,
  main,
  ParallelPool,
  RateLimiter,
  scope,
  Semaphore,
  spawn,
  timeout,
  until,
  use,
} from "@heddle/runtime";
import process from "node:process";
import { site } from "./crawl_site.ts";
import type { Page } from "./crawl_jobs.ts";

const jobs = jobsFrom<typeof import("./crawl_jobs.ts")>(import.meta.resolve("./crawl_jobs.ts"));
const requests = new Semaphore(8);
const rate = new RateLimiter({ limit: 20, interval: 100 });

function* fetchText(url: string) {
  yield* rate.acquire();
  const response = yield* until((signal) => fetch(url, { signal }));
  const text = yield* until(response.text());
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return text;
}

await main(function* () {
  const start = process.argv[2] ?? (yield* site);
  const workers = yield* use(new ParallelPool());
  const pages = new Map<string, Page>();
  const broken: string[] = [];
  const seen = new Set([start]);

  function* visit(url: string, from: string): Generator<unknown, void, unknown> {
    try {
      const html = yield* requests.withPermit(() => timeout(10_000, fetchText(url)));
      pages.set(url, yield* workers.submit(jobs.read(html, url)));
    } catch (error) {
      broken.push(`${url}, linked from ${from}: ${(error as Error).message}`);
      return;
    }
    for (const link of pages.get(url)!.links) {
      if (seen.has(link) || new URL(link).origin !== new URL(start).origin) continue;
      seen.add(link);
      yield* spawn(() => visit(link, url)); // a child: the scope waits for it, and a failure would end them all
    }
  }

  yield* scope(() => visit(start, "the command line"));
  for (const [url, { title, words, links }] of [...pages].sort()) {
    console.log(
      `${new URL(url).pathname.padEnd(12)} ${title}: ${words} words, ${links.length} links`,
    );
  }
  for (const line of broken.sort()) console.log(`BROKEN ${line}`);
  console.log(`${pages.size} pages, ${broken.length} broken links`);
});
