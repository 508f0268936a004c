import { assert, assertEquals } from "@std/assert";
import { type Effect, run, sleep, spawn, suspend, until, yieldNow } from "../../mod.ts";
import { rootEnvironment } from "../../src/kernel/environment.ts";
import { lend } from "../../src/kernel/run.ts";
import { running } from "../../src/kernel/running.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";
import { TaskNode } from "../../src/kernel/task.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";
import { ignoredCancellations } from "./_ignored.ts";

type Resolve = (result: { ok: boolean; value?: unknown; error?: unknown }) => void;

/** An effect of another library: only its `enter` is known. */
function* foreign<T>(
  enter: (resolve: Resolve) => (left: Resolve) => void,
): Generator<Effect<unknown>, T, unknown> {
  return (yield { description: "foreign()", enter } as Effect<unknown>) as T;
}

const left = (done: Resolve) => done({ ok: true });

Deno.test("a foreign effect that resolves at once, or later, gives its value", async () => {
  await simulate(function* () {
    const now = yield* foreign((resolve) => {
      resolve({ ok: true, value: "now" });
      return left;
    });
    const later = yield* foreign((resolve) => {
      queueMicrotask(() => resolve({ ok: true, value: "later" }));
      return left;
    });
    assertEquals([now, later], ["now", "later"]);
  });
});

Deno.test("a foreign effect that settles twice, or leaves twice, is taken once [J2]", async () => {
  const { time } = await simulate(function* () {
    const value = yield* foreign((resolve) => {
      resolve({ ok: true, value: "first" });
      resolve({ ok: false, error: new Error("second") });
      return (done) => {
        done({ ok: true });
        done({ ok: true });
      };
    });
    assertEquals(value, "first");
    yield* sleep(1);
    assertEquals(running!.scheduler.outside, 0);
  });
  assertEquals(time, 1, "no later wait was ended in the place of the first");
});

Deno.test("a foreign effect that fails, or fails to begin or to leave, throws", async () => {
  await simulate(function* () {
    const errors = [
      yield* caught(foreign((resolve) => {
        resolve({ ok: false, error: new Error("failed") });
        return left;
      })),
      yield* caught(foreign(() => {
        throw new Error("did not begin");
      })),
      yield* caught(foreign((resolve) => {
        resolve({ ok: true });
        return (done) => done({ ok: false, error: new Error("did not leave") });
      })),
    ];
    assertEquals(errors.map((error) => (error as Error).message), [
      "failed",
      "did not begin",
      "did not leave",
    ]);
  });
});

Deno.test("a cancelled foreign effect is left, and waited for until it has been [S1]", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(function* () {
      try {
        yield* foreign(() => (done) => {
          log.push("leaving");
          queueMicrotask(() => {
            log.push("left");
            done({ ok: true });
          });
        });
      } finally {
        log.push("finally");
      }
    });
    yield* yieldNow();
    assertEquals(task.waitsFor, "foreign()");
    yield* task.cancel();
    assertEquals([...log, task.status], ["leaving", "left", "finally", "cancelled"]);
  });
});

Deno.test("a foreign effect that does not come back from being left is given up after the grace time [S12]", async () => {
  const { time } = await simulate(function* () {
    ignoredCancellations();
    let late: Resolve | undefined;
    const task = yield* spawn(() => foreign(() => (done) => void (late = done)));
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 25 });
    assertEquals(task.status, "cancelled");
    late!({ ok: true });
    yield* sleep(5);
  });
  assertEquals(time, 30);
});

Deno.test("a task that catches what a foreign effect threw as it began can be cancelled after", async () => {
  await simulate(function* () {
    const task = yield* spawn(function* () {
      yield* caught(foreign(() => {
        throw new Error("did not begin");
      }));
      yield* suspend();
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals(task.status, "cancelled");
  });
});

Deno.test("an effect that threw as it began is not what its task waits for later [S3]", async () => {
  await simulate(function* () {
    let went = false;
    const task = yield* spawn(function* () {
      yield* caught(foreign(() => {
        throw new Error("did not begin");
      }));
      yield* yieldNow();
      went = true;
    });
    yield* spawn(() => task.cancel());
    yield* caught(task);
    assertEquals([went, task.status], [false, "cancelled"]);
  });
});

Deno.test("a foreign effect that looks at its routine is told that the bridge is missing", async () => {
  const error = await run(() =>
    caught((function* () {
      yield {
        description: "scoped()",
        enter: (_resolve: Resolve, routine: { scope: unknown }) => [left, routine.scope][0],
      } as Effect<unknown>;
    })())
  );
  assert(error instanceof TypeError && error.message.includes("@heddle/runtime/effection"));
});

Deno.test("our effects can be entered by another driver, and left", async () => {
  const step = sleep(1)[Symbol.iterator]().next();
  assert(!step.done);
  const entered = Promise.withResolvers<unknown>();
  step.value.enter(entered.resolve, {});
  assertEquals(await entered.promise, { ok: true, value: undefined });

  const waiting = until(new Promise(() => {}))[Symbol.iterator]().next();
  assert(!waiting.done);
  const leave = waiting.value.enter(() => {}, {});
  await run(yieldNow);
  const out = Promise.withResolvers<unknown>();
  leave(out.resolve);
  assertEquals(await out.promise, { ok: true });
});

Deno.test("an operation that was lent and left gives no result, though it had one when the host was waiting [I2]", async () => {
  class Overdue extends Scheduler {
    override isOverdue(): boolean {
      return true;
    }
  }
  const lent = (scheduler: Scheduler, told: string[]) =>
    lend(
      new TaskNode(scheduler, null, rootEnvironment, () => 1, 0, 0, "lent"),
      () => told.push("result"),
    );
  const scheduler = new Overdue();
  const kept: string[] = [];
  const given: string[] = [];
  lent(scheduler, kept);
  lent(scheduler, given)(() => given.push("left"));
  await run(() => {}, { scheduler });
  assertEquals([kept, given], [["result"], ["left"]]);
});
