import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  ClosedError,
  DuplicateChildError,
  fixed,
  run,
  sleep,
  spawn,
  StartError,
  supervise,
  type Supervisor,
  supervisor,
  type SupervisorOptions,
  suspend,
  UnknownChildError,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { unhandledDuring } from "../kernel/_unhandled.ts";
import { dirty, failing, listened, noting, now } from "./_children.ts";

const strategies: readonly NonNullable<SupervisorOptions["strategy"]>[] = [
  "one_for_one",
  "one_for_all",
  "rest_for_one",
];

for (const strategy of strategies) {
  Deno.test(`${strategy}: children are added, stopped, restarted and removed while it runs`, async () => {
    const { value } = await simulate(function* () {
      const log: string[] = [];
      const supervisor = yield* supervise([{ id: "a", start: noting(log, "a") }], { strategy });
      const standing = () => supervisor.children().map(({ id, status }) => `${id} ${status}`);
      const seen: string[][] = [];
      yield* supervisor.start({ id: "b", start: noting(log, "b", 1) });
      yield* sleep(0);
      seen.push(standing());
      yield* supervisor.stop("b");
      yield* supervisor.stop("b");
      seen.push(standing());
      yield* supervisor.restart("b");
      yield* sleep(0);
      yield* supervisor.restart("b");
      yield* sleep(0);
      seen.push(standing());
      yield* supervisor.remove("a");
      yield* supervisor.stop("b");
      yield* supervisor.remove("b");
      seen.push(standing());
      yield* supervisor.start({ id: "a", start: noting(log, "a2") });
      yield* sleep(0);
      seen.push(standing());
      return { seen, log: [...log] };
    });
    assertEquals(value.seen, [
      ["a running", "b running"],
      ["a running", "b stopped"],
      ["a running", "b running"],
      [],
      ["a running"],
    ]);
    assertEquals(value.log, ["+a", "+b", "-b", "+b", "-b", "+b", "-a", "-b", "+a2"]);
  });
}

Deno.test("a manual restart concerns one child, and does not count in the window [V1]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "a", start: noting(log, "a") },
      { id: "b", start: noting(log, "b") },
    ], { strategy: "one_for_all", maxRestarts: 0 });
    for (let i = 0; i < 3; i++) {
      yield* sleep(0);
      yield* supervisor.restart("a");
    }
    yield* sleep(0);
    return [...log];
  });
  assertEquals(value, ["+a", "+b", "-a", "+a", "-a", "+a", "-a", "+a"]);
});

Deno.test("stop(), remove(), restart() and shutdown() are obeyed during the delay of a restart [V6]", async () => {
  for (const strategy of strategies) {
    for (const order of ["stop", "remove", "restart", "shutdown"] as const) {
      const { value } = await simulate(function* () {
        const supervisor = yield* supervise([{ id: "a", start: failing(1) }, {
          id: "b",
          start: suspend,
        }], { strategy, backoff: fixed(1000) });
        yield* sleep(10);
        assertEquals(supervisor.children()[0].status, "restarting");
        if (order === "shutdown") yield* supervisor.shutdown();
        else if (order === "restart" && strategy !== "one_for_one") {
          // All wait for the delay together.
          void supervisor.restart("a");
        } else yield* supervisor[order]("a");
        const then = now();
        yield* sleep(2000);
        return [then, ...supervisor.children().map(({ id, status }) => `${id} ${status}`)];
      });
      assertEquals(
        value,
        {
          stop: [10, "a stopped", "b running"],
          remove: [10, "b running"],
          restart: [10, "a running", "b running"],
          shutdown: [10, "a stopped", "b stopped"],
        }[order],
        `${strategy} ${order}`,
      );
    }
  }
});

