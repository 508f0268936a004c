/**
 * The server of the load test: a cheap endpoint, and one that computes. It says its port on stdout, and ends when its
 * stdin does.
 *
 * @module
 */

import { AdaptiveExecutor, jobsFrom, ParallelPool } from "@heddle/runtime";
import { picture } from "../examples/responsive_service_jobs.ts";

const jobs = jobsFrom<typeof import("../examples/responsive_service_jobs.ts")>(
  import.meta.resolve("../examples/responsive_service_jobs.ts"),
);
type Draw = (size: number) => Promise<Uint8Array<ArrayBuffer>>;

function drawer(name: string | undefined): Draw {
  if (name === "plain") return (size) => Promise.resolve(picture(size));
  const executor = new AdaptiveExecutor(
    name === "spare"
      ? { parallel: new ParallelPool({ size: Math.max(1, navigator.hardwareConcurrency - 1) }) }
      : {},
  );
  return (size) => executor.submit(jobs.picture(size));
}

const draw = drawer(Deno.args[0]);
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  return pathname === "/ping"
    ? new Response("pong\n")
    : new Response(await draw(Number(searchParams.get("size"))));
});

for await (const _ of Deno.stdin.readable);
Deno.exit(0);
