/** Who is told of what goes wrong while children are stopped: whoever still asks, or else the scope. */
import { assertEquals } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  Broadcast,
  ensure,
  fixed,
  run,
  scope,
  sleep,
  spawn,
  supervise,
  type Supervisor,
  type SupervisorEvent,
  suspend,
  timeout,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { unhandledDuring } from "../kernel/_unhandled.ts";
import { dirty, failing, listened, noting } from "./_children.ts";

const dirtyLater = dirty("dirty", 100);

Deno.test("what cleanup fails with goes to the scope, and to join(), when the asker has stopped waiting [S9]", async () => {
  const { value } = await simulate(function* () {
    let joined: unknown;
    const thrown = yield* caught(scope(function* () {
      const supervisor = yield* supervise([{ id: "a", start: dirtyLater }], { events: listened() });
      yield* sleep(1);
      yield* caught(timeout(10, () => supervisor.shutdown()));
      joined = yield* caught(supervisor.join());
    }));
    return [joined, thrown].map((error) => (error as Error)?.message);
  });
  assertEquals(value, ["dirty", "dirty"]);
});

Deno.test("of several that ask for the end those are told of the cleanup who still wait [S9]", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: dirtyLater }], { events: listened() });
    yield* sleep(1);
    const asking = yield* spawn(() => caught(supervisor.shutdown()));
    yield* caught(timeout(10, () => supervisor.shutdown()));
    const told = yield* asking;
    return [(told as Error).message, yield* caught(supervisor.join())];
  });
  assertEquals(value, ["dirty", undefined]);
});

Deno.test("a child that shuts its supervisor down leaves no unhandled rejection behind; the scope is told [S9] [S10]", async () => {
  let thrown: unknown;
  const reasons = await unhandledDuring(async () => {
    thrown = await run(function* () {
      const supervisor: Supervisor = yield* supervise([
        { id: "a", start: dirty("dirty") },
        {
          id: "b",
          *start() {
            yield* sleep(1);
            yield* supervisor.shutdown();
          },
        },
      ], { events: listened() });
      yield* supervisor.join();
    }).catch((error) => error);
  });
  assertEquals([(thrown as Error)?.message, reasons], ["dirty", []]);
});

Deno.test("a child that stops itself and whose cleanup fails is told of, and no unhandled rejection [S9] [S10]", async () => {
  const seen: string[] = [];
  const reasons = await unhandledDuring(() =>
    run(function* () {
      const events = new Broadcast<SupervisorEvent>();
      const heard = yield* events.subscribe();
      const supervisor: Supervisor = yield* supervise([{
        id: "a",
        *start() {
          yield* ensure(() => Promise.reject(new Error("dirty")));
          yield* sleep(1);
          yield* supervisor.stop("a");
        },
      }], { events });
      for (;;) {
        const event = yield* heard.receive();
        seen.push(`${event.type} ${"error" in event ? (event.error as Error)?.message : ""}`);
        if (event.type === "stopped") return;
      }
    })
  );
  assertEquals([seen, reasons], [["started ", "stopped dirty"], []]);
});

Deno.test("who asks later is told of the cleanup too, and nothing is left unhandled in between [S10]", async () => {
  const told: unknown[] = [];
  const reasons = await unhandledDuring(() =>
    run(function* () {
      const supervisor = yield* supervise([
        { id: "a", start: dirty("a") },
        { id: "b", start: dirty("b") },
      ], { events: listened() });
      yield* sleep(1);
      const stop = supervisor.stop("a");
      yield* sleep(1);
      told.push(yield* caught(stop));
      const shutdown = supervisor.shutdown();
      shutdown.catch(() => {});
      yield* sleep(1);
      told.push(yield* caught(shutdown));
    })
  );
  assertEquals([told.map((error) => (error as Error).message), reasons], [["a", "b"], []]);
});

/** One that fails by itself while a newer one takes its time to stop. */
const failsDuringStop = [
  {
    id: "poller",
    *start() {
      yield* sleep(10);
      throw new Error("poll failed");
    },
  },
  { id: "server", start: noting([], "server", 20) },
];

