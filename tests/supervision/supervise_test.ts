import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { expectOrder, simulate } from "../../testing.ts";
import {
  Broadcast,
  currentTask,
  RestartLimitError,
  run,
  scope,
  sleep,
  spawn,
  supervise,
  superviseMany,
  type SupervisorEvent,
  suspend,
} from "../../mod.ts";
import { traceSpawns } from "../../src/kernel/spawn_trace.ts";
import { caught } from "../_caught.ts";
import { failing, listened, now } from "./_children.ts";

Deno.test("supervise() restarts a permanent child that fails, and one that completes [V2]", async () => {
  const { value } = await simulate(function* () {
    let completions = 0;
    const supervisor = yield* supervise([
      { id: "fails", start: failing(1) },
      {
        id: "completes",
        *start() {
          if (++completions < 2) return;
          yield* suspend();
        },
      },
    ]);
    yield* sleep(1);
    return supervisor.children();
  });
  assertEquals(value.map(({ id, status, restarts }) => [id, status, restarts]), [
    ["fails", "running", 1],
    ["completes", "running", 1],
  ]);
  assertEquals((value[0].lastError as Error).message, "failure 1");
  assertEquals(value[1].lastError, undefined);
});

Deno.test("supervise() lets the scope end, and ends with it, after what was spawned there; children newest first [V7]", async () => {
  const order = expectOrder();
  const child = (place: number) =>
    function* () {
      try {
        yield* suspend();
      } finally {
        yield* sleep(1);
        order(place);
      }
    };
  await simulate(function* () {
    yield* scope(function* () {
      yield* supervise([{ id: "a", start: child(4) }, { id: "b", start: child(3) }]);
      yield* spawn(function* () {
        yield* sleep(5);
        order(2);
      });
      order(1);
    });
    order(5);
  });
  order.end(5);
});

Deno.test("a supervisor gives up when there is one restart too many in its window [V1]", async () => {
  const { value, time } = await simulate(function* () {
    const log: string[] = [];
    function* other() {
      try {
        yield* suspend();
      } finally {
        log.push(`other stopped at ${now()}`);
      }
    }
    let starts = 0;
    function* broken() {
      starts++;
      yield* sleep(10);
      throw new Error(`broken ${starts}`);
    }
    const error = yield* caught(scope(function* () {
      yield* supervise([{ id: "other", start: other }, { id: "broken", start: broken }], {
        maxRestarts: 2,
        within: 1000,
      });
      yield* suspend();
    }));
    return { error, starts, log };
  });
  const { error, starts, log } = value;
  assertInstanceOf(error, RestartLimitError);
  assertEquals([starts, time], [3, 30]);
  assertEquals(log, ["other stopped at 30"]);
  assertEquals(error.failures.map(({ id, outcome, at }) => [id, outcome, at]), [
    ["broken", "failed", 10],
    ["broken", "failed", 20],
    ["broken", "failed", 30],
  ]);
  assertEquals((error.cause as Error).message, "broken 3");
  assertEquals([error.id, error.maxRestarts, error.within], ["broken", 2, 1000]);
});

Deno.test("a supervisor tells what happens, with causes and counts", async () => {
  const { value } = await simulate(function* () {
    const events = new Broadcast<SupervisorEvent>();
    const heard = yield* events.subscribe();
    yield* caught(scope(function* () {
      const supervisor = yield* supervise([{ id: "a", start: failing(9) }], {
        events,
        maxRestarts: 1,
      });
      yield* supervisor.join();
    }));
    const all: SupervisorEvent[] = [];
    while (heard.size > 0) all.push(yield* heard.receive());
    return all;
  });
  const brief = value.map((event) => {
    switch (event.type) {
      case "started":
        return [event.type, event.restarts];
      case "failed":
        return [event.type, (event.error as Error).message];
      case "restarting":
        return [event.type, event.delay, event.failures, event.inWindow];
      case "gave_up":
        return [event.type, (event.error as Error).message, event.failures.length];
      case "ended":
        return [event.type, (event.error as Error).name];
      default:
        return [event.type];
    }
  });
  assertEquals(brief, [
    ["started", 0],
    ["failed", "failure 1"],
    ["restarting", 0, 1, 1],
    ["started", 1],
    ["failed", "failure 2"],
    ["gave_up", "failure 2", 2],
    ["ended", "RestartLimitError"],
  ]);
});

Deno.test("a child knows which start it is in", async () => {
  const attempts: number[] = [];
  await simulate(function* () {
    yield* supervise([{
      id: "a",
      *start() {
        attempts.push(currentTask().attempt);
        if (attempts.length < 3) throw new Error("again");
        yield* suspend();
      },
    }]);
    yield* sleep(1);
  });
  assertEquals(attempts, [1, 2, 3]);
});

Deno.test("a plain and an async function are children too", async () => {
  let polls = 0;
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([
      {
        id: "async",
        start: async () => await Promise.reject(new Error("async")),
        restart: "temporary",
      },
      { id: "plain", start: () => void polls++, restart: "transient" },
    ], { events: listened() });
    yield* sleep(1);
    return supervisor.children();
  });
  assertEquals(value.map(({ id, status }) => [id, status]), [["plain", "completed"]]);
  assertEquals(polls, 1);
});

Deno.test("supervise() cannot be awaited: it needs a scope", async () => {
  await assertRejects(async () => await supervise([]), Error, "Cannot supervise");
});

Deno.test("a supervisor operation can be run again", async () => {
  await simulate(function* () {
    const operation = supervise([{ id: "a", start: suspend }]);
    const one = yield* operation;
    const two = yield* operation;
    assert(one.events !== two.events);
    yield* one.shutdown();
    assertStrictEquals(two.children()[0].status, "running");
  });
});

Deno.test("children of a real program run in ordinary time, and commands are awaited outside", async () => {
  const handle = Promise.withResolvers<import("../../mod.ts").Supervisor>();
  const task = run(function* () {
    const supervisor = yield* supervise([{ id: "a", start: suspend }]);
    handle.resolve(supervisor);
    yield* supervisor.join();
    return "over";
  });
  const supervisor = await handle.promise;
  await supervisor.start({ id: "b", start: suspend });
  await supervisor.restart("b");
  assertEquals(supervisor.children().map(({ id, restarts }) => [id, restarts]), [["a", 0], [
    "b",
    1,
  ]]);
  await supervisor.shutdown();
  assertEquals(await task, "over");
});

Deno.test("a child knows where it was asked for, when that is recorded", async () => {
  const stop = traceSpawns();
  try {
    const { value } = await simulate(function* () {
      const supervisor = yield* supervise([{ id: "a", start: suspend }]);
      const many = yield* superviseMany(() => suspend());
      yield* many.start();
      return [...supervisor.children(), ...many.children()].map(({ task }) =>
        (task as unknown as { spawnedAt?: string }).spawnedAt
      );
    });
    for (const site of value) assert(site?.includes("supervise_test.ts"), site);
  } finally {
    stop();
  }
});
