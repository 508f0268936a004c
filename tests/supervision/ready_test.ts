import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  type Effect,
  ready,
  RestartLimitError,
  run,
  scope,
  sleep,
  spawn,
  StartError,
  supervise,
  suspend,
  TimeoutError,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { noting, now } from "./_children.ts";

/** A child that is ready some time after it was started. */
function readyAfter(ms: number, log?: string[], name = "") {
  return function* (): Generator<Effect<unknown>, void, unknown> {
    yield* sleep(ms);
    log?.push(`${now()} ${name}`);
    yield* ready();
    yield* suspend();
  };
}

Deno.test("a child that says when it is ready keeps those after it waiting", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    yield* supervise([
      { id: "a", start: readyAfter(10, log, "a"), ready: true },
      { id: "b", start: readyAfter(10, log, "b"), startTimeout: 100 },
      { id: "c", start: noting(log, "c") },
    ]);
    return [...log, now()];
  });
  assertEquals(value, ["10 a", "20 b", "+c", 20]);
});

Deno.test("ready() is heard from a task of the child, from a function, and does nothing elsewhere", async () => {
  const { time } = await simulate(function* () {
    yield* supervise([
      {
        id: "below",
        ready: true,
        *start() {
          yield* scope(function* () {
            yield* spawn(function* () {
              yield* sleep(3);
              ready();
              ready();
            });
          });
          yield* suspend();
        },
      },
      { id: "plain", ready: true, restart: "temporary", start: () => void ready() },
      { id: "async", ready: true, restart: "transient", start: async () => await ready() },
      { id: "unasked", start: readyAfter(50) },
    ]);
    yield* ready();
  });
  assertEquals(time, 3);
  await run(() => ready());
  assertThrows(() => ready(), Error, "outside a task");
});

Deno.test("a first start that comes to nothing stops those before it, and is thrown by supervise()", async () => {
  const cause = new Error("no port");
  const starts = {
    fails: {
      *start() {
        yield* sleep(5);
        throw cause;
      },
    },
    late: { start: suspend, startTimeout: 20 },
  };
  for (const [id, spec] of Object.entries(starts)) {
    const log: string[] = [];
    const { value } = await simulate(function* () {
      const error = yield* caught(supervise([
        { id: "before", start: noting(log, "before", 1) },
        { id, ready: true, ...spec },
        { id: "after", start: noting(log, "after") },
      ]));
      return { error, time: now() };
    });
    const { error, time } = value;
    assertInstanceOf(error, StartError);
    assertEquals(error.id, id);
    assertEquals(log, ["+before", "-before"]);
    if (id === "fails") assertStrictEquals(error.cause, cause);
    else {
      assertInstanceOf(error.cause, TimeoutError);
      assertEquals([error.cause.ms, time], [20, 21]);
    }
  }
});

Deno.test("start() of a child that never gets ready is refused after its timeout, and the child is not kept", async () => {
  await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: suspend }]);
    const error = yield* caught(supervisor.start({ id: "b", start: suspend, startTimeout: 30 }));
    assertInstanceOf(error, StartError);
    assertEquals([now(), supervisor.children().map(({ id }) => id)], [30, ["a"]]);
    yield* supervisor.start({ id: "b", start: readyAfter(1), startTimeout: 30 });
    assertEquals(now(), 31);
  });
});

Deno.test("restart() of a child that does not get ready leaves it down, and says so", async () => {
  await simulate(function* () {
    let starts = 0;
    const supervisor = yield* supervise([{
      id: "a",
      startTimeout: 10,
      *start() {
        if (starts++ === 0) yield* ready();
        yield* suspend();
      },
    }]);
    assertInstanceOf(yield* caught(supervisor.restart("a")), StartError);
    yield* sleep(100);
    assertEquals([starts, supervisor.children()[0].status], [2, "failed"]);
  });
});

Deno.test("a failed restart counts as a restart [V4]", async () => {
  const { value, time } = await simulate(() =>
    caught(scope(function* () {
      let starts = 0;
      yield* supervise([{
        id: "a",
        startTimeout: 10,
        *start() {
          if (starts++ > 0) yield* suspend();
          yield* ready();
          throw new Error("once");
        },
      }], { maxRestarts: 3 });
      yield* suspend();
    }))
  );
  assertInstanceOf(value, RestartLimitError);
  assertEquals(time, 30);
  assertEquals(value.failures.map(({ error }) => (error as Error).name), [
    "Error",
    "TimeoutError",
    "TimeoutError",
    "TimeoutError",
  ]);
});

Deno.test("one whose restart fails under rest_for_one is tried again with those after it; those before it stay [V3] [V4]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const starts = { a: 0, b: 0 };
    yield* supervise([
      {
        id: "a",
        *start() {
          log.push("a");
          if (starts.a++ === 0) {
            yield* sleep(10);
            throw new Error("a");
          }
          yield* suspend();
        },
      },
      {
        id: "b",
        startTimeout: 5,
        *start() {
          log.push("b");
          // Fails in its second start only.
          if (starts.b++ !== 1) yield* ready();
          yield* suspend();
        },
      },
      {
        id: "c",
        *start() {
          log.push("c");
          yield* suspend();
        },
      },
    ], { strategy: "rest_for_one" });
    yield* sleep(50);
    return [...log];
  });
  assertEquals(value, ["a", "b", "c", "a", "b", "b", "c"]);
});

Deno.test("one whose restart fails under one_for_all has all start again [V3] [V4]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const starts = { a: 0, b: 0 };
    yield* supervise([
      {
        id: "a",
        *start() {
          log.push("a");
          starts.a++;
          yield* suspend();
        },
      },
      {
        id: "b",
        ready: true,
        *start() {
          log.push("b");
          if (starts.b++ === 1) throw new Error("start");
          yield* ready();
          yield* sleep(10);
          if (starts.b === 1) throw new Error("run");
          yield* suspend();
        },
      },
    ], { strategy: "one_for_all" });
    yield* sleep(50);
    return [...log];
  });
  assertEquals(value, ["a", "b", "a", "b", "a", "b"]);
});

Deno.test("a child that is stopped while it cleans up after its start timeout has been stopped, and nothing more", async () => {
  await simulate(function* () {
    const supervisor = yield* supervise([]);
    const added = supervisor.start({
      id: "a",
      startTimeout: 10,
      *start() {
        try {
          yield* suspend();
        } finally {
          yield* sleep(20);
        }
      },
    });
    yield* sleep(15);
    assertEquals(supervisor.children()[0].status, "stopping");
    yield* supervisor.stop("a");
    assertEquals(now(), 30);
    assertInstanceOf(yield* caught(added), StartError);
  });
});
