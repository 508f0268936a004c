import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { simulate } from "../../testing.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { all } from "../../src/operations/all.ts";
import { scope } from "../../src/operations/scope.ts";
import { select } from "../../src/operations/select.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Barrier } from "../../src/sync/barrier.ts";

Deno.test("Barrier lets exactly as many through as there are parties, then begins anew [Y6]", async () => {
  const { value } = await simulate(function* () {
    const barrier = new Barrier(3);
    const rounds: number[][] = [];
    for (let round = 0; round < 2; round++) {
      rounds.push(yield* all([barrier.wait(), barrier.wait(), barrier.wait()]));
      assertEquals(barrier.waiting, 0);
    }
    return rounds;
  });
  assertEquals(value, [[0, 1, 2], [0, 1, 2]]);
});

Deno.test("Barrier holds everyone until the last has come [Y6]", async () => {
  const { value } = await simulate(function* () {
    const barrier = new Barrier(2);
    const first = yield* spawn(() => barrier.wait());
    yield* sleep(100);
    assertEquals([first.status, first.waitsFor, barrier.waiting], ["running", "barrier.wait()", 1]);
    return [yield* barrier.wait(), yield* first];
  });
  assertEquals(value, [1, 0]);
});

Deno.test("Barrier of one holds nobody", async () => {
  const { value } = await simulate(() => new Barrier(1).wait());
  assertEquals(value, 0);
});

Deno.test("Barrier does not count who was cancelled before the last came [Y6]", async () => {
  const { value } = await simulate(function* () {
    const barrier = new Barrier(2);
    const gone = yield* spawn(() => barrier.wait());
    yield* yieldNow();
    yield* gone.cancel();
    const late = yield* select({ met: barrier.wait(), late: sleep(5) });
    assertEquals([late.key, barrier.waiting], ["late", 0]);
    return yield* all([barrier.wait(), barrier.wait()]);
  });
  assertEquals(value, [0, 1]);
});

Deno.test("Barrier has whoever was let through go through, a cancelled one too [Y6]", async () => {
  await simulate(function* () {
    const barrier = new Barrier(2);
    let through = 0;
    const task = yield* spawn(function* () {
      yield* barrier.wait();
      through++;
      yield* yieldNow();
      through = NaN;
    });
    yield* yieldNow();
    yield* barrier.wait();
    yield* task.cancel();
    assertEquals([through, task.status], [1, "cancelled"]);
  });
});

Deno.test("Barrier takes a number of parties", () => {
  assertThrows(() => new Barrier(0), RangeError, "'parties' must be a whole number, at least 1");
  assertThrows(() => new Barrier("2" as never), TypeError, "'parties'");
});

Deno.test("Barrier lets through whole rounds only, in any schedule with cancels [Y6]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.option(fc.nat(6)), { minLength: 1, maxLength: 9 }),
      async (seed, parties, cancels) => {
        await simulate(function* () {
          const barrier = new Barrier(parties);
          const indices: number[] = [];
          let left = 0;
          yield* scope(function* () {
            for (const cancelAt of cancels) {
              const task = yield* spawn(function* () {
                indices.push(yield* barrier.wait());
              }, { daemon: true });
              if (cancelAt === null) continue;
              yield* spawn(function* () {
                for (let i = 0; i < cancelAt; i++) yield* yieldNow();
                yield* task.cancel();
              });
            }
            yield* sleep(1);
            left = barrier.waiting;
          });
          assertEquals(indices.length % parties, 0);
          const rounds = indices.length / parties;
          for (let index = 0; index < parties; index++) {
            assertEquals(indices.filter((other) => other === index).length, rounds);
          }
          // Who was not cancelled is through, or waits in a round that is not full.
          assert(left < parties);
          assert(indices.length + left >= cancels.filter((cancelAt) => cancelAt === null).length);
          assertEquals(barrier.waiting, 0);
        }, { seed });
      },
    ),
    { numRuns: 200 },
  );
});
