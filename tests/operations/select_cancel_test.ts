import { assertEquals, assertInstanceOf } from "@std/assert";
import { simulate } from "../../testing.ts";
import { ClosedError } from "../../src/kernel/errors.ts";
import { run } from "../../src/kernel/run.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { action } from "../../src/operations/action.ts";
import { select } from "../../src/operations/select.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { until } from "../../src/operations/until.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Channel } from "../../src/sync/channel.ts";
import { Latch } from "../../src/sync/latch.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";
import type { Effect } from "../../src/kernel/effect.ts";
import { resource } from "../../src/operations/resource.ts";
import { caught } from "../_caught.ts";
import { ignoredCancellations } from "../kernel/_ignored.ts";

Deno.test("select() cancelled in the middle leaves nothing behind [R5][C3]", async () => {
  const scheduler = new Scheduler();
  const latch = new Latch();
  const semaphore = new Semaphore(0);
  const inbox = new Channel<number>();
  const outbox = new Channel<number>();
  const target = run(() => suspend(), { scheduler });
  const cleaned: string[] = [];
  const task = run(() =>
    select({
      latch: latch.wait(),
      permit: semaphore.acquire(),
      in: inbox.receive(),
      out: outbox.send(1),
      late: sleep(60_000),
      join: target,
      promise: until(new Promise(() => {})),
      callback: action(() => () => cleaned.push("action")),
      work: function* () {
        try {
          yield* suspend();
        } finally {
          yield* yieldNow();
          cleaned.push("work");
        }
      },
    }), { scheduler });
  await run(() => yieldNow(), { scheduler });
  await task.cancel();
  assertEquals(task.status, "cancelled");
  assertEquals([latch.waiting, semaphore.waiting, scheduler.timerCount], [0, 0, 0]);
  assertEquals(scheduler.outside, 0);
  assertEquals(cleaned, ["action", "work"]);
  assertEquals([inbox.trySend(1), outbox.tryReceive()], [false, undefined]);
  await target.cancel();
});

Deno.test("select() cancelled after it was chosen for gives back what it was handed [C3][Y1]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>({ capacity: 1 });
    const receiving = yield* spawn(() => select({ value: channel.receive(), late: sleep(100) }));
    yield* yieldNow();
    yield* channel.send(1);
    yield* receiving.cancel();
    assertEquals(channel.tryReceive(), 1);

    const semaphore = new Semaphore(1);
    const permit = yield* semaphore.acquire();
    const acquiring = yield* spawn(() => select({ permit: semaphore.acquire(), late: sleep(100) }));
    yield* yieldNow();
    permit.release();
    yield* acquiring.cancel();
    assertEquals(semaphore.available, 1);
  });
});

Deno.test("select() cancelled after its send was taken has sent [C3]", async () => {
  await simulate(function* () {
    const channel = new Channel<string>();
    const log: string[] = [];
    const sending = yield* spawn(function* () {
      const { key } = yield* select({ sent: channel.send("x"), late: sleep(100) });
      log.push(key);
      yield* suspend();
    });
    assertEquals(yield* channel.receive(), "x");
    yield* sending.cancel();
    assertEquals(log, ["sent"]);
  });
});

Deno.test("select() waits on when the value it was promised has gone [R5]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<string>();
    const other = new Channel<string>();
    const selecting = yield* spawn(() => select({ a: channel.receive(), b: other.receive() }));
    yield* yieldNow();
    const sending = yield* spawn(() => channel.send("gone"));
    yield* yieldNow();
    // Both are woken or about to be; the sender leaves first.
    yield* sending.cancel();
    yield* yieldNow();
    yield* other.send("kept");
    return yield* selecting;
  });
  assertEquals(value, { key: "b", value: "kept" });
});

Deno.test("select() loses no value when a loser fails before it is taken [S9][C3]", async () => {
  await simulate(function* () {
    const channel = new Channel<string>({ capacity: 1 });
    const failing = yield* spawn(() =>
      caught(select({
        value: channel.receive(),
        callback: action(() => () => {
          throw new Error("cleanup");
        }),
      }))
    );
    yield* yieldNow();
    yield* channel.send("kept");
    assertEquals(((yield* failing) as Error).message, "cleanup");
    assertEquals(channel.tryReceive(), "kept");
  });
});

Deno.test("close() refuses every sender once, several cases of one select too [C5]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>();
    const refused = yield* spawn(() =>
      caught(select({ a: channel.send(1), b: channel.send(2), c: channel.send(3) }))
    );
    const other = yield* spawn(() => caught(channel.send(4)));
    yield* yieldNow();
    channel.close();
    assertInstanceOf(yield* refused, ClosedError);
    assertInstanceOf(yield* other, ClosedError);
    assertEquals(yield* channel.next(), { done: true, value: undefined });
  });
});

Deno.test("select() remembers work that ended while a promised value went away [R5]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<string>();
    const latch = new Latch();
    const selecting = yield* spawn(() =>
      select({
        value: channel.receive(),
        work: function* () {
          yield* latch.wait();
          return "done";
        },
      })
    );
    yield* yieldNow();
    yield* yieldNow();
    // In this order: the value is promised, the work ends, the sender leaves, the select runs.
    const sending = yield* spawn(() => channel.send("gone"));
    latch.open();
    yield* yieldNow();
    yield* sending.cancel();
    return yield* selecting;
  });
  assertEquals(value, { key: "work", value: "done" });
});

Deno.test("a canceller of a select waits for the cleanup of losers no longer than the grace time [S12]", async () => {
  const { time } = await simulate(function* () {
    const ignored = ignoredCancellations();
    const channel = new Channel<number>({ capacity: 1 });
    const got: unknown[] = [];
    const task = yield* spawn(function* () {
      got.push(
        yield* select({
          value: channel.receive(),
          work: function* () {
            try {
              yield* suspend();
            } finally {
              yield* suspend();
            }
          },
        }),
      );
      got.push("goes on to its next wait");
      yield* suspend();
    });
    yield* sleep(1);
    channel.trySend(7);
    yield* sleep(1);
    yield* task.cancel("enough", { grace: 50 });
    assertEquals(got, [{ key: "value", value: 7 }, "goes on to its next wait"]);
    assertEquals(task.status, "cancelled");
    // The select itself was told, at its next wait, and obeyed.
    assertEquals(ignored.map((end) => end.split(" ")[0]), ["work"]);
  });
  assertEquals(time, 52);
});

Deno.test("selects and resources in each other are cancelled without overflow, however deep [S7]", async () => {
  const depth = 10_000;
  function* selects(left: number): Nested {
    if (left === 0) yield* suspend();
    else yield* select({ deeper: () => selects(left - 1) });
  }
  function* resources(left: number): Nested {
    if (left === 0) yield* suspend();
    else {
      yield* resource(function* (provide) {
        yield* resources(left - 1);
        yield* provide(left);
      });
    }
  }
  await simulate(function* () {
    for (const nest of [selects, resources]) {
      const task = yield* spawn(() => nest(depth));
      yield* sleep(1);
      yield* task.cancel();
      assertEquals(task.status, "cancelled");
    }
  }, { maxSteps: 1_000_000 });
});

type Nested = Generator<Effect<unknown>, void, unknown>;
