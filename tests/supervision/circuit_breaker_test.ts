import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { simulate } from "../../testing.ts";
import {
  type CircuitBreaker,
  circuitBreaker,
  type CircuitChange,
  CircuitOpenError,
  type Effect,
  ensure,
  run,
  sleep,
  spawn,
  suspend,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { now } from "./_children.ts";

const broken = () => {
  throw new Error("broken");
};

/** Opens a circuit by as many failures as that takes. */
function* breakBy(breaker: CircuitBreaker, times: number): Generator<Effect<unknown>, void> {
  for (let i = 0; i < times; i++) yield* caught(breaker.call(broken));
}

Deno.test("circuitBreaker() opens after so many failures, tries again after its cooldown, and closes", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 3, cooldown: 100, name: "link" });
    const changes = yield* breaker.changes.subscribe();
    yield* breakBy(breaker, 2);
    assertEquals([breaker.state, breaker.failures], ["closed", 2]);
    yield* breakBy(breaker, 1);
    assertEquals(breaker.state, "open");
    yield* sleep(40);
    const refusal = yield* caught(breaker.call(() => "never run"));
    assertInstanceOf(refusal, CircuitOpenError);
    assertEquals([refusal.circuit, refusal.retryAfter], ["link", 60]);
    assertEquals((refusal.cause as Error).message, "broken");
    yield* sleep(60);
    assertEquals(breaker.state, "half-open");
    assertEquals(yield* breaker.call(() => "back"), "back");
    assertEquals([breaker.state, breaker.failures], ["closed", 0]);
    const seen: CircuitChange[] = [];
    while (changes.size > 0) seen.push(yield* changes.receive());
    assertEquals(seen.map(({ from, to }) => `${from} → ${to}`), [
      "closed → open",
      "open → half-open",
      "half-open → closed",
    ]);
    assertEquals((seen[0].error as Error).message, "broken");
  });
});

Deno.test("circuitBreaker() opens again, for another cooldown, when a trial fails", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 1, cooldown: 100, successes: 2 });
    yield* breakBy(breaker, 1);
    yield* sleep(100);
    yield* breaker.call(() => "one of two");
    assertEquals(breaker.state, "half-open");
    yield* breakBy(breaker, 1);
    assertEquals(breaker.state, "open");
    yield* sleep(99);
    assertEquals(breaker.state, "open");
    yield* sleep(1);
    assertEquals(breaker.state, "half-open");
  });
});

Deno.test("circuitBreaker() lets so many trials through at a time", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 1, cooldown: 10, trials: 2, successes: 3 });
    yield* breakBy(breaker, 1);
    yield* sleep(10);
    const trials = [
      yield* spawn(() => breaker.call(() => sleep(5))),
      yield* spawn(() => breaker.call(() => sleep(5))),
    ];
    yield* sleep(1);
    const refusal = yield* caught(breaker.call(() => 1));
    assertInstanceOf(refusal, CircuitOpenError);
    assertEquals(refusal.retryAfter, 0);
    for (const trial of trials) yield* trial;
    yield* breaker.call(() => 3);
    assertEquals(breaker.state, "closed");
  });
});

Deno.test("circuitBreaker() forgets failures after a while, and does not count cancelled calls", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 2, within: 100, cooldown: 50 });
    yield* breakBy(breaker, 1);
    yield* sleep(101);
    assertEquals(breaker.failures, 0);
    yield* breakBy(breaker, 1);
    const cancelled = yield* spawn(() => breaker.call(suspend));
    yield* sleep(1);
    yield* cancelled.cancel();
    assertEquals([breaker.state, breaker.failures], ["closed", 1]);
    yield* breakBy(breaker, 1);
    yield* sleep(50);
    const trial = yield* spawn(() => breaker.call(suspend));
    yield* sleep(1);
    yield* trial.cancel();
    assertEquals(breaker.state, "half-open");
    yield* breaker.call(() => 1);
    assertEquals(breaker.state, "closed");
  });
});

Deno.test("circuitBreaker() counts a failure that is just as old as the window is long", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 2, within: 100 });
    yield* breakBy(breaker, 1);
    yield* sleep(100);
    yield* breakBy(breaker, 1);
    assertEquals(breaker.state, "open");
  });
});

