import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { expectOrder, simulate } from "../../testing.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { running } from "../../src/kernel/running.ts";
import { scope } from "../../src/operations/scope.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { timeout } from "../../src/operations/timeout.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { RateLimiter } from "../../src/sync/rate_limiter.ts";
import { caught } from "../_caught.ts";

const now = () => running!.scheduler.clock.now();

Deno.test("RateLimiter admits its limit at once, then as the window moves on", async () => {
  const { value } = await simulate(function* () {
    const limiter = new RateLimiter({ limit: 2, interval: 100 });
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      yield* limiter.acquire();
      times.push(now());
      if (i === 0) yield* sleep(30);
    }
    return times;
  });
  assertEquals(value, [0, 30, 100, 130, 200]);
});

Deno.test("RateLimiter serves first come first served, large requests too [Y3]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const limiter = new RateLimiter({ limit: 3, interval: 10 });
    function* take(n: number, place: number) {
      yield* limiter.acquire(n);
      order(place);
    }
    yield* scope(function* () {
      yield* spawn(() => take(2, 1));
      yield* spawn(() => take(3, 2));
      yield* spawn(() => take(1, 3));
      yield* yieldNow();
      // There is room for one, but others wait.
      assertEquals([limiter.waiting, limiter.tryAcquire()], [2, false]);
    });
    assertEquals(now(), 20);
  });
  order.end(3);
});

Deno.test("tryAcquire() takes what is free, and does not wait", async () => {
  await simulate(function* () {
    const limiter = new RateLimiter({ limit: 3, interval: 10 });
    assertEquals([limiter.tryAcquire(2), limiter.tryAcquire(2), limiter.tryAcquire()], [
      true,
      false,
      true,
    ]);
    yield* sleep(9);
    assertEquals(limiter.tryAcquire(), false);
    yield* sleep(1);
    assertEquals(limiter.tryAcquire(3), true);
  });
});

Deno.test("RateLimiter takes nothing for who is cancelled, and serves the next [Y4]", async () => {
  await simulate(function* () {
    const limiter = new RateLimiter({ limit: 2, interval: 10 });
    yield* limiter.acquire();
    const large = yield* spawn(() => limiter.acquire(2));
    const small = yield* spawn(() => limiter.acquire(1));
    yield* yieldNow();
    assertEquals(limiter.waiting, 2);
    yield* large.cancel();
    yield* small;
    assertEquals([limiter.waiting, now()], [0, 0]);
    const admitted = yield* spawn(() => limiter.acquire(2));
    const other = yield* spawn(() => limiter.acquire(2));
    // Set before theirs, this alarm goes off first: one is admitted, and cancelled before it has run.
    yield* sleep(10);
    yield* admitted.cancel();
    yield* other;
    assertEquals([limiter.waiting, now()], [0, 10]);
  });
});

Deno.test("RateLimiter sets no timer while nobody waits [T5]", async () => {
  await simulate(function* () {
    const limiter = new RateLimiter({ limit: 1, interval: 10 });
    yield* limiter.acquire();
    yield* caught(timeout(1, limiter.acquire()));
    assertEquals([limiter.waiting, running!.scheduler.timerCount], [0, 0]);
  });
});

Deno.test("RateLimiter says which option is wrong", () => {
  assertThrows(() => new RateLimiter(undefined as never), TypeError, "{ limit, interval }");
  assertThrows(() => new RateLimiter({ limit: 0, interval: 1 }), RangeError, "'limit'");
  assertThrows(() => new RateLimiter({ limit: "1" as never, interval: 1 }), TypeError, "'limit'");
  for (const interval of [0, -1, NaN, Infinity]) {
    assertThrows(() => new RateLimiter({ limit: 1, interval }), RangeError, "'interval'");
  }
  const limiter = new RateLimiter({ limit: 2, interval: 1 });
  assertThrows(() => limiter.acquire(3), RangeError, "at most the limit, 2");
  assertThrows(() => limiter.tryAcquire(0), RangeError, "'n' must be a whole number");
});

Deno.test("RateLimiter admits no more than its limit in any window, and no later than it must, in any schedule", async () => {
  const request = fc.record({
    at: fc.nat(40),
    n: fc.integer({ min: 1, max: 3 }),
    patience: fc.option(fc.nat(30)),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 3, max: 5 }),
      fc.integer({ min: 1, max: 15 }),
      fc.array(request, { minLength: 1, maxLength: 12 }),
      async (seed, limit, interval, requests) => {
        await simulate(function* () {
          const limiter = new RateLimiter({ limit, interval });
          const admitted: { at: number; n: number }[] = [];
          yield* scope(function* () {
            for (const { at, n, patience } of requests) {
              yield* spawn(function* () {
                yield* sleep(at);
                const task = yield* spawn(function* () {
                  yield* limiter.acquire(n);
                  admitted.push({ at: now(), n });
                });
                if (patience === null) return;
                yield* sleep(patience);
                yield* task.cancel();
              });
            }
          });
          for (const { at } of admitted) {
            const window = admitted.filter((other) => other.at > at - interval && other.at <= at);
            assert(window.reduce((sum, { n }) => sum + n, 0) <= limit);
          }
          assertEquals(limiter.waiting, 0);
          // A request waits only for what was admitted within the interval before.
          const last = Math.max(...requests.map(({ at }) => at)) + interval * requests.length;
          assert(now() <= last + 40, `${now()}`);
        }, { seed });
      },
    ),
    { numRuns: 200 },
  );
});
