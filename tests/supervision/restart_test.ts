import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { simulate } from "../../testing.ts";
import {
  Broadcast,
  type ChildFailure,
  exponential,
  fixed,
  ready,
  RestartLimitError,
  scope,
  sleep,
  supervise,
  type SupervisorEvent,
  suspend,
} from "../../mod.ts";
import { RestartWindow } from "../../src/supervision/restart_window.ts";
import { caught } from "../_caught.ts";
import { dirty, failing, listened, noting, now } from "./_children.ts";

Deno.test("restarts in no window exceed the limit, which nothing short of it meets [V1]", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 30 }),
      (gaps, most, within) => {
        const window = new RestartWindow(most, within);
        const all: ChildFailure[] = [];
        let at = 0;
        for (const gap of gaps) {
          at += gap;
          const failure: ChildFailure = { id: "a", outcome: "failed", error: all.length, at };
          all.push(failure);
          const inWindow = all.filter((other) => other.at >= at - within);
          assertEquals(window.admit(failure), inWindow.length <= most);
          assertEquals(window.failures, inWindow);
          if (inWindow.length > most) break;
        }
      },
    ),
  );
});

Deno.test("without a limit, no more than a hundred failures are remembered", () => {
  const window = new RestartWindow(Infinity, Infinity);
  for (let at = 0; at < 1000; at++) {
    assert(window.admit({ id: "a", outcome: "failed", error: undefined, at }));
  }
  assertEquals([window.size, window.failures[0].at], [100, 900]);
});

Deno.test("a failure that is older than the window does not count any more [V1]", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: failing(5, 101) }], {
      maxRestarts: 1,
      within: 100,
    });
    yield* sleep(1000);
    return supervisor.children()[0];
  });
  assertEquals([value.status, value.restarts], ["running", 5]);
});

Deno.test("with no restarts allowed, the first failure is one too many; its error carries all [V1]", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* supervise([{ id: "a", start: failing(1) }], { maxRestarts: 0 });
      yield* suspend();
    }))
  );
  assertInstanceOf(value, RestartLimitError);
  assertEquals(value.failures.length, 1);
});

Deno.test("a permanent child that only completes meets the limit too [V1] [V2]", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* supervise([{ id: "a", start: () => {} }], { maxRestarts: 2 });
      yield* suspend();
    }))
  );
  assertInstanceOf(value, RestartLimitError);
  assertEquals(value.failures.map(({ outcome }) => outcome), Array(3).fill("completed"));
  assertEquals(value.cause, undefined);
});

Deno.test("children are stopped newest first when the supervisor gives up; what cleanup throws is not lost [V1] [S9]", async () => {
  const log: string[] = [];
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* supervise([
        { id: "a", start: noting(log, "a", 3) },
        { id: "b", start: dirty("cleanup of b") },
        { id: "c", start: failing(1, 1) },
        { id: "d", start: noting(log, "d", 3) },
      ], { maxRestarts: 0 });
      yield* suspend();
    }))
  );
  assertEquals(log, ["+a", "+d", "-d", "-a"]);
  assertInstanceOf(value, AggregateError);
  assertInstanceOf(value.errors[0], RestartLimitError);
  assertEquals((value.errors[1] as Error).message, "cleanup of b");
});

Deno.test("delays follow the backoff up to its cap, and start over after a stable period [V8]", async () => {
  const { value } = await simulate(function* () {
    const starts: number[] = [];
    yield* supervise([{
      id: "a",
      *start() {
        starts.push(now());
        // Up for long the fifth time.
        if (starts.length === 5) yield* sleep(1000);
        throw new Error("again");
      },
    }], {
      maxRestarts: Infinity,
      backoff: exponential({ initial: 10, max: 40 }),
      stableAfter: 1000,
      events: listened(),
    });
    yield* sleep(1175);
    return starts;
  });
  assertEquals(value, [0, 10, 30, 70, 110, 1120, 1140]);
});

Deno.test("jittered delays stay within their bounds, and differ [V8]", async () => {
  const delays: number[] = [];
  await simulate(function* () {
    const events = new Broadcast<SupervisorEvent>();
    const heard = yield* events.subscribe();
    yield* supervise([{ id: "a", start: failing(20) }], {
      maxRestarts: Infinity,
      backoff: fixed(100, { jitter: "equal" }),
      events,
    });
    yield* sleep(3000);
    while (heard.size > 0) {
      const event = yield* heard.receive();
      if (event.type === "restarting") delays.push(event.delay);
    }
  }, { seed: 4 });
  assertEquals(delays.length, 20);
  assert(delays.every((delay) => delay >= 50 && delay <= 100));
  assert(new Set(delays).size > 10);
});

Deno.test("a backoff that gives no delay fails the supervisor, which does not go on without", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* supervise([{ id: "a", start: failing(1) }], { backoff: { delay: () => NaN } });
      yield* suspend();
    }))
  );
  assertInstanceOf(value, RangeError);
  assertThrows(() => supervise([], { backoff: {} as never }), TypeError, "'backoff'");
});

Deno.test("others that a restart stops are stopped at once, and all wait for the delay [V3] [V8]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    let failed = false;
    const note = (name: string) =>
      function* () {
        log.push(`${now()} +${name}`);
        try {
          yield* suspend();
        } finally {
          log.push(`${now()} -${name}`);
        }
      };
    yield* supervise([
      { id: "a", start: note("a") },
      {
        id: "b",
        *start() {
          if (failed) return yield* note("b")();
          failed = true;
          yield* sleep(10);
          throw new Error("b");
        },
      },
      { id: "c", start: note("c") },
    ], { strategy: "one_for_all", backoff: fixed(100) });
    yield* sleep(200);
    return [...log];
  });
  assertEquals(value, ["0 +a", "0 +c", "10 -c", "10 -a", "110 +a", "110 +b", "110 +c"]);
});

