/**
 * A small site for `crawl.ts`, which takes its time.
 *
 * @module
 */

import { resource, until } from "@heddle/runtime";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const pages = 40;

function html(n: number): string {
  const next = [2 * n + 1, 2 * n + 2].filter((child) => child < pages);
  const links = [...next, n - 1].map((to) => `<a href="/page/${to}">page ${to}</a>`);
  return `<html><title>Page ${n}</title><p>${"weft and warp ".repeat(100 + n)}</p>${links.join(" ")}
    <a href="https://example.com/">elsewhere</a>${
    n % 20 === 7 ? '<a href="/lost">?</a>' : ""
  }</html>`;
}

/** Serves the site as long as the scope lasts, and gives its address. */
export const site = resource<string>(function* (provide) {
  const server = createServer((request, response) => {
    const n = request.url === "/" ? 0 : Number(/^\/page\/(\d+)$/.exec(request.url!)?.[1] ?? NaN);
    setTimeout(() => {
      response.writeHead(n < pages ? 200 : 404, { "content-type": "text/html" });
      response.end(n < pages ? html(n) : "there is no such page");
    }, 10);
  });
  yield* until(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  try {
    yield* provide(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    yield* until(new Promise((resolve) => server.close(resolve)));
  }
});
