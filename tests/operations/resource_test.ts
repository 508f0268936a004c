import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { expectOrder, simulate } from "../../testing.ts";
import type { Operation } from "../../src/kernel/effect.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { ensure } from "../../src/operations/ensure.ts";
import { type Provide, resource } from "../../src/operations/resource.ts";
import { race } from "../../src/operations/race.ts";
import { UsageError } from "../../src/kernel/errors.ts";
import { scope } from "../../src/operations/scope.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { until } from "../../src/operations/until.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { caught } from "../_caught.ts";

function* anonymous() {}

/** A resource that tells when it opens and closes, and takes some steps for either. */
const logged = (name: string, log: string[], opening = 0, closing = 0): Operation<string> =>
  resource(function* (provide) {
    for (let i = 0; i < opening; i++) yield* yieldNow();
    log.push(`open ${name}`);
    try {
      yield* provide(name);
    } finally {
      for (let i = 0; i < closing; i++) yield* yieldNow();
      log.push(`close ${name}`);
    }
  });

Deno.test("resource() lives until its scope ends, the newest is torn down first [S7]", async () => {
  const log: string[] = [];
  await simulate(function* () {
    yield* scope(function* () {
      log.push(yield* logged("a", log, 1, 1));
      yield* ensure(() => void log.push("ensured"));
      log.push(yield* logged("b", log));
      yield* spawn(function* () {
        yield* sleep(3);
        log.push("child");
      });
    });
    log.push("after");
  });
  assertEquals(log, [
    "open a",
    "a",
    "open b",
    "b",
    "child",
    "close b",
    "ensured",
    "close a",
    "after",
  ]);
});

Deno.test("resource() runs tasks of its own, which end with it [S1]", async () => {
  const log: string[] = [];
  await simulate(() =>
    scope(function* () {
      yield* resource(function* (provide: Provide<void>) {
        yield* spawn(function* () {
          try {
            for (;;) {
              yield* sleep(2);
              log.push("beat");
            }
          } finally {
            log.push("stopped");
          }
        });
        yield* provide();
      });
      yield* sleep(5);
      log.push("body");
    })
  );
  assertEquals(log, ["beat", "beat", "body", "stopped"]);
});

Deno.test("resource() can be cancelled while it is acquired [M3]", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const task = yield* spawn(function* () {
      yield* resource(function* (provide: Provide<void>) {
        try {
          yield* suspend();
          yield* provide();
        } finally {
          yield* sleep(1);
          log.push("left");
        }
      });
      log.push("not reached");
    });
    yield* yieldNow();
    yield* task.cancel();
    log.push("cancelled");
  });
  assertEquals(log, ["left", "cancelled"]);
});

Deno.test("resource() has acquired and registered in one step, wherever a cancellation comes [M3][S8]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 3 }),
      fc.nat(12),
      async (seed, resources, steps) => {
        await simulate(function* () {
          const log: string[] = [];
          const task = yield* spawn(function* () {
            for (const [i, [opening, closing]] of resources.entries()) {
              yield* logged(`${i}`, log, opening, closing);
            }
            yield* yieldNow();
          });
          for (let i = 0; i < steps; i++) yield* yieldNow();
          yield* task.cancel();
          const opened = log.filter((line) => line.startsWith("open")).map((line) => line.slice(5));
          const closed = log.filter((line) => line.startsWith("close")).map((line) =>
            line.slice(6)
          );
          assertEquals(closed, opened.toReversed());
          const length = log.length;
          yield* sleep(1);
          assertEquals(log.length, length);
        }, { seed });
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("resource() that cannot be acquired throws where it is asked for", async () => {
  const { value } = await simulate(function* () {
    const failed = yield* caught(resource(() => {
      throw new Error("no");
    }));
    const empty = yield* caught(resource(anonymous));
    return [failed, empty].map((error) => (error as Error).message);
  });
  assertEquals(value, [
    "no",
    "Cannot acquire 'anonymous': it ended without providing a value: it must call 'yield* provide(value)'",
  ]);
});

Deno.test("resource() that fails in use cancels its scope, which throws the error [S9]", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* resource(function* (provide: Provide<void>) {
        yield* spawn(function* () {
          yield* sleep(1);
          throw new Error("lost");
        });
        yield* provide();
      });
      yield* suspend();
    }))
  );
  assertEquals((value as Error).message, "lost");
});

Deno.test("resource() whose teardown fails does not keep the others from theirs [S8][S9]", async () => {
  const order = expectOrder();
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* ensure(() => order(2));
      yield* resource(function* (provide: Provide<void>) {
        try {
          yield* provide();
        } finally {
          order(1);
          yield* until(Promise.reject(new Error("teardown")));
        }
      });
      throw new Error("body");
    }))
  );
  order.end(2);
  assertInstanceOf(value, AggregateError);
  assertEquals((value.errors as Error[])[0].message, "body");
});

Deno.test("resource() is not left behind when its teardown hangs: the grace time rules [S12]", async () => {
  const warn = console.warn;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    const { time } = await simulate(function* () {
      const task = yield* spawn(function* () {
        yield* resource(function* (provide: Provide<void>) {
          try {
            yield* provide();
          } finally {
            yield* suspend();
          }
        });
        yield* suspend();
      });
      yield* yieldNow();
      yield* task.cancel("enough", { grace: 20 });
    });
    assertEquals(time, 20);
    assertEquals(warnings.length, 1);
  } finally {
    console.warn = warn;
  }
});

Deno.test("resource() that is torn down when the cancellation comes has the grace time for it [S12]", async () => {
  const warn = console.warn;
  console.warn = () => {};
  try {
    const { time } = await simulate(function* () {
      const task = yield* spawn(function* () {
        yield* resource(function* (provide: Provide<void>) {
          try {
            yield* provide();
          } finally {
            yield* suspend();
          }
        });
      });
      yield* sleep(100);
      yield* task.cancel("enough", { grace: 20 });
    });
    assertEquals(time, 120);
  } finally {
    console.warn = warn;
  }
});

Deno.test("resource() takes the time for its teardown that it needs when its scope ends by itself", async () => {
  const { time } = await simulate(() =>
    scope(function* () {
      yield* resource(function* (provide: Provide<void>) {
        try {
          yield* provide();
        } finally {
          yield* sleep(60_000);
        }
      });
    })
  );
  assertEquals(time, 60_000);
});

Deno.test("provide() is called once", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* resource(function* (provide: Provide<void>) {
        try {
          yield* provide();
        } finally {
          yield* provide();
        }
      });
    }))
  );
  assertEquals(
    (value as Error).message,
    "Cannot provide: it was done already: provide() is called once",
  );
});

Deno.test("resource() rejects what it cannot run, and where there is no scope", async () => {
  assertThrows(() => resource(1 as never), TypeError, "'body' must be a function");
  await assertRejects(
    () => Promise.resolve(logged("a", []) as unknown as PromiseLike<string>),
    Error,
    "bound to the scope of a coroutine",
  );
});

Deno.test("resource() that ends while it is in use fails its scope [S9]", async () => {
  await simulate(function* () {
    const error = yield* caught(scope(function* () {
      yield* resource<number>(function* leaving(provide) {
        yield* race([provide(1), sleep(5)]);
      });
      yield* suspend();
    }));
    assertInstanceOf(error, UsageError);
    assertEquals(error.message.split(":")[0], "Resource 'leaving' ended while it was in use");
  });
});
