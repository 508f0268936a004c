import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { expectOrder, simulate } from "../../testing.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { scope } from "../../src/operations/scope.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Latch } from "../../src/sync/latch.ts";

Deno.test("Latch lets everyone go on when it opens, in the order in which they came [Y3][Y4]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const latch = new Latch();
    function* pass(place: number) {
      yield* latch.wait();
      order(place);
    }
    yield* scope(function* () {
      for (const place of [2, 3, 4]) yield* spawn(() => pass(place));
      yield* yieldNow();
      order(1);
      assertEquals([latch.isOpen, latch.waiting], [false, 3]);
      latch.open();
      latch.open();
      assertEquals([latch.isOpen, latch.waiting], [true, 0]);
    });
    yield* latch.wait();
  });
  order.end(4);
});

Deno.test("Latch closes for those who come after, not for those it let go on", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const latch = new Latch(true);
    yield* latch.wait();
    latch.close();
    yield* spawn(function* () {
      yield* latch.wait();
      order(2);
    });
    yield* yieldNow();
    latch.open();
    latch.close();
    order(1);
    const late = yield* spawn(function* () {
      yield* latch.wait();
      order(-1);
    });
    yield* yieldNow();
    yield* yieldNow();
    yield* late.cancel();
    assertEquals([latch.isOpen, latch.waiting], [false, 0]);
  });
  order.end(2);
});

Deno.test("Latch takes a boolean", () => {
  assertThrows(() => new Latch(1 as never), TypeError, "'open' must be a boolean");
});

Deno.test("Latch wakes exactly those who wait and are not cancelled, in any schedule [Y4]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.option(fc.nat(5)), { minLength: 1, maxLength: 6 }),
      fc.nat(6),
      async (seed, cancels, openAt) => {
        await simulate(function* () {
          const latch = new Latch();
          yield* scope(function* () {
            for (const cancelAt of cancels) {
              const task = yield* spawn(() => latch.wait());
              if (cancelAt === null) continue;
              yield* spawn(function* () {
                for (let i = 0; i < cancelAt; i++) yield* yieldNow();
                yield* task.cancel();
              });
            }
            for (let i = 0; i < openAt; i++) yield* yieldNow();
            latch.open();
          });
          assertEquals(latch.waiting, 0);
        }, { seed });
      },
    ),
    { numRuns: 100 },
  );
});
