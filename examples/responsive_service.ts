/**
 * An HTTP service with an endpoint that computes, which does not slow the others: an adaptive executor learns that
 * pictures hold the thread, and sends them to workers. It measures itself: how long a ping takes while others ask for
 * pictures, when the server computes them itself, and when the executor decides.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-net --allow-read --allow-env --allow-sys examples/responsive_service.ts [pings]
 * npx -y deno@2.9.6 run --allow-net --allow-read --allow-env --allow-sys examples/responsive_service.ts serve
 * curl localhost:8080/ping; curl localhost:8080/picture?size=800 > mandelbrot.pgm
 * ```
 *
 * @module
 */

import { AdaptiveExecutor, jobsFrom, main, ParallelPool, until, use } from "@heddle/runtime";
import process from "node:process";
import { picture } from "./responsive_service_jobs.ts";

const jobs = jobsFrom<typeof import("./responsive_service_jobs.ts")>(
  import.meta.resolve("./responsive_service_jobs.ts"),
);
type Draw = (size: number) => Promise<Uint8Array<ArrayBuffer>>;

async function answer(request: Request, draw: Draw): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/ping") return new Response("pong\n");
  if (pathname !== "/picture") return new Response("try /ping or /picture\n", { status: 404 });
  const size = Math.min(2000, Math.max(1, Number(searchParams.get("size") ?? 300) || 300));
  return new Response(await draw(size));
}

const here: Draw = (size) => Promise.resolve(picture(size));
const executor = new AdaptiveExecutor();
const wherever: Draw = (size) => executor.submit(jobs.picture(size));

function serve(draw: Draw, port: number): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { port, hostname: "127.0.0.1", onListen: () => {} },
    (request) => answer(request, draw),
  );
}

/** What part of the requests took no longer. */
function quantile(times: number[], part: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${sorted[Math.ceil(part * sorted.length) - 1]!.toFixed(1)} ms`.padStart(10);
}

await main(function* () {
  yield* use(executor);
  const [what = "200"] = process.argv.slice(2);
  if (what === "serve") {
    const server = serve(wherever, Number(process.env.PORT ?? 8080));
    console.log(`listening on http://localhost:${server.addr.port}`);
    return yield* until(server.finished);
  }
  // The client is not in the thread that it measures.
  const client = yield* use(new ParallelPool({ size: 1 }));
  console.log("a ping takes           median       90 %       99 %   pictures meanwhile");
  for (const [name, draw] of [["plain server", here], ["adaptive executor", wherever]] as const) {
    const server = serve(draw, 0);
    const origin = `http://127.0.0.1:${server.addr.port}`;
    // The executor has learned when the first pictures are there, and the code is warm.
    yield* client.submit(jobs.load(origin, 20, 2));
    const { pings, pictures } = yield* client.submit(jobs.load(origin, Number(what), 2));
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => quantile(pings, part));
    console.log(`${name.padEnd(18)} ${p50} ${p90} ${p99} ${String(pictures.length).padStart(12)}`);
    yield* until(server.shutdown());
  }
  const [route] = executor.stats().routes;
  console.log(
    `${route?.job}: ${route?.green} here, ${route?.parallel} on workers: ${route?.reason}`,
  );
});
