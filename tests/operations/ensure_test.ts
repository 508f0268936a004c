import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { expectOrder, simulate } from "../../testing.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { ensure } from "../../src/operations/ensure.ts";
import { scope } from "../../src/operations/scope.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { caught } from "../_caught.ts";

Deno.test("ensure() runs after the body and its children, the newest first [S7][S8]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    yield* scope(function* () {
      yield* ensure(() => order(6));
      yield* ensure(function* () {
        order(4);
        yield* sleep(1);
        order(5);
      });
      yield* spawn(function* () {
        yield* sleep(5);
        order(3);
      });
      try {
        order(1);
      } finally {
        order(2);
      }
    });
    order(7);
  });
  order.end(7);
});

Deno.test("ensure() belongs to the scope it is called in, not to that of the helper's caller", async () => {
  const order = expectOrder();
  function* helper() {
    yield* ensure(() => order(3));
  }
  await simulate(function* () {
    yield* helper();
    yield* scope(function* () {
      yield* ensure(() => order(1));
    });
    order(2);
  });
  order.end(3);
});

Deno.test("ensure() cleans up after a failure and after a cancellation [S8]", async () => {
  const log: string[] = [];
  await assertRejects(
    () =>
      simulate(function* () {
        yield* ensure(() => void log.push("after failure"));
        throw new Error("body");
      }),
    Error,
    "body",
  );
  await simulate(function* () {
    const task = yield* spawn(function* () {
      yield* ensure(async () => {
        await Promise.resolve();
        log.push("after cancel");
      });
      yield* suspend();
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals(log, ["after failure", "after cancel"]);
  });
});

Deno.test("ensure() within a cleanup runs too [S8]", async () => {
  const order = expectOrder();
  await simulate(() =>
    scope(function* () {
      yield* ensure(() => order(3));
      yield* ensure(function* () {
        yield* ensure(() => order(2));
        order(1);
      });
    })
  );
  order.end(3);
});

Deno.test("ensure() needs a scope: awaited by ordinary code it has none", async () => {
  await assertRejects(
    () => Promise.resolve(ensure(() => {}) as unknown as PromiseLike<void>),
    Error,
    "bound to the scope of a coroutine",
  );
});

Deno.test("ensure() rejects what it cannot run", () => {
  assertThrows(() => ensure(1 as never), TypeError, "'cleanup' must be a function");
  assertThrows(() => ensure(sleep(1) as never), TypeError, "ensure(() => operation)");
});

Deno.test("ensure() runs every cleanup exactly once, in any program and wherever it is cancelled [S8][S9]", async () => {
  const cleanup = fc.record({ waits: fc.nat(2), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(cleanup, { maxLength: 5 }),
      fc.constantFrom("return", "throw", "cancel"),
      fc.nat(8),
      async (seed, cleanups, end, steps) => {
        const ran: number[] = [];
        const registered: number[] = [];
        const errors: unknown[] = [];
        const failure = await simulate(function* () {
          const body = new Error("body");
          return yield* scope(function* () {
            const task = yield* spawn(function* () {
              for (const [i, { waits, fails }] of cleanups.entries()) {
                yield* ensure(function* () {
                  ran.push(i);
                  for (let n = 0; n < waits; n++) yield* yieldNow();
                  if (!fails) return;
                  const error = new Error(`cleanup ${i}`);
                  errors.push(error);
                  throw error;
                });
                registered.push(i);
                yield* yieldNow();
              }
              if (end === "throw") {
                errors.unshift(body);
                throw body;
              }
              if (end === "cancel") yield* suspend();
            });
            for (let i = 0; i < steps; i++) yield* yieldNow();
            if (end === "cancel") return yield* caught(task.cancel());
            return yield* caught(task);
          }, { onError: "isolate" });
        }, { seed });
        assertEquals(ran, registered.toReversed());
        if (errors.length === 0) assertEquals(failure.value, undefined);
        else if (errors.length === 1) assertEquals(failure.value, errors[0]);
        else {
          assertInstanceOf(failure.value, AggregateError);
          assertEquals(failure.value.errors, errors);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("ensure(): a task that a cleanup spawns is cancelled when the last is over, and awaited [S1] [S7]", async () => {
  const { value, time } = await simulate(function* () {
    const log: string[] = [];
    yield* scope(function* () {
      yield* ensure(() => sleep(5));
      yield* ensure(function* () {
        yield* spawn(function* () {
          try {
            yield* sleep(100);
          } finally {
            yield* sleep(1);
            log.push("cleaned up");
          }
        });
      });
    });
    return log;
  });
  assertEquals([value, time], [["cleaned up"], 6]);
});
