import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  all,
  CancelledError,
  run,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  until,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";
import { ignoredCancellations } from "../kernel/_ignored.ts";
import { unhandledDuring } from "../kernel/_unhandled.ts";

Deno.test("until() gives what the promise comes to, or throws its reason", async () => {
  await simulate(function* () {
    assertEquals(yield* until(Promise.resolve(7)), 7);
    assertEquals(yield* until(() => Promise.resolve("made")), "made");
    const reason = new Error("rejected");
    assert((yield* caught(until(Promise.reject(reason)))) === reason);
  });
});

Deno.test("a cancelled until() leaves the promise behind at once, and what it comes to concerns nobody [J2]", async () => {
  const reasons = await unhandledDuring(() =>
    run(function* () {
      const gate = Promise.withResolvers<void>();
      const task = yield* spawn(() => until(gate.promise));
      yield* yieldNow();
      yield* task.cancel();
      gate.reject(new Error("too late"));
      yield* sleep(1);
      assertEquals(task.status, "cancelled");
    })
  );
  assertEquals(reasons, []);
});

Deno.test("until() with a signal aborts it at a cancellation, and waits for the promise [S2]", async () => {
  await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(() =>
      until((signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            log.push("aborted");
            queueMicrotask(() => {
              log.push("closed");
              reject(signal.reason);
            });
          });
        })
      )
    );
    yield* yieldNow();
    yield* task.cancel();
    assertEquals([...log, task.status], ["aborted", "closed", "cancelled"]);
  });
});

Deno.test("cancelling until((signal) => fetch(…)) aborts the fetch", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const task = run(() => until((signal) => fetch(`http://127.0.0.1:${port}`, { signal })));
  using connection = await listener.accept();
  await task.cancel();
  // Nothing was answered, so the connection ends only because the fetch was aborted.
  const request = new Uint8Array(4096);
  while (await connection.read(request).catch(() => null) !== null);
  assertEquals(task.status, "cancelled");
});

Deno.test("what fails while it hears the abort is thrown, an abort error is not [S9]", async () => {
  await simulate(function* () {
    const cancelled = function* (error: unknown) {
      const task = run(() =>
        until((signal) =>
          new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(error)))
        )
      );
      yield* yieldNow();
      yield* caught(task.cancel());
      return [yield* caught(task), task.status];
    };
    const broken = new Error("could not close");
    assertEquals(yield* cancelled(broken), [broken, "failed"]);
    const [error, status] = yield* cancelled(new DOMException("aborted", "AbortError"));
    assert(error instanceof CancelledError);
    assertEquals(status, "cancelled");
  });
});

Deno.test("a promise that ignores its signal is left behind after the grace time [S12]", async () => {
  const { time } = await simulate(function* () {
    ignoredCancellations();
    const task = yield* spawn(() => until((_signal) => new Promise(() => {})));
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 30 });
    yield* sleep(1);
  });
  assertEquals(time, 31);
});

Deno.test("until() whose function cancels its own task ends cancelled", async () => {
  await simulate(function* () {
    for (const hears of [true, false]) {
      const task = run(() =>
        until(
          hears
            ? (signal) => {
              void task.cancel();
              return new Promise((_resolve, reject) => {
                if (signal.aborted) reject(signal.reason);
                signal.addEventListener("abort", () => reject(signal.reason));
              });
            }
            : () => {
              void task.cancel();
              return new Promise(() => {});
            },
        )
      ) as ReturnType<typeof run<unknown>>;
      yield* caught(task);
      assertEquals(task.status, "cancelled");
    }
  });
});

Deno.test("until() checks its argument, and what the function returns", async () => {
  assertThrows(() => until(5 as never), TypeError, "'promise' must be a promise or a function");
  assertThrows(() => until(null as never), TypeError, "current value is null");
  const error = await run(() => caught(until((() => 5) as never)));
  assert(error instanceof TypeError);
  assertEquals(
    error.message,
    "Cannot wait until: the function must return a promise: it returned 5",
  );
});

Deno.test("until(function) hands the signal over, declared or not, and waits for who declares it", async () => {
  await simulate(function* () {
    const heard: boolean[] = [];
    const gate = Promise.withResolvers<void>();
    const wrapped = (...args: AbortSignal[]) => {
      args[0].addEventListener("abort", () => heard.push(args[0].aborted));
      return gate.promise;
    };
    const left = yield* spawn(() => until(wrapped));
    yield* yieldNow();
    yield* left.cancel();
    assertEquals([heard, left.status], [[true], "cancelled"]);
  });
});

Deno.test("one until() serves several tasks, one after the other and at once", async () => {
  await simulate(function* () {
    const gate = Promise.withResolvers<number>();
    const once = until(gate.promise);
    const task = yield* spawn(() => all([once, once, () => caught(timeout(1, once))]));
    yield* sleep(2);
    gate.resolve(5);
    const [first, second, late] = yield* task;
    assertEquals([first, second], [5, 5]);
    assert(late instanceof TimeoutError);
    assertEquals(yield* once, 5);
  });
});

Deno.test("a promise of a subclass that settles twice wakes its task once [J2]", async () => {
  class Twice extends Promise<number> {
    override then<A, B>(
      done?: ((value: number) => A | PromiseLike<A>) | null,
      failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      super.then(done, failed);
      return super.then(done, failed);
    }
  }
  const { time } = await simulate(function* () {
    const value = yield* until(new Twice((resolve) => resolve(1)));
    yield* sleep(100);
    assertEquals(value, 1);
  });
  assertEquals(time, 100);
});

Deno.test("what an aborted function answers to the abort is no failure, however late [S10]", async () => {
  const reasons = await unhandledDuring(() =>
    run(function* () {
      ignoredCancellations();
      const gate = Promise.withResolvers<void>();
      const task = yield* spawn(() => until((_signal) => gate.promise));
      yield* yieldNow();
      yield* task.cancel("enough", { grace: 0 });
      gate.reject(new DOMException("aborted", "AbortError"));
      yield* sleep(1);
    })
  );
  assertEquals(reasons, []);
});
