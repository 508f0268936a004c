/**
 * The acceptance matrix of the parallel pool in a browser: Debian's Chromium, driven by Playwright, on pages of the loopback.
 *
 * @module
 */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { bundle } from "./bundled.ts";
import { compareMatrix, patience } from "../tests/executors/parallel/matrix/run_matrix.ts";

const NAME = "chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const LIBRARY = "/node_modules/@heddle/runtime/mod.js";

async function sh(command: string): Promise<string | undefined> {
  const { success, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", command] })
    .output();
  if (success) return new TextDecoder().decode(stdout).trim();
  return void console.error(new TextDecoder().decode(stderr));
}

/** Where the browser is; it is installed when it is missing. */
async function browserPath(): Promise<string> {
  const find = `command -v ${NAME} || true`;
  const found = await sh(find);
  if (found) return found;
  console.log(`${NAME} is missing, and is installed`);
  await sh(`apt-get update && apt-get install -y ${NAME}`);
  const installed = await sh(find);
  if (installed) return installed;
  throw new Error(`Cannot install ${NAME}: install it by hand, so that it is found in PATH`);
}

/** Serves a folder, isolated from other origins or not; the library is found where npm puts it. */
function serve(place: string, isIsolated: boolean): Deno.HttpServer<Deno.NetAddr> {
  const headers = {
    "access-control-allow-origin": "*",
    // Each worker loads them all.
    "cache-control": "max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
    ...(isIsolated
      ? {
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      }
      : {}),
  };
  const respond = (type: string, body: string) =>
    new Response(body, { headers: { ...headers, "content-type": type } });
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (!pathname.endsWith(".js")) return respond("text/html", "<!doctype html>");
    try {
      const code = await Deno.readTextFile(place + decodeURIComponent(pathname));
      return respond("text/javascript", code.replaceAll('"@heddle/runtime"', `"${LIBRARY}"`));
    } catch {
      return new Response(null, { status: 404, headers });
    }
  });
}

const origin = ({ addr }: Deno.HttpServer<Deno.NetAddr>): string => `http://127.0.0.1:${addr.port}`;

async function workersLeft(page: Page): Promise<number> {
  // The browser tells of their end a little later.
  for (let looks = 0; page.workers().length > 0 && looks < 40; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return page.workers().length;
}

/** Goes through the matrix on a page; returns what is wrong. */
async function matrixOn(page: Page, isIsolated: boolean): Promise<string[]> {
  const lines: string[] = [];
  const wrong: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve) => {
    page.on("console", (message) => {
      lines.push(message.text());
      if (message.text().startsWith('["left"')) resolve();
    });
    page.on("pageerror", (error) => {
      wrong.push(`the page failed: ${error.stack}`);
      resolve();
    });
    timer = setTimeout(() => {
      wrong.push(`the program did not end by itself within ${patience} ms`);
      resolve();
    }, patience);
    void page.evaluate('void import("/program.js")');
  });
  clearTimeout(timer);
  wrong.push(...compareMatrix("browser", "thread", lines));
  if (await page.evaluate("crossOriginIsolated") !== isIsolated) {
    wrong.push(`the page should ${isIsolated ? "" : "not "}have been isolated`);
  }
  const left = await workersLeft(page);
  if (left > 0) wrong.push(`${left} workers are left`);
  return wrong;
}

/** The library comes from another origin than the page, as from a registry. */
async function foreignOn(page: Page, library: string): Promise<string[]> {
  const sums = await page.evaluate(`(async () => {
    const { jobsFrom, ParallelPool } = await import("${library}${LIBRARY}");
    const pool = new ParallelPool({ size: 2 });
    const jobs = jobsFrom("${library}/jobs.js");
    const sums = await Promise.all([1, 2, 3].map((x) => pool.submit(jobs.increment(x))));
    await pool.close();
    return sums.join();
  })()`);
  const wrong = sums === "2,3,4" ? [] : [`expected 2,3,4, got ${sums}`];
  const left = await workersLeft(page);
  return left === 0 ? wrong : [...wrong, `${left} workers are left`];
}

/** All has been put into a few files. */
async function bundledOn(page: Page): Promise<string[]> {
  const outcome = await page.evaluate('import("/bundled/app.js").then((app) => app.outcome())');
  const wrong = outcome === "2,3,4 ownName" ? [] : [`expected 2,3,4 ownName, got ${outcome}`];
  const left = await workersLeft(page);
  return left === 0 ? wrong : [...wrong, `${left} workers are left`];
}

async function onPage(
  browser: BrowserContext,
  server: Deno.HttpServer<Deno.NetAddr>,
  check: (page: Page) => Promise<string[]>,
): Promise<string[]> {
  const page = await browser.newPage();
  try {
    await page.goto(`${origin(server)}/`);
    return await check(page);
  } finally {
    await page.close();
  }
}

/**
 * Runs the matrix in the browser.
 *
 * @param place the folder that has the packed library in its `node_modules`, and the program
 * @returns what is wrong, for each kind of page
 */
export async function runInBrowser(place: string): Promise<{ [page: string]: string[] }> {
  const executablePath = await browserPath();
  await bundle(place);
  const profile = await Deno.makeTempDir();
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
  });
  const [isolated, plain] = [serve(place, true), serve(place, false)];
  try {
    return {
      "isolated page": await onPage(browser, isolated, (page) => matrixOn(page, true)),
      "page without isolation": await onPage(browser, plain, (page) => matrixOn(page, false)),
      "library of another origin": await onPage(
        browser,
        plain,
        (page) => foreignOn(page, origin(isolated)),
      ),
      "bundled by esbuild": await onPage(browser, isolated, bundledOn),
    };
  } finally {
    await browser.close();
    await Promise.all([isolated.shutdown(), plain.shutdown()]);
    await Deno.remove(profile, { recursive: true });
  }
}
