import { assert, assertEquals, assertThrows } from "@std/assert";
import { CancelledError, currentTask, run, sleep, spawn, suspend, yieldNow } from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { ignoredCancellations } from "./_ignored.ts";

Deno.test("currentTask() can be called in every kind of work", async () => {
  const task = run(function* coroutine() {
    const before = currentTask();
    yield* yieldNow();
    assertEquals([currentTask().id, currentTask().name], [before.id, "coroutine"]);
    return before.id;
  });
  assertEquals(await task, task.id);
  assertEquals(await run(() => currentTask().name, { name: "sync" }), "sync");
  assertEquals(
    await run(async () => {
      const { name } = currentTask();
      await null;
      return name;
    }, { name: "async" }),
    "async",
  );
  assertEquals(await run(() => currentTask().attempt), 1);
  await run(() => currentTask().progress("nobody listens"));
});

Deno.test("currentTask() outside a task is an error that says where it may be called", () => {
  assertThrows(() => currentTask(), Error, "was called outside a task: call it in a coroutine");
});

Deno.test("currentTask() in a finally block is that of the task, also when it is ended by force", async () => {
  await simulate(function* () {
    ignoredCancellations();
    let seen = 0;
    const task = yield* spawn(function* () {
      try {
        try {
          yield* suspend();
        } finally {
          yield* suspend();
        }
      } finally {
        seen = currentTask().id;
      }
    });
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 0 });
    assertEquals(seen, task.id);
  });
});

Deno.test("the signal aborts when the task is cancelled, with what is thrown where it waits", async () => {
  await simulate(function* () {
    let thrown: unknown;
    let signal: AbortSignal | undefined;
    const task = yield* spawn(function* () {
      signal = currentTask().signal;
      assert(signal === currentTask().signal);
      try {
        yield* suspend();
      } catch (error) {
        thrown = error;
        throw error;
      }
    });
    yield* yieldNow();
    assertEquals(signal!.aborted, false);
    yield* task.cancel();
    assert(thrown instanceof CancelledError);
    assert(signal!.reason === thrown);
  });
});

Deno.test("a signal that is asked for after the cancellation has aborted", async () => {
  await simulate(function* () {
    let aborted = false;
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        ({ aborted } = currentTask().signal);
      }
    });
    yield* yieldNow();
    yield* task.cancel();
    assert(aborted);
  });
});

Deno.test("an async function that asked for its signal is waited for [S2]", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(async () => {
      const { signal } = currentTask();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await null;
      log.push("cleaned");
    });
    yield* yieldNow();
    yield* task.cancel();
    log.push("cancelled");
    assertEquals(log, ["cleaned", "cancelled"]);
    assertEquals(task.status, "cancelled");
  });
});

Deno.test("an async function that ignores its signal is left behind after the grace time [S12]", async () => {
  const { time } = await simulate(function* () {
    ignoredCancellations();
    const task = yield* spawn(async () => {
      assert(!currentTask().signal.aborted);
      await new Promise(() => {});
    });
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 60 });
    yield* sleep(1);
  });
  assertEquals(time, 61);
});
