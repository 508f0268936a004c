/**
 * A small supervised service: an HTTP server, a poller that fails now and then, and a worker that leaks and is recycled.
 * It can be asked how it is, broken on purpose, and watched while it heals:
 *
 * ```sh
 * deno run --allow-net --allow-env examples/supervised_service.ts
 * curl localhost:8080                       # how each child stands
 * curl -X POST localhost:8080/break/poller  # also: /break/server, /break/worker
 * curl -X POST localhost:8080/stop/poller   # and /start/poller
 * ```
 *
 * By itself the other side fails the poller about twice a minute, never twice within 15 seconds, which is far from what the
 * supervisor bears. Break children five times within ten seconds, no matter which, and it gives up: the program ends with
 * code 1 and the errors of all five. A child that is down cannot be broken: one that was broken again and again takes up to
 * 3 seconds to come back. `PORT` sets the port, `POLL` how often is polled, in milliseconds, `LEAK` how many bytes the worker
 * may leak.
 *
 * @module
 */

import {
  action,
  circuitBreaker,
  ensure,
  exponential,
  main,
  race,
  ready,
  sleep,
  spawn,
  supervise,
  type Supervisor,
  type SupervisorEvent,
  until,
} from "@heddle/runtime";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";

let port = Number(process.env.PORT ?? 8080);
const pollEvery = Number(process.env.POLL ?? 500);

/** How many bytes the worker may have leaked when it is recycled. */
const leakLimit = Number(process.env.LEAK ?? 8 * 2 ** 20);

const upstream = circuitBreaker({ name: "upstream", failures: 3, cooldown: 2000 });
const counts = { polls: 0, refused: 0, jobs: 0, recycled: 0 };
let leaked: Uint8Array[] = [];

/** When the other side fails next. */
let outage = performance.now() + 15_000;

/** What is polled. It fails once in 15 to 45 seconds, however often it is asked. */
function ask(): void {
  const now = performance.now();
  if (now < outage) return;
  outage = now + 15_000 + 30_000 * Math.random();
  throw new Error("the other side did not answer");
}

// ---- breaking on purpose ------------------------------------------------------------------------------------------------

/** What breaks the children that can be broken now. */
const hammers = new Map<string, () => void>();

/** Never ends, but fails when someone breaks it. */
const breakable = (id: string) =>
  action<never>((_, reject) => {
    hammers.set(id, () => reject(new Error(`${id} was broken on purpose`)));
    return () => void hammers.delete(id);
  });

// ---- the children -------------------------------------------------------------------------------------------------------

function* server(supervisor: () => Supervisor) {
  const http = createServer((request, response) => answer(supervisor(), request, response));
  yield* ensure(() => until(new Promise((resolve) => close(http, resolve))));
  yield* until(
    new Promise<void>((resolve, reject) => {
      http.once("error", reject);
      http.listen(port, resolve);
    }),
  );
  // The next one listens where this one did.
  port = (http.address() as AddressInfo).port;
  console.log(`listening on http://localhost:${port}`);
  yield* ready();
  yield* breakable("server");
}

function close(http: ReturnType<typeof createServer>, done: (value: unknown) => void): void {
  http.close(done);
  http.closeAllConnections();
}

function* poller() {
  function* poll() {
    for (;;) {
      yield* sleep(pollEvery);
      try {
        yield* upstream.call(ask);
        counts.polls++;
      } catch (error) {
        if ((error as Error).name !== "CircuitOpenError") throw error;
        counts.refused++;
      }
    }
  }
  yield* race([poll, breakable("poller")]);
}

function* worker() {
  yield* ensure(() => void (leaked = []));
  function* work() {
    for (;;) {
      yield* sleep(100);
      leaked.push(new Uint8Array(2 ** 18));
      counts.jobs++;
    }
  }
  yield* race([work, breakable("worker")]);
}

/** Has the worker started anew before it takes too much. */
function* recycle(supervisor: Supervisor) {
  for (;;) {
    yield* sleep(500);
    if (leakedBytes() < leakLimit) continue;
    console.log(`recycling the worker, which has leaked ${leakedBytes()} bytes`);
    yield* supervisor.restart("worker");
    counts.recycled++;
  }
}

const leakedBytes = () => leaked.reduce((sum, bytes) => sum + bytes.byteLength, 0);

// ---- answers ------------------------------------------------------------------------------------------------------------

function answer(supervisor: Supervisor, request: IncomingMessage, response: ServerResponse): void {
  const [, verb, id = ""] = (request.url ?? "/").split("/");
  const reply = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(`${JSON.stringify(body, null, 2)}\n`);
  };
  if (request.method !== "POST") return reply(200, health(supervisor));
  if (verb === "break") {
    const hammer = hammers.get(id);
    if (hammer === undefined) return reply(404, { error: `there is no running child '${id}'` });
    // When the answer is out: what is broken may be the server.
    response.once("finish", () => hammer());
    return reply(202, { broken: id });
  }
  if (verb !== "stop" && verb !== "start") return reply(404, { error: "try /break/poller" });
  if (id === "server") return reply(409, { error: "then nobody could start it again" });
  const command = verb === "stop" ? supervisor.stop(id) : supervisor.restart(id);
  command.then(
    () => reply(200, { [verb]: id }),
    (error: Error) =>
      reply(error.name === "UnknownChildError" ? 404 : 500, { error: error.message }),
  );
}

function health(supervisor: Supervisor) {
  const children = supervisor.children().map(({ id, status, restarts, uptime, lastError }) => ({
    id,
    status,
    restarts,
    uptime: Math.round(uptime),
    lastError: lastError === undefined ? undefined : String(lastError),
  }));
  return { children, counts, leaked: leakedBytes(), upstream: upstream.state };
}

function line(event: SupervisorEvent): string {
  const why = "error" in event && event.error !== undefined ? `: ${event.error}` : "";
  switch (event.type) {
    case "restarting":
      return `${event.id} restarts in ${Math.round(event.delay)} ms (${event.inWindow} lately)`;
    case "ended":
      return `the supervisor has ended${why}`;
    case "gave_up":
      return `gave up on ${event.id} after ${event.failures.length} failures${why}`;
    default:
      return `${event.id} ${event.type}${why}`;
  }
}

// ---- the program --------------------------------------------------------------------------------------------------------

await main(function* () {
  const supervisor: Supervisor = yield* supervise([
    { id: "server", start: () => server(() => supervisor), ready: true, shutdown: 1000 },
    { id: "poller", start: poller },
    { id: "worker", start: worker },
  ], {
    maxRestarts: 4,
    within: 10_000,
    backoff: exponential({ initial: 200, max: 5000, jitter: "equal" }),
  });
  yield* spawn(function* () {
    const events = yield* supervisor.events.subscribe();
    for (;;) {
      const { done, value } = yield* events.next();
      if (done) return;
      console.log(line(value));
    }
  }, { daemon: true });
  yield* spawn(() => recycle(supervisor), { daemon: true });
  yield* supervisor.join();
});
