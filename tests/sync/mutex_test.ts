import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { expectOrder, simulate } from "../../testing.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { scope } from "../../src/operations/scope.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { timeout } from "../../src/operations/timeout.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { caught } from "../_caught.ts";

Deno.test("Mutex lets one in at a time, first come first served [Y2][Y3]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const mutex = new Mutex();
    function* visit(place: number) {
      using _permit = yield* mutex.acquire();
      order(place);
      yield* sleep(1);
      order(place + 1);
    }
    yield* scope(function* () {
      for (const place of [1, 3, 5]) yield* spawn(() => visit(place));
    });
    assertEquals([mutex.locked, mutex.waiting], [false, 0]);
  });
  order.end(6);
});

Deno.test("Mutex is handed on: who comes at the release does not overtake [Y3]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const mutex = new Mutex();
    const permit = yield* mutex.acquire();
    yield* spawn(function* () {
      using _permit = yield* mutex.acquire();
      order(2);
    });
    yield* yieldNow();
    permit.release();
    assertEquals([mutex.locked, mutex.tryAcquire()], [true, undefined]);
    order(1);
    using _permit = yield* mutex.acquire();
    order(3);
  });
  order.end(3);
});

Deno.test("withLock() releases after success, failure and timeout [Y1]", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    assertEquals(yield* mutex.withLock(() => mutex.locked), true);
    yield* caught(mutex.withLock(() => Promise.reject(new Error("no"))));
    yield* caught(timeout(1, mutex.withLock(() => sleep(5))));
    assertEquals(mutex.locked, false);
    using permit = mutex.tryAcquire();
    assertEquals([permit !== undefined, mutex.locked], [true, true]);
  });
});

Deno.test("a lock is released once [Y5]", async () => {
  await simulate(function* () {
    const permit = yield* new Mutex().acquire();
    permit.release();
    assertThrows(() => permit.release(), Error, "it was released already");
    permit[Symbol.dispose]();
  });
});

Deno.test("withLock() rejects what it cannot run", () => {
  assertThrows(() => new Mutex().withLock(1 as never), TypeError, "'work' must be a function");
});

Deno.test("Mutex excludes, and is free in the end, in any schedule with cancels and timeouts [Y1][Y2][Y4]", async () => {
  const visitor = fc.record({
    stay: fc.nat(3),
    patience: fc.nat(6),
    cancelAt: fc.option(fc.nat(8)),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(visitor, { minLength: 1, maxLength: 6 }),
      async (seed, visitors) => {
        await simulate(function* () {
          const mutex = new Mutex();
          let inside = 0;
          function* visit(stay: number) {
            using _permit = yield* mutex.acquire();
            assertEquals(++inside, 1);
            try {
              yield* stay === 0 ? yieldNow() : sleep(stay);
            } finally {
              inside--;
            }
          }
          yield* scope(function* () {
            for (const { stay, patience, cancelAt } of visitors) {
              const task = yield* spawn(() => caught(timeout(patience, () => visit(stay))));
              if (cancelAt === null) continue;
              yield* spawn(function* () {
                for (let i = 0; i < cancelAt; i++) yield* yieldNow();
                yield* task.cancel();
              });
            }
          });
          assertEquals([mutex.locked, mutex.waiting], [false, 0]);
        }, { seed });
      },
    ),
    { numRuns: 200 },
  );
});