Deno.test("circuitBreaker() does not count what began before its state changed", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 1, cooldown: 10 });
    const slow = yield* spawn(() =>
      caught(breaker.call(function* () {
        yield* sleep(30);
        throw new Error("late");
      }))
    );
    yield* sleep(1);
    yield* breakBy(breaker, 1);
    yield* sleep(10);
    yield* breaker.call(() => 1);
    yield* slow;
    assertEquals([now(), breaker.state, breaker.failures], [30, "closed", 0]);
  });
});

Deno.test("circuitBreaker() asks whether an error counts, and can be opened and closed by hand", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({
      failures: 1,
      isFailure: (error) => (error as Error).message !== "not found",
    });
    yield* caught(breaker.call(() => Promise.reject(new Error("not found"))));
    assertEquals(breaker.state, "closed");
    breaker.open();
    assertEquals(breaker.state, "open");
    breaker.close();
    assertEquals(yield* breaker.call(() => [1, 2]), [1, 2]);
  });
});

Deno.test("circuitBreaker() goes on counting calls under way when it is closed while closed", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 1 });
    const slow = yield* spawn(() =>
      caught(breaker.call(function* () {
        yield* sleep(5);
        throw new Error("late");
      }))
    );
    yield* sleep(1);
    breaker.close();
    yield* slow;
    assertEquals(breaker.state, "open");
  });
});

Deno.test("circuitBreaker() takes its time from where it is used, not from where it is looked at", async () => {
  const breaker = circuitBreaker({ failures: 1, cooldown: 100 });
  assertEquals([breaker.state, breaker.failures], ["closed", 0]);
  await simulate(function* () {
    yield* breakBy(breaker, 1);
    yield* sleep(100);
    assertEquals(breaker.state, "half-open");
  });
});

Deno.test("circuitBreaker() does not count a cancellation that a call ends with, nor one whose cleanup fails", async () => {
  await simulate(function* () {
    const breaker = circuitBreaker({ failures: 1 });
    const other = yield* spawn(suspend);
    yield* sleep(0);
    // The cancellation of someone else, which the call has waited for.
    yield* caught(breaker.call(function* () {
      void other.cancel();
      yield* other;
    }));
    assertEquals(breaker.state, "closed");
    const asking = yield* spawn(() =>
      caught(breaker.call(function* () {
        yield* ensure(() => Promise.reject(new Error("cleanup")));
        yield* suspend();
      }))
    );
    yield* sleep(1);
    yield* asking.cancel();
    assertEquals([breaker.state, breaker.failures], ["closed", 0]);
  });
});

Deno.test("circuitBreaker() checks its options and its work", async () => {
  assertThrows(() => circuitBreaker({ failures: 0 }), RangeError, "'failures'");
  assertThrows(() => circuitBreaker({ cooldown: -1 }), RangeError, "'cooldown'");
  assertThrows(() => circuitBreaker({ within: 0 }), RangeError, "'within'");
  assertThrows(() => circuitBreaker({ trials: "2" as never }), TypeError, "'trials'");
  assertThrows(() => circuitBreaker(5 as never), TypeError, "options");
  assertThrows(() => circuitBreaker().call(5 as never), TypeError, "'work'");
  const breaker = circuitBreaker({
    isFailure() {
      throw new Error("cannot tell");
    },
  });
  const both = await run(() => caught(breaker.call(broken)));
  assertInstanceOf(both, AggregateError);
  assertEquals(both.errors.map(({ message }) => message), ["broken", "cannot tell"]);
});

Deno.test("circuitBreaker() behaves as its table says, whatever comes when", async () => {
  const call = fc.record({
    wait: fc.integer({ min: 0, max: 30 }),
    fails: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
    const limit = 2, within = 50, cooldown = 20;
    await simulate(function* () {
      const breaker = circuitBreaker({ failures: limit, within, cooldown });
      let failures: number[] = [];
      let openUntil: number | null = null;
      for (const { wait, fails } of calls) {
        yield* sleep(wait);
        const refused = openUntil !== null && now() < openUntil;
        const error = yield* caught(breaker.call(fails ? broken : () => 1));
        assertEquals(error instanceof CircuitOpenError, refused);
        if (refused) continue;
        if (!fails) {
          if (openUntil !== null) failures = [];
          openUntil = null;
        } else {
          failures = failures.filter((at) => at >= now() - within);
          failures.push(now());
          if (openUntil !== null || failures.length >= limit) {
            openUntil = now() + cooldown;
            failures = [];
          }
        }
      }
    });
  }));
});
