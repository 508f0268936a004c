import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  action,
  currentTask,
  type Enter,
  type Operation,
  run,
  select,
  sleep,
  spawn,
  suspend,
  type Task,
  yieldNow,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

Deno.test("action() gives what it is resolved with, at once or later, and cleans up once [S8]", async () => {
  await simulate(function* () {
    let cleanups = 0;
    const cleanup = () => void cleanups++;
    const now = action<string>((resolve) => {
      resolve("now");
      return cleanup;
    });
    const later = action<string>((resolve) => {
      queueMicrotask(() => resolve("later"));
      return cleanup;
    });
    assertEquals([yield* now, yield* later, yield* later], ["now", "later", "later"]);
    assertEquals([cleanups, running!.scheduler.outside], [3, 0]);
    assertEquals(yield* action((resolve) => resolve("no cleanup")), "no cleanup");
  });
});

Deno.test("an action that settles twice, or after a cancellation, is taken once [J2]", async () => {
  await simulate(function* () {
    let resolveLate: ((value: string) => void) | undefined;
    let cleanups = 0;
    const value = yield* action<string>((resolve, reject) => {
      queueMicrotask(() => {
        resolve("first");
        resolve("second");
        reject(new Error("third"));
      });
      return () => void cleanups++;
    });
    assertEquals([value, cleanups], ["first", 1]);
    const task = yield* spawn(() =>
      action<string>((resolve) => {
        resolveLate = resolve;
        return () => {
          cleanups++;
          resolve("from its own cleanup");
        };
      })
    );
    yield* yieldNow();
    yield* task.cancel();
    resolveLate!("late");
    yield* sleep(1);
    assertEquals([task.status, cleanups, running!.scheduler.outside], ["cancelled", 2, 0]);
  });
});

Deno.test("an action that was resolved and has not run yet keeps its result; the cancellation comes after [S3]", async () => {
  await simulate(function* () {
    const log: string[] = [];
    let resolve: (value: string) => void = () => {};
    const task = yield* spawn(function* () {
      log.push(yield* action<string>((settle) => void (resolve = settle)));
      yield* yieldNow();
      log.push("not reached");
    });
    yield* yieldNow();
    resolve("kept");
    yield* task.cancel();
    assertEquals([...log, task.status], ["kept", "cancelled"]);
  });
});

Deno.test("a cleanup that throws makes the action throw, with what it replaces beside it [S9]", async () => {
  await simulate(function* () {
    const failing = () => {
      throw new Error("cleanup");
    };
    const resolved = yield* caught(action((resolve) => {
      resolve(1);
      return failing;
    }));
    assertEquals((resolved as Error).message, "cleanup");
    const rejected = yield* caught(action((_resolve, reject) => {
      queueMicrotask(() => reject(new Error("rejected")));
      return failing;
    }));
    assert(rejected instanceof AggregateError);
    assertEquals(rejected.errors.map(({ message }) => message), ["rejected", "cleanup"]);
    const task = run(() => action(() => failing));
    yield* yieldNow();
    const error = yield* caught(task.cancel());
    assertEquals([(error as Error).message, task.status], ["cleanup", "failed"]);
  });
});

Deno.test("an action that throws as it begins throws, and settling it later does nothing [J2]", async () => {
  await simulate(function* () {
    let resolveLate: (value: number) => void = () => {};
    const error = yield* caught(action<number>((resolve) => {
      resolveLate = resolve;
      throw new Error("did not begin");
    }));
    assertEquals((error as Error).message, "did not begin");
    resolveLate(1);
    yield* sleep(1);
  });
});

Deno.test("an action that cancels its own task ends cancelled, and cleans up", async () => {
  await simulate(function* () {
    let cleaned = 0;
    const task: Task<unknown> = run(() =>
      action(() => {
        void task.cancel();
        return () => void cleaned++;
      })
    );
    yield* caught(task);
    assertEquals([task.status, cleaned], ["cancelled", 1]);
  });
});

Deno.test("an action that resolves when the signal of its task aborts does not undo the cancellation [S3]", async () => {
  await simulate(function* () {
    let went = false;
    const task = yield* spawn(function* () {
      const { signal } = currentTask();
      yield* action<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      went = true;
      yield* suspend();
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals([went, task.status], [false, "cancelled"]);
  });
});

Deno.test("action() checks its argument, and what the function returns", async () => {
  assertThrows(() => action(5 as never), TypeError, "'executor' must be a function");
  const error = await run(() => caught(action((() => 5) as never)));
  assert(error instanceof TypeError);
  assertEquals(
    error.message,
    "An action must return its cleanup, a function, or nothing: it returned 5",
  );
});

Deno.test("the cleanup of a cancelled action runs as code of its task, in what wraps its steps", async () => {
  const inside = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const waiting = () =>
    action<void>(() => () => seen.push([currentTask().name, inside.getStore()]));
  const snapshot = inside.run("inside", () => AsyncLocalStorage.snapshot());
  const works: (() => Operation<unknown>)[] = [waiting, () => select({ waiting: waiting() })];
  for (const work of works) {
    const task = run(work, { name: "waiter", enter: snapshot as Enter });
    await run(function* canceller() {
      yield* yieldNow();
      yield* task.cancel();
    });
  }
  assertEquals(seen, [["waiter", "inside"], ["waiter", "inside"]]);
});
