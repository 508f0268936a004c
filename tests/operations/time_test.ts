import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  all,
  type Operation,
  race,
  sleep,
  spawn,
  suspend,
  type Task,
  timeout,
  TimeoutError,
  yieldNow,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

function* failAfter(ms: number, message: string) {
  yield* sleep(ms);
  throw new Error(message);
}

const ms = fc.integer({ min: 0, max: 40 });
const seed = fc.integer();

Deno.test("sleep() wakes at now + ms, under every schedule [T1]", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ms, { maxLength: 20 }), seed, async (lengths, seed) => {
      const { time } = await simulate(function* () {
        for (const length of lengths) {
          yield* spawn(function* () {
            for (const each of [length, 3]) {
              const due = running!.scheduler.clock.now() + each;
              yield* sleep(each);
              assertEquals(running!.scheduler.clock.now(), due);
            }
          });
        }
      }, { seed });
      assertEquals(time, Math.max(...lengths.map((length) => length + 3), 0));
    }),
    { numRuns: 50 },
  );
});

Deno.test("sleeps that end together wake in the order in which they began [T3]", async () => {
  const { value } = await simulate(function* () {
    const woken: number[] = [];
    for (let i = 0; i < 5; i++) {
      yield* spawn(function* () {
        yield* sleep(i);
        yield* sleep(10 - i);
        woken.push(i);
      });
    }
    yield* sleep(20);
    return woken;
  });
  assertEquals(value, [0, 1, 2, 3, 4]);
});

Deno.test("race() of sleeps ends at the minimum, all() at the maximum [T2]", async () => {
  const lengths = fc.array(ms, { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(lengths, seed, async (lengths, seed) => {
      const sleeps = () => lengths.map((length) => sleep(length));
      const shortest = await simulate(() => race(sleeps()), { seed });
      const longest = await simulate(() => all(sleeps()), { seed });
      assertEquals([shortest.time, longest.time], [Math.min(...lengths), Math.max(...lengths)]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("of nested timeouts the earliest rules [T4]", async () => {
  const limits = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(limits, seed, async (limits, seed) => {
      const nested = limits.reduce<Operation<unknown>>(
        (inner, limit) => timeout(limit, inner),
        suspend(),
      );
      const { value, time } = await simulate(() => caught(nested), { seed });
      assert(value instanceof TimeoutError);
      assertEquals([value.ms, time], [Math.min(...limits), Math.min(...limits)]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("of equal nested timeouts the outer one, which was set first, rules [T3] [T4]", async () => {
  const { value } = await simulate(function* () {
    const error = yield* caught(timeout(5, function* outer() {
      yield* timeout(5, function* inner() {
        yield* suspend();
      });
    }));
    return (error as Error).message;
  });
  assertEquals(value, "Task 'outer' did not finish within 5 ms");
});

Deno.test("a sleep or timeout that is left takes its timer along [T5]", async () => {
  const { time } = await simulate(function* () {
    const { scheduler } = running!;
    yield* race([sleep(1000), sleep(2)]);
    assertEquals(scheduler.timerCount, 0);
    assertEquals(yield* timeout(1000, () => "ready"), "ready");
    assertEquals(scheduler.timerCount, 0);
    const sleeper = yield* spawn(() => sleep(1000));
    yield* yieldNow();
    assertEquals(scheduler.timerCount, 1);
    yield* sleeper.cancel();
    assertEquals(scheduler.timerCount, 0);
  });
  assertEquals(time, 2);
});

Deno.test("a sleep that is cancelled when it has woken and not run yet ends cancelled [S3]", async () => {
  await simulate(function* () {
    let went = false;
    // The canceller is set first, so of the two that wake together it runs first.
    yield* spawn(function* () {
      yield* sleep(5);
      assertEquals(sleeper.waitsFor, undefined, "it has woken");
      yield* sleeper.cancel();
    });
    const sleeper: Task<void> = yield* spawn(function* () {
      yield* sleep(5);
      went = true;
    });
    yield* sleep(10);
    assertEquals([went, sleeper.status], [false, "cancelled"]);
  });
});

Deno.test("timeout() gives the result of work that is in time, and its error [E3]", async () => {
  await simulate(function* () {
    assertEquals(yield* timeout(5, () => Promise.resolve("promised")), "promised");
    assertEquals(yield* timeout(5, sleep(4)), undefined);
    assertEquals(yield* timeout(Infinity, () => [1, 2]), [1, 2]);
    const error = yield* caught(timeout(5, () => {
      throw new Error("own");
    }));
    assertEquals((error as Error).message, "own");
  });
});

Deno.test("timeout() throws after the work has cleaned up, with what failed in that as the cause [S1]", async () => {
  const { time } = await simulate(function* () {
    let cleaned = false;
    const error = yield* caught(timeout(5, function* slow() {
      try {
        yield* suspend();
      } finally {
        yield* sleep(7);
        cleaned = true;
      }
    }));
    assert(error instanceof TimeoutError && cleaned);
    assertEquals([error.ms, error.message], [5, "Task 'slow' did not finish within 5 ms"]);
    const failing = yield* caught(timeout(0, function* () {
      try {
        yield* suspend();
      } finally {
        yield* failAfter(0, "cleanup");
      }
    }));
    assert(failing instanceof TimeoutError);
    assertEquals((failing.cause as Error).message, "cleanup");
  });
  assertEquals(time, 12);
});

Deno.test("sleep() and timeout() check their arguments", () => {
  for (const wrong of [-1, NaN]) {
    assertThrows(
      () => sleep(wrong),
      RangeError,
      `'ms' must be a number of milliseconds, at least 0`,
    );
    assertThrows(() => timeout(wrong, suspend()), RangeError, "Cannot set a timeout: 'ms'");
  }
  assertThrows(() => sleep("5" as never), TypeError, `current value is "5"`);
  assertThrows(
    () => timeout(5, 6 as never),
    TypeError,
    "'work' must be an operation or a function",
  );
});

Deno.test("sleep(Infinity) waits until it is cancelled, and sets no timer", async () => {
  await simulate(function* () {
    const task = yield* spawn(() => sleep(Infinity));
    yield* yieldNow();
    assertEquals([task.waitsFor, running!.scheduler.timerCount], ["sleep(Infinity)", 0]);
    yield* task.cancel();
  });
});

Deno.test("yieldNow() lets every task that is ready now have a step", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    for (const name of ["a", "b"]) {
      yield* spawn(function* () {
        for (let turn = 0; turn < 2; turn++) {
          log.push(name);
          yield* yieldNow();
        }
      });
    }
    yield* yieldNow();
    log.push("first");
    yield* yieldNow();
    log.push("second");
    return log.join(" ");
  });
  assertEquals(value, "a b first a b second");
});

Deno.test("one sleep serves several tasks, and a cancelled one wakes or keeps no other [T1] [T5]", async () => {
  const shared = sleep(5);
  const log: string[] = [];
  const { time } = await simulate(function* () {
    yield* spawn(function* () {
      yield* sleep(5);
      yield* shared;
      log.push("slept by what another was woken by");
    });
    const woken: { task?: Task<void> } = {};
    yield* spawn(function* () {
      yield* sleep(5);
      void woken.task!.cancel();
    });
    woken.task = yield* spawn(function* () {
      yield* shared;
      log.push("not reached: woken, and cancelled before it ran");
    });
    yield* all([shared, shared]);
    log.push("both");
  });
  assertEquals([log, time], [["both", "slept by what another was woken by"], 10]);
});
