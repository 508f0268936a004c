import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { all, CancelledError, Channel, Mutex, sleep, spawn, timeout, yieldNow } from "../../mod.ts";
import { assertNoLeaks, type Fault, faults, InjectedError, simulate } from "../../testing.ts";

Deno.test("a fault cancels a task before the step it says", async () => {
  for (const [task, name] of [[0, "first"], [1, "second"], [5, "second"]] as const) {
    const { value } = await simulate(function* () {
      const children = [
        yield* spawn(() => sleep(5), { name: "first" }),
        yield* spawn(() => sleep(5), { name: "second" }),
      ];
      yield* sleep(9);
      return children.filter(({ status }) => status === "cancelled").map(({ name }) => name);
    }, { faults: [{ kind: "cancel", step: 2, task }] });
    assertEquals(value, [name]);
  }
});

Deno.test("a fault has what a task waits for throw, and takes the task out of the line", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<number>();
    const reader = yield* spawn(function* reader() {
      try {
        return yield* channel.receive();
      } catch (error) {
        return error;
      }
    });
    yield* yieldNow();
    yield* yieldNow();
    return [yield* reader, channel.trySend(1)];
  }, { faults: [{ kind: "throw", step: 2, task: 0 }] });
  const [error, sent] = value;
  assert(error instanceof InjectedError);
  assertMatch(error.message, /before step 2: channel\.receive\(\) fails/);
  assertEquals(sent, false, "nobody waits any more");
});

Deno.test("a fault has the process stand still, so that timers are late", async () => {
  const { time, value } = await simulate(function* () {
    yield* yieldNow();
    yield* timeout(10, () => sleep(5));
    return "in time";
  }, { faults: [{ kind: "pause", step: 1, ms: 1000 }] });
  assertEquals([time, value], [1005, "in time"]);
});

Deno.test("a fault that cannot happen is left out", async () => {
  const { value } = await simulate(() => "done", {
    faults: [{ kind: "cancel", step: 0, task: 0 }, { kind: "throw", step: 0, task: 3 }],
  });
  assertEquals(value, "done");
});

Deno.test("faults() find a permit that is not given back, and shrink to the one that matters", async () => {
  const program = (leaky: boolean) =>
    function* () {
      const mutex = new Mutex();
      function* work() {
        const permit = yield* mutex.acquire();
        if (leaky) {
          yield* sleep(1);
          permit.release();
          return;
        }
        try {
          yield* sleep(1);
        } finally {
          permit.release();
        }
      }
      try {
        yield* all([work, work]);
      } catch (error) {
        if (!(error instanceof CancelledError || error instanceof InjectedError)) throw error;
      }
      assertNoLeaks();
    };
  const property = (leaky: boolean) =>
    fc.asyncProperty(faults({ kinds: ["cancel", "throw"] }), async (faults) => {
      await simulate(program(leaky), { faults });
    });
  const { failed, counterexample } = await fc.check(property(true), { seed: 3, numRuns: 300 });
  assert(failed);
  const [shrunk] = counterexample as [readonly Fault[]];
  assertEquals(shrunk.length, 1);
  assert(shrunk[0].step <= 3, `${shrunk[0].step}`);
  await fc.assert(property(false), { seed: 3, numRuns: 300 });
});

Deno.test("what is no fault is refused", async () => {
  for (
    const wrong of [5, [5], [{ kind: "flood", step: 1 }], [{ kind: "cancel", step: -1, task: 0 }], [
      { kind: "pause", step: 0 },
    ]]
  ) {
    await assertRejects(
      () => simulate(() => 1, { faults: wrong as never }),
      TypeError,
      "Cannot simulate: 'faults' must be",
    );
  }
  assertThrows(() => faults({ kinds: [] }), TypeError, "Cannot generate faults");
});
