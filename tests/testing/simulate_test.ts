import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import {
  Channel,
  DeadlockError,
  resource,
  run,
  sleep,
  spawn,
  suspend,
  timeout,
  until,
  yieldNow,
} from "../../mod.ts";
import { LivelockError, simulate } from "../../testing.ts";

function* worker(log: string[], name: string) {
  for (let turn = 0; turn < 4; turn++) {
    log.push(name + turn);
    yield* yieldNow();
  }
}

function* threeWorkers() {
  const log: string[] = [];
  for (const name of ["a", "b", "c"]) yield* spawn(() => worker(log, name), { name });
  yield* sleep(1);
  return log.join(" ");
}

Deno.test("simulate() gives value, trace, steps and time", async () => {
  const simulation = await simulate(function* hour() {
    yield* sleep(3_600_000);
    return "done";
  });
  assertEquals(simulation, {
    value: "done",
    trace: [{ task: 1, name: "hour", time: 0 }, { task: 1, name: "hour", time: 3_600_000 }],
    steps: 2,
    time: 3_600_000,
    leaks: [],
    outside: [],
  });
});

Deno.test("simulate() without a seed runs tasks in the order of the real scheduler", async () => {
  const { value } = await simulate(threeWorkers);
  assertEquals(value, "a0 b0 c0 a1 b1 c1 a2 b2 c2 a3 b3 c3");
  assertEquals(await run(threeWorkers), value);
});

Deno.test("simulate() with the same seed gives the same trace [D1]", async () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const first = await simulate(threeWorkers, { seed });
    assertEquals(await simulate(threeWorkers, { seed }), first);
    orders.add(first.value);
  }
  assertNotEquals(orders.size, 1, "different seeds should give different orders");
});

Deno.test("simulate() rejects with the program's own error", async () => {
  const error = new Error("broken");
  const caught = await assertRejects(() =>
    simulate(function* () {
      yield* sleep(5);
      throw error;
    })
  );
  assertEquals(caught, error);
});

Deno.test("simulate() names every blocked task of a deadlock and what it waits for [D3]", async () => {
  const error = await assertRejects(
    () =>
      simulate(function* main() {
        const letters = new Channel<string>();
        yield* spawn(function* reader() {
          yield* letters.receive();
        });
        yield* spawn(function* idler() {
          yield* suspend();
        });
        yield* letters.receive();
      }),
    DeadlockError,
  );
  assertEquals(error.blocked.map(({ name, waitsFor }) => [name, waitsFor]), [
    ["main", "channel.receive()"],
    ["reader", "channel.receive()"],
    ["idler", "suspend()"],
  ]);
  assertMatch(error.message, /task \d+ 'reader' waits for channel\.receive\(\)/);
});

Deno.test("simulate() names the holder of a resource that hangs, with its children [D3]", async () => {
  const error = await assertRejects(
    () =>
      simulate(function* main() {
        yield* resource(function* holder(provide) {
          yield* spawn(function* helper() {
            yield* suspend();
          });
          try {
            yield* provide(1);
          } finally {
            yield* new Channel().receive();
          }
        });
      }),
    DeadlockError,
  );
  assertEquals(error.blocked.map(({ name, waitsFor }) => [name, waitsFor]), [
    ["main", "resource()"],
    ["holder", "channel.receive()"],
    ["helper", "suspend()"],
  ]);
});

Deno.test("simulate() ends a program that only yields with a LivelockError [D4]", async () => {
  const error = await assertRejects(
    () =>
      simulate(function* main() {
        yield* spawn(function* spinner() {
          for (;;) yield* yieldNow();
        });
        yield* sleep(1);
      }, { maxSteps: 50 }),
    LivelockError,
  );
  assertEquals(error.steps, 50);
  assertEquals(error.tasks.map(({ name, waitsFor }) => [name, waitsFor]), [
    ["main", "sleep(1)"],
    ["spinner", "its turn to run"],
  ]);
});

Deno.test("simulate() moves time only when nothing is ready [T6]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    yield* spawn(function* () {
      yield* sleep(1);
      log.push("timer");
    });
    for (let i = 0; i < 500; i++) yield* yieldNow();
    log.push("spun");
    yield* sleep(2);
    return log;
  });
  assertEquals(value, ["spun", "timer"]);
});

Deno.test("simulate() lets settled promises reach their tasks before time moves [T6]", async () => {
  const { value, time } = await simulate(() =>
    timeout(1, async () => {
      for (let i = 0; i < 50; i++) await null;
      return "in time";
    })
  );
  assertEquals([value, time], ["in time", 0]);
});

Deno.test("simulate() waits for the host when a promise is awaited and no timer is set [D3]", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const simulation = simulate(() => until(promise), { seed: 1 });
  await sleep(0);
  resolve("from outside");
  assertEquals((await simulation).value, "from outside");
});

Deno.test("simulate() runs the roots that its program starts", async () => {
  const { value, time } = await simulate(function* () {
    return yield* run(function* () {
      yield* sleep(100);
      return "inner root";
    });
  });
  assertEquals([value, time], ["inner root", 100]);
});

Deno.test("simulate() runs nothing once the program has ended", async () => {
  let steps = 0;
  await simulate(function* () {
    run(function* () {
      for (;;) {
        steps++;
        yield* yieldNow();
      }
    });
    yield* yieldNow();
  });
  const before = steps;
  await sleep(0);
  assertEquals(steps, before);
});

Deno.test("simulate() checks its arguments", async () => {
  await assertRejects(() => simulate(5 as never), TypeError, "'work' must be a function");
  await assertRejects(() => simulate(() => 1, { seed: 1.5 }), RangeError, "'seed'");
  await assertRejects(() => simulate(() => 1, { seed: "7" as never }), TypeError, "'seed'");
  await assertRejects(() => simulate(() => 1, { maxSteps: 0 }), RangeError, "'maxSteps'");
});
