import { assertEquals, assertInstanceOf } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  fixed,
  ready,
  RestartLimitError,
  type RestartType,
  scope,
  sleep,
  StartError,
  supervise,
  supervisor,
  type SupervisorOptions,
  suspend,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { failing, listened, noting, now } from "./_children.ts";

const broken = { id: "broken", start: failing(Infinity) };
const limit: SupervisorOptions = { maxRestarts: 1 };

/** The ways of writing a supervisor as a child. */
const forms = {
  supervisor: supervisor([broken], limit),
  "() => supervise()": () => supervise([broken], limit),
  *"yield* supervise()"() {
    yield* supervise([broken], limit);
  },
  *"return yield* supervise()"() {
    return yield* supervise([broken], limit);
  },
  *"and suspended"() {
    yield* supervise([broken], limit);
    yield* suspend();
  },
};

for (const [form, start] of Object.entries(forms)) {
  Deno.test(`a nested supervisor that gives up is restarted by the outer, which gives up in its turn: ${form} [V1]`, async () => {
    const { value } = await simulate(() =>
      caught(scope(function* () {
        yield* supervise([{ id: "inner", start, ready: false }], { maxRestarts: 2 });
        yield* suspend();
      }))
    );
    assertInstanceOf(value, RestartLimitError);
    assertEquals([value.id, value.failures.length], ["inner", 3]);
    assertInstanceOf(value.cause, RestartLimitError);
    assertEquals([value.cause.id, value.cause.failures.length], ["broken", 2]);
  });
}

Deno.test("a child that supervises goes on as long as its supervisor does", async () => {
  const { value } = await simulate(function* () {
    let inner: import("../../mod.ts").Supervisor | undefined;
    const outer = yield* supervise([{
      id: "inner",
      restart: "transient",
      *start() {
        inner = yield* supervise([{ id: "a", start: suspend }]);
      },
    }]);
    yield* sleep(10);
    const before = outer.children()[0].status;
    yield* inner!.shutdown();
    yield* sleep(0);
    return [before, outer.children()[0].status];
  });
  assertEquals(value, ["running", "completed"]);
});

Deno.test("a supervisor in a scope of a child's own ends with that scope", async () => {
  const { time } = await simulate(function* () {
    const outer = yield* supervise([{
      id: "job",
      restart: "transient",
      *start() {
        yield* scope(function* () {
          yield* supervise([{ id: "helper", start: suspend }]);
          yield* sleep(7);
        });
      },
    }]);
    yield* outer.children()[0].task!;
  });
  assertEquals(time, 7);
});

Deno.test("supervisor() is up when its children are, and stops inside out, newest first [V7]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const slow = function* () {
      yield* sleep(20_000);
      log.push("slow is ready");
      yield* ready();
      yield* suspend();
    };
    const outer = yield* supervise([
      {
        id: "inner",
        start: supervisor([
          { id: "slow", start: slow, startTimeout: Infinity },
          { id: "a", start: noting(log, "a", 10_000), shutdown: 20_000 },
          { id: "b", start: noting(log, "b", 10_000), shutdown: 20_000 },
        ]),
      },
      { id: "c", start: noting(log, "c") },
    ]);
    log.push("all are up");
    yield* sleep(1);
    yield* outer.shutdown();
    return [...log, now()];
  });
  assertEquals(value, [
    "slow is ready",
    "+a",
    "+b",
    "+c",
    "all are up",
    "-c",
    "-b",
    "-a",
    40_001,
  ]);
});

Deno.test("a nested supervisor whose children do not start fails the start of the outer", async () => {
  const { value } = await simulate(() =>
    caught(supervise([{
      id: "inner",
      start: supervisor([{ id: "deep", start: failing(1), ready: true }]),
    }]))
  );
  assertInstanceOf(value, StartError);
  assertInstanceOf(value.cause, StartError);
  assertEquals([value.id, value.cause.id], ["inner", "deep"]);
});

Deno.test("significant children shut the supervisor down: the first, or the last of them", async () => {
  const cases: [
    autoShutdown: "any_significant" | "all_significant",
    restart: RestartType,
    fails: boolean,
    time: number,
  ][] = [
    ["any_significant", "transient", false, 10],
    ["any_significant", "temporary", false, 10],
    ["any_significant", "temporary", true, 10],
    ["all_significant", "transient", false, 20],
    ["all_significant", "temporary", true, 20],
  ];
  for (const [autoShutdown, restart, fails, time] of cases) {
    const ending = (ms: number) =>
      function* () {
        yield* sleep(ms);
        if (fails) throw new Error("end");
      };
    const { value } = await simulate(function* () {
      const log: string[] = [];
      const supervisor = yield* supervise([
        { id: "x", start: noting(log, "x") },
        { id: "a", start: ending(10), restart, significant: true },
        { id: "b", start: ending(20), restart, significant: true },
        { id: "c", start: ending(5), restart },
      ], { autoShutdown, events: listened() });
      yield* supervisor.join();
      return [now(), ...log];
    });
    assertEquals(value, [time, "+x", "-x"], `${autoShutdown} ${restart} ${fails}`);
  }
});

Deno.test("a significant child that is restarted, or stopped by its supervisor, shuts nothing down", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([
      { id: "a", start: failing(1, 5), restart: "transient", significant: true },
      { id: "b", start: suspend, restart: "temporary", significant: true },
    ], { autoShutdown: "any_significant" });
    yield* sleep(10);
    yield* supervisor.stop("b");
    yield* sleep(10);
    return supervisor.children().map(({ id, status }) => [id, status]);
  });
  assertEquals(value, [["a", "running"]]);
});

Deno.test("a significant child that waits for its restart counts among those that are left", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([
      { id: "a", start: failing(1, 5), restart: "transient", significant: true },
      { id: "b", start: () => sleep(10), restart: "transient", significant: true },
    ], { autoShutdown: "all_significant", backoff: fixed(50) });
    yield* sleep(100);
    return supervisor.children().map(({ status }) => status);
  });
  assertEquals(value, ["running", "completed"]);
});

Deno.test("a nested supervisor that shut itself down has completed, which a transient child may", async () => {
  const { value } = await simulate(function* () {
    const job = { id: "job", start: () => sleep(5), restart: "transient", significant: true };
    const outer = yield* supervise([{
      id: "inner",
      restart: "transient",
      start: supervisor([job as never], { autoShutdown: "any_significant" }),
    }]);
    yield* sleep(10);
    return outer.children()[0].status;
  });
  assertEquals(value, "completed");
});