Deno.test("stop() and shutdown() are obeyed while children start, and while they are stopped for a restart [V6]", async () => {
  for (const strategy of strategies) {
    const { value } = await simulate(function* () {
      let starts = 0;
      const supervisor = yield* supervise([
        {
          id: "a",
          *start() {
            if (starts++ === 0) throw new Error("a");
            yield* suspend();
          },
        },
      ], { strategy });
      // Never ready: its start is under way.
      const added = supervisor.start({ id: "slow", start: suspend, startTimeout: Infinity });
      yield* sleep(1);
      assertEquals(supervisor.children()[1].status, "starting");
      yield* supervisor.stop("slow");
      const failure = yield* caught(added);
      assertInstanceOf(failure, StartError);
      const again = supervisor.start({ id: "slow", start: suspend, startTimeout: Infinity });
      yield* sleep(1);
      yield* supervisor.shutdown();
      const refused = yield* caught(again);
      return [(refused as Error).name, now(), ...supervisor.children().map(({ id }) => id)];
    });
    assertEquals(value, ["StartError", 2, "a"]);
  }
  // While a sibling is being stopped for a restart.
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "a", start: failing(1, 5) },
      { id: "b", start: noting(log, "b", 50) },
    ], { strategy: "one_for_all" });
    yield* sleep(10);
    assertEquals(supervisor.children().map(({ status }) => status), ["restarting", "stopping"]);
    yield* supervisor.shutdown();
    return [...log, now()];
  });
  assertEquals(value, ["+b", "-b", 55]);
});

Deno.test("a child may stop itself, or the whole supervisor", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const handle: Supervisor = yield* supervise([
      {
        id: "self",
        *start() {
          yield* sleep(1);
          try {
            yield* handle.stop("self");
            log.push("went on");
          } catch (error) {
            log.push((error as Error).name);
            throw error;
          }
        },
      },
      {
        id: "all",
        *start() {
          yield* sleep(2);
          yield* handle.shutdown();
          log.push("went on");
        },
      },
    ]);
    yield* handle.join();
    return [...log, ...handle.children().map(({ status }) => status)];
  });
  assertEquals(value, ["CancelledError", "stopped", "stopped"]);
});

Deno.test("commands are begun by the call; one that fails with nobody waiting is reported [S10]", async () => {
  const reasons = await unhandledDuring(() =>
    run(function* () {
      const supervisor = yield* supervise([{ id: "a", start: suspend }]);
      void supervisor.stop("a");
      void supervisor.stop("nobody");
      yield* sleep(1);
      assertEquals(supervisor.children()[0].status, "stopped");
    })
  );
  assertEquals(reasons.map((reason) => (reason as Error).name), ["UnknownChildError"]);
});

Deno.test("who stops waiting for a command does not take it back", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([]);
    const asking = yield* spawn(() =>
      supervisor.start({
        id: "a",
        *start() {
          yield* suspend();
        },
        startTimeout: 50,
      })
    );
    yield* sleep(1);
    yield* asking.cancel();
    return supervisor.children().map(({ status }) => status);
  });
  assertEquals(value, ["starting"]);
});

Deno.test("stop() and shutdown() throw what cleaning up failed with, once it is done", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([
      { id: "a", start: dirty("a") },
      { id: "b", start: dirty("b") },
    ], {
      events: listened(),
    });
    yield* sleep(1);
    const errors = [
      yield* caught(supervisor.stop("a")),
      yield* caught(supervisor.shutdown()),
    ];
    return [...errors, ...supervisor.children().map(({ status }) => status)];
  });
  assertEquals((value[0] as Error).message, "a");
  assertEquals((value[1] as Error).message, "b");
  assertEquals(value.slice(2), ["stopped", "stopped"]);
});

Deno.test("what cleaning up fails with at the end of the scope is thrown by the scope [S9]", async () => {
  await assertRejects(
    () =>
      simulate(function* () {
        yield* supervise([{ id: "a", start: dirty("dirty") }]);
        yield* sleep(1);
      }),
    Error,
    "dirty",
  );
});

Deno.test("duplicate and unknown ids are typed errors", async () => {
  await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: suspend }]);
    const duplicate = yield* caught(supervisor.start({ id: "a", start: suspend }));
    assertInstanceOf(duplicate, DuplicateChildError);
    assertEquals(duplicate.id, "a");
    for (const verb of ["stop", "restart", "remove"] as const) {
      const unknown = yield* caught(supervisor[verb]("x"));
      assertInstanceOf(unknown, UnknownChildError);
      assertEquals(unknown.id, "x");
      assertEquals(unknown.message.startsWith(`Cannot ${verb} child "x"`), true);
    }
    yield* supervisor.shutdown();
    yield* supervisor.shutdown();
    assertInstanceOf(
      yield* caught(supervisor.start({ id: "b", start: suspend })),
      ClosedError,
    );
    assertInstanceOf(yield* caught(supervisor.restart("a")), ClosedError);
    yield* supervisor.stop("a");
  });
  assertThrows(
    () => supervise([{ id: "a", start: suspend }, { id: "a", start: suspend }]),
    DuplicateChildError,
    "'a'",
  );
});

