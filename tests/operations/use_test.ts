import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { expectOrder, simulate } from "../../testing.ts";
import { run } from "../../src/kernel/run.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { scope } from "../../src/operations/scope.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { use } from "../../src/operations/use.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { caught } from "../_caught.ts";

const disposable = (dispose: () => void): Disposable => ({ [Symbol.dispose]: dispose });
const later = (dispose: () => Promise<void>): AsyncDisposable => ({
  [Symbol.asyncDispose]: dispose,
});

Deno.test("use() disposes when the scope ends, after its children, the newest first [S7][S8]", async () => {
  const order = expectOrder();
  await simulate(() =>
    scope(function* () {
      yield* use(disposable(() => order(4)));
      yield* use(() => disposable(() => order(3)));
      yield* use(later(async () => {
        await Promise.resolve();
        order(2);
      }));
      yield* spawn(function* () {
        yield* yieldNow();
        order(1);
      });
    })
  );
  order.end(4);
});

Deno.test("use() gives the disposable, and prefers to dispose of it asynchronously", async () => {
  const log: string[] = [];
  const both = {
    [Symbol.dispose]: () => void log.push("now"),
    [Symbol.asyncDispose]: () => Promise.resolve(void log.push("later")),
  };
  await simulate(() =>
    scope(function* () {
      assertEquals(yield* use(both), both);
      assertEquals(yield* use(() => Promise.resolve(both)), both);
    })
  );
  assertEquals(log, ["later", "later"]);
});

Deno.test("use() waits for an asynchronous disposal, however it came by what it disposes of [S1]", async () => {
  const order = expectOrder();
  const slow = (place: number) =>
    later(async () => {
      await Promise.resolve();
      order(place);
    });
  await simulate(function* () {
    yield* scope(() => use(slow(1)));
    yield* scope(() => use(() => slow(2)));
    yield* scope(() => use(() => Promise.resolve(slow(3))));
    order(4);
  });
  order.end(4);
});

Deno.test("use() binds a permit to the scope [Y1]", async () => {
  await simulate(function* () {
    const mutex = new Mutex();
    yield* scope(function* () {
      yield* use(mutex.acquire());
      assertEquals(mutex.locked, true);
    });
    assertEquals(mutex.locked, false);
    // Waiting to acquire stays cancellable, and takes nothing.
    const permit = yield* mutex.acquire();
    const task = yield* spawn(() => use(mutex.acquire()));
    yield* yieldNow();
    assertEquals(mutex.waiting, 1);
    yield* task.cancel();
    permit.release();
    assertEquals([mutex.locked, mutex.waiting], [false, 0]);
  });
});

Deno.test("use() disposes of what comes after the cancellation [M3]", async () => {
  const { promise, resolve } = Promise.withResolvers<Disposable>();
  let disposed = 0;
  const task = run(() => use(async () => await promise));
  await run(() => yieldNow());
  await task.cancel();
  assertEquals(disposed, 0);
  resolve(disposable(() => disposed++));
  await run(() => yieldNow());
  await promise.then(() => {});
  assertEquals(disposed, 1);
});

Deno.test("use() disposes after a cancellation, and cancels a task it was given", async () => {
  let disposed = 0;
  const served = run(() => suspend());
  const task = run(function* () {
    yield* use(function* () {
      yield* yieldNow();
      return disposable(() => disposed++);
    });
    yield* use(served);
    yield* suspend();
  });
  await run(function* () {
    for (let i = 0; i < 5; i++) yield* yieldNow();
  });
  await task.cancel();
  assertEquals([disposed, served.status], [1, "cancelled"]);
});

Deno.test("use() throws what acquiring throws, and when nothing disposable comes", async () => {
  const { value } = await simulate(function* () {
    const failed = yield* caught(use(() => Promise.reject(new Error("no"))));
    const plain = yield* caught(use(() => ({}) as Disposable));
    return [failed, plain].map((error) => (error as Error).message);
  });
  assertEquals(value, ["no", "Cannot use: it must give something disposable: it gave an object"]);
});

Deno.test("use() rejects what it cannot use, and where there is no scope", async () => {
  assertThrows(() => use(1 as never), TypeError, "Cannot use: it takes a Disposable");
  assertThrows(() => use({} as never), TypeError, "Cannot use: it takes a Disposable");
  await assertRejects(
    () => Promise.resolve(use(disposable(() => {})) as unknown as PromiseLike<unknown>),
    Error,
    "bound to the scope of a coroutine",
  );
});

Deno.test("use() disposes synchronously of what has no asynchronous disposal but the name of one", async () => {
  let disposed = 0;
  await simulate(function* () {
    yield* use({ [Symbol.asyncDispose]: undefined, [Symbol.dispose]: () => void disposed++ });
  });
  assertEquals(disposed, 1);
});
