/**
 * Fetches many pages, eight at a time, parses them on workers, and writes what was found to disk, one file for each page.
 * The pages are those of a server that it starts itself, which takes its time.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-net --allow-read --allow-write --allow-env --allow-sys examples/fetch_pages.ts [pages] [folder]
 * ```
 *
 * @module
 */

import {
  forEach,
  jobsFrom,
  main,
  parallel,
  ParallelPool,
  pipeline,
  resource,
  tap,
  until,
  use,
} from "@heddle/runtime";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const jobs = jobsFrom<typeof import("./fetch_pages_jobs.ts")>(
  import.meta.resolve("./fetch_pages_jobs.ts"),
);
const pages = Number(process.argv[2] ?? 100);
const given = process.argv[3];

/** How many requests the server has at a time, and how many it had at most. */
let open = 0;
let mostOpen = 0;

const server = resource<Server>(function* (provide) {
  const listening = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    mostOpen = Math.max(mostOpen, ++open);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const n = Number(request.url!.slice(1));
    response.setHeader("content-type", "text/html");
    const links = Array.from({ length: n % 7 }, (_, i) => `<a href="/${n + i}">page ${n + i}</a>`);
    response.end(
      `<html><title>Page ${n}</title>${"<p>weft</p>".repeat(500)}${links.join("")}</html>`,
    );
    open--;
  }).listen(0, "127.0.0.1", () => listening.resolve());
  yield* until(listening.promise);
  try {
    yield* provide(server);
  } finally {
    server.closeAllConnections();
    yield* until(new Promise((resolve) => server.close(resolve)));
  }
});

function* addresses(origin: string, pages: number) {
  for (let n = 0; n < pages; n++) yield `${origin}/${n}`;
}

function* fetchPage(url: string) {
  const response = yield* until((signal) => fetch(url, { signal }));
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return { url, html: yield* until(response.text()) };
}

await main(function* () {
  const { port } = (yield* server).address() as AddressInfo;
  const workers = yield* use(new ParallelPool({ size: 2 }));
  const folder = given ?? (yield* until(mkdtemp(join(tmpdir(), "heddle-"))));
  yield* until(mkdir(folder, { recursive: true }));
  let links = 0;
  let written = 0;
  try {
    yield* pipeline(
      addresses(`http://127.0.0.1:${port}`, pages),
      parallel(fetchPage, { concurrency: 8 }),
      parallel((page) => jobs.parse(page), { executor: workers }),
      tap((page) => void (links += page.links.length)),
      forEach(async (page) => {
        const name = `${page.title.toLowerCase().replaceAll(" ", "_")}.json`;
        await writeFile(join(folder, name), JSON.stringify(page));
        written++;
      }),
    );
  } finally {
    if (given === undefined) yield* until(rm(folder, { recursive: true }));
  }
  console.log(`${written} pages with ${links} links, at most ${mostOpen} at a time`);
});
