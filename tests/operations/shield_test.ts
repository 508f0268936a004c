import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { expectOrder, simulate } from "../../testing.ts";
import { CancelledError, TimeoutError } from "../../src/kernel/errors.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { currentTask } from "../../src/kernel/task_info.ts";
import { scope } from "../../src/operations/scope.ts";
import { shield } from "../../src/operations/shield.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { timeout } from "../../src/operations/timeout.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { caught } from "../_caught.ts";

Deno.test("shield() holds a cancellation back, which comes at the first wait after [M1]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const task = yield* spawn(function* () {
      try {
        const value = yield* shield(function* () {
          order(1);
          yield* sleep(5);
          order(3);
          return "whole";
        });
        assertEquals(value, "whole");
        order(4);
        yield* yieldNow();
        order(-1);
      } catch (error) {
        assertEquals(error instanceof CancelledError, true);
        order(5);
        throw error;
      }
    });
    yield* sleep(1);
    order(2);
    yield* task.cancel();
    order(6);
    assertEquals(task.status, "cancelled");
  });
  order.end(6);
});

Deno.test("cancel() waits for a shielded region, beyond the grace time too [M2]", async () => {
  const { value } = await simulate(function* () {
    let whole = false;
    const task = yield* spawn(() =>
      shield(function* () {
        yield* sleep(500);
        whole = true;
      })
    );
    yield* yieldNow();
    yield* task.cancel("now", { grace: 10 });
    return whole;
  });
  assertEquals(value, true);
});

Deno.test("shield() protects from a failing sibling and from an ending scope [M1]", async () => {
  let whole = 0;
  function* careful() {
    yield* shield(function* () {
      yield* sleep(5);
      whole++;
    });
  }
  await simulate(function* () {
    yield* caught(scope(function* () {
      yield* spawn(careful);
      yield* yieldNow();
      throw new Error("body");
    }));
    yield* scope(function* () {
      yield* spawn(careful, { daemon: true });
      yield* yieldNow();
    });
  });
  assertEquals(whole, 2);
});

Deno.test("shield() shields everything inside, scopes and children too [M1]", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const task = yield* spawn(() =>
      shield(() =>
        scope(function* () {
          yield* spawn(function* () {
            yield* sleep(3);
            log.push("child");
          });
          yield* sleep(2);
          log.push(currentTask().signal.aborted ? "aborted" : "body");
        })
      )
    );
    yield* sleep(1);
    yield* task.cancel();
  });
  assertEquals(log, ["body", "child"]);
});

Deno.test("shield() lets a cancellation from within pass [M1]", async () => {
  await assertRejects(() => simulate(() => shield(() => timeout(1, suspend()))), TimeoutError);
  await assertRejects(
    () => simulate(() => shield(() => Promise.reject(new Error("inside")))),
    Error,
    "inside",
  );
});

Deno.test("shield() is not begun by a task that was cancelled before", async () => {
  let begun = false;
  await simulate(function* () {
    const task = yield* spawn(function* () {
      void task.cancel();
      yield* shield(() => void (begun = true));
    });
    yield* caught(task);
  });
  assertEquals(begun, false);
});

Deno.test("shield() rejects what it cannot run", () => {
  assertThrows(() => shield(1 as never), TypeError, "'work' must be an operation or a function");
});

Deno.test("shield() runs whole or not at all, wherever the cancellation comes [M1][M2]", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.nat(12), async (seed, steps) => {
      await simulate(function* () {
        const log: string[] = [];
        const task = yield* spawn(function* () {
          yield* sleep(1);
          yield* shield(function* () {
            log.push("a");
            yield* yieldNow();
            log.push("b");
            yield* scope(() => sleep(1));
            log.push("c");
          });
          log.push("on");
          yield* yieldNow();
          log.push("after");
        });
        for (let i = 0; i < steps; i++) yield* (i % 4 === 3 ? sleep(1) : yieldNow());
        yield* task.cancel();
        const done = log.join("");
        const wholes = ["", "abcon", "abconafter"];
        assertEquals(wholes.includes(done), true, done);
        yield* sleep(10);
        assertEquals(log.join(""), done);
      }, { seed });
    }),
    { numRuns: 100 },
  );
});
