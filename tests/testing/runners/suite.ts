/**
 * Tests in the form that every runner takes: a name, and a function that returns a promise.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { all, Channel, type Effect, sleep, timeout, yieldNow } from "../../../mod.ts";
import {
  assertNoLeaks,
  DivergenceError,
  expectOrder,
  explore,
  interruptEverywhere,
  replay,
  schedules,
  simulate,
} from "../../../testing.ts";

/** Two increments, of which the first kind may lose one. */
function increments(lossy: boolean): () => Generator<Effect<unknown>, void, unknown> {
  return function* increments() {
    let count = 0;
    function* increment() {
      const before = lossy ? count : 0;
      yield* yieldNow();
      count = lossy ? before + 1 : count + 1;
    }
    yield* all({ first: increment, second: increment });
    assert.equal(count, 2, "an increment is lost");
  };
}

/** Registers the tests with a runner. One of them fails when `failing`, which the runner has to notice. */
export function suite(
  test: (name: string, body: () => Promise<void>) => unknown,
  failing: boolean,
): void {
  test("explore: no order of tasks loses an increment", async () => {
    const { failure } = await explore(increments(failing), { runs: 100 });
    assert.equal(failure?.story, undefined);
  });

  test("explore: a failure is found, told and replayed", async () => {
    const program = increments(true);
    const { ok, failure } = await explore(program, { strategy: "pct" });
    assert.equal(ok, false);
    assert.match(failure!.story, /task 2 'increment' stays ready[\s\S]*an increment is lost/);
    await assert.rejects(() => replay(program, failure!.replay), /an increment is lost/);
    await assert.rejects(() => replay(increments(false), failure!.replay), DivergenceError);
  });

  test("simulate: an hour passes at once, in order, and leaves nothing behind", async () => {
    const order = expectOrder();
    const simulation = await simulate(function* () {
      const channel = new Channel<number>();
      yield* all([
        function* () {
          yield* sleep(3_600_000);
          order(1);
          yield* channel.send(1);
        },
        function* () {
          yield* timeout(3_600_001, channel.receive());
          order(2);
        },
      ]);
    }, { seed: 1 });
    order.end(2);
    assertNoLeaks(simulation);
    assert.equal(simulation.time, 3_600_000);
  });

  test("simulate: a deadlock names who waits, and where it was spawned", async () => {
    await assert.rejects(
      () =>
        simulate(function* () {
          yield* all([() => new Channel<number>().receive()]);
        }),
      /waits for channel\.receive\(\), spawned at .*suite/,
    );
  });

  test("interruptEverywhere and schedules: with fast-check", async () => {
    await interruptEverywhere(increments(false));
    await fc.assert(
      fc.asyncProperty(schedules(), async (schedule) => {
        await simulate(increments(false), { schedule });
      }),
      { numRuns: 20 },
    );
  });
}