Deno.test("a child that fails before its turn to be stopped has failed, which is no error of the stop [S9]", async () => {
  const { value } = await simulate(function* () {
    const seen: string[] = [];
    const events = new Broadcast<SupervisorEvent>();
    const heard = yield* events.subscribe();
    yield* scope(function* () {
      const supervisor = yield* supervise(failsDuringStop, { events });
      yield* sleep(5);
      yield* supervisor.shutdown();
      seen.push(supervisor.children()[0].status);
    });
    // At the end of the scope too.
    yield* scope(function* () {
      yield* supervise(failsDuringStop, { events });
      yield* sleep(5);
    });
    while (heard.size > 0) {
      const event = yield* heard.receive();
      if ("id" in event && event.type !== "started") seen.push(`${event.type} ${event.id}`);
    }
    return seen;
  });
  const events = ["failed poller", "stopped server"];
  assertEquals(value, ["failed", ...events, ...events]);
});

Deno.test("a failure that only the end of the supervisor keeps from a restart is told on the console, unless someone listens", async () => {
  const warn = console.warn;
  const told: unknown[][] = [];
  console.warn = (...args: unknown[]) => void told.push(args);
  try {
    await simulate(function* () {
      yield* supervise(failsDuringStop);
      yield* sleep(5);
    });
  } finally {
    console.warn = warn;
  }
  assertEquals(told.map(([what, error]) => [what, (error as Error).message]), [
    ["Child 'poller' failed:", "poll failed"],
  ]);
});

Deno.test("a child that fails before its turn comes back with its group, and counts once [V1] [V3]", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([
      { id: "poller", start: failing(1, 10) },
      { id: "cause", start: failing(1, 5) },
      { id: "server", start: noting([], "server", 20) },
    ], { strategy: "one_for_all", maxRestarts: 1, events: listened() });
    yield* sleep(100);
    return supervisor.children().map(({ status, restarts, lastError }) => [
      status,
      restarts,
      (lastError as Error | undefined)?.message,
    ]);
  });
  assertEquals(value, [
    ["running", 1, "failure 1"],
    ["running", 1, "failure 1"],
    ["running", 1, undefined],
  ]);
});

Deno.test("events leave no gap: a restart that does not come, a child that completes before it is ready", async () => {
  const { value } = await simulate(function* () {
    const seen: string[] = [];
    const events = new Broadcast<SupervisorEvent>();
    const heard = yield* events.subscribe();
    const supervisor = yield* supervise([
      { id: "a", start: failing(1) },
      { id: "b", start: failing(1) },
      { id: "c", start: () => {}, ready: true, restart: "transient" },
    ], { backoff: fixed(100), events });
    yield* sleep(1);
    yield* supervisor.remove("a");
    yield* supervisor.shutdown();
    while (heard.size > 0) {
      const event = yield* heard.receive();
      seen.push(`${event.type}${"id" in event ? ` ${event.id}` : ""}`);
    }
    return ["a", "b", "c"].map((id) => seen.filter((text) => text.endsWith(` ${id}`)));
  });
  const both = ["started", "failed", "restarting", "stopped"];
  assertEquals(value, [
    [...both, "removed"].map((type) => `${type} a`),
    both.map((type) => `${type} b`),
    ["started c", "completed c"],
  ]);
});

Deno.test("a cleanup that throws undefined has failed all the same [S9]", async () => {
  const { value } = await simulate(function* () {
    const outcomes: string[] = [];
    yield* scope(function* () {
      const supervisor = yield* supervise(
        ["a", "b"].map((id) => ({
          id,
          *start() {
            yield* ensure(() => Promise.reject(undefined));
            yield* suspend();
          },
        })),
        { events: listened() },
      );
      yield* sleep(1);
      for (const ask of [() => supervisor.stop("a"), () => supervisor.shutdown()]) {
        try {
          yield* ask();
          outcomes.push("clean");
        } catch (error) {
          outcomes.push(`threw ${error}`);
        }
      }
    });
    return outcomes;
  });
  assertEquals(value, ["threw undefined", "threw undefined"]);
});