Deno.test("wrong specs and options are typed errors, before anything starts", async () => {
  const start = () => {
    throw new Error("must not start");
  };
  const wrong: [spec: unknown, ErrorClass: ErrorConstructor, words: string][] = [
    [5, TypeError, "{ id, start }"],
    [{ start }, TypeError, "'id'"],
    [{ id: "", start }, RangeError, "'id'"],
    [{ id: "b" }, TypeError, "'start'"],
    [{ id: "b", start: sleep(1) }, TypeError, "wrap the operation"],
    [{ id: "b", start, restart: "always" }, TypeError, "'restart'"],
    [{ id: "b", start, shutdown: -1 }, RangeError, "'shutdown'"],
    [{ id: "b", start, shutdown: "soon" }, TypeError, "'shutdown'"],
    [{ id: "b", start, significant: 1 }, TypeError, "'significant'"],
    [{ id: "b", start, significant: true }, TypeError, "significant"],
    [{ id: "b", start, restart: "transient", significant: true }, TypeError, "autoShutdown"],
    [{ id: "b", start, ready: "yes" }, TypeError, "'ready'"],
    [{ id: "b", start, startTimeout: NaN }, RangeError, "'startTimeout'"],
    [{ id: "b", start, ready: false, startTimeout: 1 }, TypeError, "'startTimeout'"],
  ];
  for (const [spec, ErrorClass, words] of wrong) {
    const specs = [{ id: "a", start }, spec] as never;
    assertThrows(() => supervise(specs), ErrorClass, words);
    assertThrows(() => supervisor(specs), ErrorClass, words);
    await simulate(function* () {
      const supervisor = yield* supervise([]);
      assertThrows(() => supervisor.start(spec as never), ErrorClass, words);
    });
  }
  assertThrows(() => supervise("a" as never), TypeError, "'children'");
  assertThrows(() => supervise(new Array(1)), TypeError, "{ id, start }");
  assertThrows(() => supervise([], 5 as never), TypeError, "options");
  assertThrows(() => supervise([], { strategy: "one" as never }), TypeError, "'strategy'");
  assertThrows(() => supervise([], { autoShutdown: "any" as never }), TypeError, "'autoShutdown'");
  assertThrows(() => supervise([], { maxRestarts: -1 }), RangeError, "'maxRestarts'");
  assertThrows(() => supervise([], { maxRestarts: "1" as never }), TypeError, "'maxRestarts'");
  assertThrows(() => supervise([], { within: 0 }), RangeError, "'within'");
  assertThrows(() => supervise([], { stableAfter: -1 }), RangeError, "'stableAfter'");
  assertThrows(() => supervise([], { events: {} as never }), TypeError, "'events'");
});

Deno.test("a child that is cancelled from outside while it starts has not started", async () => {
  await simulate(function* () {
    const supervisor = yield* supervise([]);
    const added = supervisor.start({ id: "a", start: suspend, ready: true });
    yield* sleep(1);
    void supervisor.children()[0].task!.cancel();
    const error = yield* caught(added);
    assertInstanceOf(error, StartError);
    assertEquals(supervisor.children(), []);
  });
});

Deno.test("uptime, restarts and the last error are told of each child", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: failing(1, 10) }]);
    const before = supervisor.children()[0];
    yield* sleep(10);
    yield* sleep(5);
    const { task, ...after } = supervisor.children()[0];
    return { before: [before.uptime, before.lastError], after, name: task?.name };
  });
  assertEquals(value.before, [0, undefined]);
  assertEquals(value.name, "a");
  assertEquals({ ...value.after, lastError: (value.after.lastError as Error).message }, {
    id: "a",
    status: "running",
    restart: "permanent",
    restarts: 1,
    uptime: 5,
    lastError: "failure 1",
  });
});
