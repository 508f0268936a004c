import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { simulate } from "../../testing.ts";
import { CancelledError, TimeoutError } from "../../src/kernel/errors.ts";
import { run } from "../../src/kernel/run.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { currentTask } from "../../src/kernel/task_info.ts";
import { exponential, fixed } from "../../src/operations/backoff.ts";
import { attemptsOf, retry } from "../../src/operations/retry.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { timeout } from "../../src/operations/timeout.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { caught } from "../_caught.ts";

Deno.test("retry() tries again, after the delays of its backoff, until it succeeds [V8]", async () => {
  const { value, time } = await simulate(() =>
    retry({ attempts: 5, backoff: exponential({ initial: 10 }) }, () => {
      const { attempt } = currentTask();
      if (attempt < 4) throw new Error(`try ${attempt}`);
      return attempt;
    })
  );
  assertEquals([value, time], [4, 10 + 20 + 40]);
});

Deno.test("retry() throws the last error as it is, and knows the others", async () => {
  const errors = [new Error("1"), new Error("2"), new Error("3")];
  const { value, time } = await simulate(() =>
    caught(retry({ backoff: fixed(5) }, () => {
      throw errors[currentTask().attempt - 1];
    }))
  );
  assertStrictEquals(value, errors[2]);
  assertEquals(time, 10);
  assertEquals(attemptsOf(value), [
    { attempt: 1, error: errors[0], delay: 5 },
    { attempt: 2, error: errors[1], delay: 5 },
    { attempt: 3, error: errors[2], delay: undefined },
  ]);
  assertEquals([attemptsOf(errors[0]), attemptsOf("primitive"), attemptsOf(null)], [[], [], []]);
});

Deno.test("retry() gives up at once when 'when' says so", async () => {
  let tries = 0;
  const error = await assertRejects(
    () =>
      simulate(() =>
        retry({ when: (error) => error instanceof TimeoutError }, () => {
          tries++;
          throw new Error("fatal");
        })
      ),
    Error,
    "fatal",
  );
  assertEquals([tries, attemptsOf(error).length], [1, 1]);
});

Deno.test("retry() makes each try a scope: its tasks and its cleanup end before the next [S1]", async () => {
  const log: string[] = [];
  await assertRejects(() =>
    simulate(() =>
      retry({ attempts: 2, backoff: fixed(1) }, function* () {
        const { attempt } = currentTask();
        log.push(`try ${attempt}`);
        yield* spawn(function* () {
          try {
            yield* suspend();
          } finally {
            yield* sleep(5);
            log.push(`cleaned ${attempt}`);
          }
        });
        yield* yieldNow();
        throw new Error("no");
      })
    )
  );
  assertEquals(log, ["try 1", "cleaned 1", "try 2", "cleaned 2"]);
});

Deno.test("retry() never retries a cancellation", async () => {
  let tries = 0;
  await simulate(function* () {
    const trying = yield* spawn(() =>
      retry({ attempts: Infinity }, function* () {
        tries++;
        yield* suspend();
      })
    );
    yield* yieldNow();
    yield* yieldNow();
    yield* trying.cancel();
    const waiting = yield* spawn(() =>
      retry({ attempts: Infinity, backoff: fixed(1000) }, () => {
        tries++;
        throw new Error("again");
      })
    );
    yield* sleep(1);
    yield* waiting.cancel();
    const other = yield* spawn(() => suspend());
    yield* other.cancel();
    assertInstanceOf(yield* caught(retry({}, () => (tries++, other))), CancelledError);
  });
  assertEquals(tries, 3);
});

Deno.test("retry() does not retry when a cancelled try fails in its cleanup [S9]", async () => {
  let tries = 0;
  await simulate(function* () {
    const task = yield* spawn(() =>
      retry({ attempts: Infinity, backoff: fixed(1) }, function* () {
        tries++;
        try {
          yield* suspend();
        } catch {
          throw new Error("cleanup");
        }
      }), { name: "retrying" });
    yield* yieldNow();
    yield* yieldNow();
    const error = yield* caught(task.cancel());
    assertEquals((error as Error).message, "cleanup");
    yield* sleep(100);
  }).catch((error) => assertEquals(error.message, "cleanup"));
  assertEquals(tries, 1);
});

Deno.test("retry() may be used in the cleanup of a cancelled task", async () => {
  let tries = 0;
  await simulate(function* () {
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        yield* retry({ attempts: 3, backoff: fixed(1) }, () => {
          if (++tries < 3) throw new Error("not yet");
        });
      }
    });
    yield* yieldNow();
    yield* task.cancel();
  });
  assertEquals(tries, 3);
});

Deno.test("retry() keeps within a timeout around it [T4]", async () => {
  await assertRejects(
    () =>
      simulate(() =>
        timeout(50, () =>
          retry({ attempts: Infinity, backoff: fixed(20) }, () => {
            throw new Error("again");
          }))
      ),
    TimeoutError,
  );
});

Deno.test("retry() takes its chance from the scheduler, and its jitter before the backoff's [V8]", async () => {
  const scheduler = new Scheduler({ random: () => 0.25 });
  const fails = () => {
    throw new Error("no");
  };
  const backoff = exponential({ initial: 4, jitter: "equal" });
  const delays = async (policy: object) =>
    attemptsOf(
      await run(() => retry({ attempts: 3, backoff, ...policy }, fails), { scheduler })
        .catch((error) => error),
    ).map((failed) => failed.delay);
  assertEquals(await delays({}), [2.5, 5, undefined]);
  assertEquals(await delays({ jitter: "full" }), [1, 2, undefined]);
  assertEquals(await delays({ jitter: "none" }), [4, 8, undefined]);
});

Deno.test("retry() rejects a policy or work it cannot use", () => {
  const work = () => 1;
  assertThrows(() => retry(undefined as never, work), TypeError, "'policy' must be an object");
  assertThrows(() => retry({ attempts: 0 }, work), RangeError, "'attempts' must be a whole number");
  assertThrows(() => retry({ attempts: "3" as never }, work), TypeError, "'attempts'");
  assertThrows(
    () => retry({ backoff: 1 as never }, work),
    TypeError,
    "'backoff' must be a Backoff",
  );
  assertThrows(() => retry({ jitter: 1 as never }, work), TypeError, "'jitter' must be");
  assertThrows(() => retry({ when: 1 as never }, work), TypeError, "'when' must be a function");
  assertThrows(() => retry({}, 1 as never), TypeError, "'work' must be an operation");
  assertThrows(
    () =>
      retry(
        {},
        (function* () {
          yield* sleep(1);
        })(),
      ),
    TypeError,
    "a generator object runs only once",
  );
});