Deno.test("rest_for_one: an earlier child that fails during a restart widens it [V3]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    let bFails = true, aFails = true;
    yield* supervise([
      {
        id: "a",
        *start() {
          log.push("+a");
          if (aFails) {
            aFails = false;
            yield* sleep(15);
            throw new Error("a");
          }
          yield* suspend();
        },
      },
      {
        id: "b",
        *start() {
          log.push("+b");
          if (bFails) {
            bFails = false;
            yield* sleep(10);
            throw new Error("b");
          }
          yield* suspend();
        },
      },
      { id: "c", start: noting(log, "c", 10) },
    ], { strategy: "rest_for_one" });
    yield* sleep(100);
    return [...log];
  });
  assertEquals(value, ["+a", "+b", "+c", "-c", "+a", "+b", "+c"]);
});

Deno.test("one_for_all starts again those too that had completed or been stopped, as OTP does [V3]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "done", start: () => void log.push("done"), restart: "transient" },
      { id: "stopped", start: noting(log, "stopped") },
      { id: "fails", start: failing(1, 10) },
    ], { strategy: "one_for_all" });
    yield* supervisor.stop("stopped");
    yield* sleep(5);
    log.length = 0;
    yield* sleep(10);
    return { log: [...log], status: supervisor.children().map(({ status }) => status) };
  });
  assertEquals(value.log, ["done", "+stopped"]);
  assertEquals(value.status, ["completed", "running", "running"]);
});

Deno.test("'shutdown' bounds each stop: so long, not at all, or as long as it takes [V5]", async () => {
  const warn = console.warn;
  console.warn = () => {};
  try {
    const { value } = await simulate(function* () {
      const log: string[] = [];
      const slow = (name: string) =>
        function* () {
          try {
            yield* suspend();
          } finally {
            yield* sleep(50);
            log.push(`${name} is clean at ${now()}`);
          }
        };
      const supervisor = yield* supervise([
        { id: "infinity", start: slow("infinity"), shutdown: "infinity" },
        { id: "long", start: slow("long"), shutdown: 60 },
        { id: "short", start: slow("short"), shutdown: 20 },
        { id: "immediate", start: slow("immediate"), shutdown: "immediate" },
      ]);
      yield* sleep(1);
      yield* supervisor.shutdown();
      return { log, time: now() };
    });
    assertEquals(value, {
      log: ["long is clean at 71", "infinity is clean at 121"],
      time: 121,
    });
  } finally {
    console.warn = warn;
  }
});

Deno.test("a failure that ends in nothing is told on the console, unless someone listens", async () => {
  const warn = console.warn;
  const told: unknown[][] = [];
  console.warn = (...args: unknown[]) => void told.push(args);
  try {
    for (const events of [undefined, listened()]) {
      await simulate(function* () {
        yield* supervise([{ id: "a", start: failing(1), restart: "temporary" }], { events });
        yield* sleep(1);
      });
    }
  } finally {
    console.warn = warn;
  }
  assertEquals(told.map(([what, error]) => [what, (error as Error).message]), [
    ["Child 'a' failed:", "failure 1"],
  ]);
});

Deno.test("a restart that joins another does not shorten its delay [V8]", async () => {
  const { value } = await simulate(function* () {
    const starts: string[] = [];
    const failingAt = (name: string, ...times: number[]) => {
      let count = 0;
      return function* () {
        starts.push(`${now()} ${name}`);
        const time = times[count++];
        if (time === undefined) return yield* suspend();
        yield* sleep(time);
        throw new Error(name);
      };
    };
    yield* supervise([
      { id: "a", start: failingAt("a", 130) },
      { id: "b", start: failingAt("b", 10, 10) },
    ], { strategy: "rest_for_one", backoff: exponential({ initial: 100 }) });
    yield* sleep(1000);
    return [...starts];
  });
  // b fails at 10 and, after 100 ms, at 120; it waits until 320 when a fails at 130, whose own delay would end at 230.
  assertEquals(value, ["0 a", "0 b", "110 b", "320 a", "320 b"]);
});

Deno.test("a child that is removed while it is being stopped does not come back with its group [V3]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "a", start: failing(1, 10) },
      { id: "b", start: noting(log, "b", 20) },
    ], { strategy: "one_for_all" });
    yield* sleep(5);
    yield* supervisor.remove("b");
    yield* sleep(50);
    return [...log, ...supervisor.children().map(({ id, status }) => `${id} ${status}`)];
  });
  assertEquals(value, ["+b", "-b", "a running"]);
});

Deno.test("a child that is stopped while it waits in line behind one that starts is not started", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    let starts = 0;
    const supervisor = yield* supervise([
      {
        id: "a",
        ready: true,
        *start() {
          if (starts++ > 0) yield* sleep(50);
          yield* ready();
          yield* sleep(10);
          if (starts === 1) throw new Error("a");
          yield* suspend();
        },
      },
      { id: "b", start: noting(log, "b") },
      { id: "c", start: noting(log, "c") },
    ], { strategy: "rest_for_one" });
    yield* sleep(20);
    const waiting = supervisor.children().map(({ status }) => status);
    yield* supervisor.stop("b");
    yield* sleep(100);
    return [waiting, log.splice(0), supervisor.children().map(({ status }) => status)];
  });
  assertEquals(value, [
    ["starting", "restarting", "restarting"],
    ["+b", "+c", "-c", "-b", "+c"],
    ["running", "stopped", "running"],
  ]);
});
