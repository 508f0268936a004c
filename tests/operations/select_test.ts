import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { simulate } from "../../testing.ts";
import { CancelledError, ClosedError } from "../../src/kernel/errors.ts";
import { run } from "../../src/kernel/run.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { action } from "../../src/operations/action.ts";
import { all } from "../../src/operations/all.ts";
import { scope } from "../../src/operations/scope.ts";
import { select } from "../../src/operations/select.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { suspend } from "../../src/operations/suspend.ts";
import { until } from "../../src/operations/until.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Channel } from "../../src/sync/channel.ts";
import { Latch } from "../../src/sync/latch.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { RateLimiter } from "../../src/sync/rate_limiter.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";
import { caught } from "../_caught.ts";

/** A scheduler whose chance begins with the case at `place` of `of`. */
const picking = (place: () => number, of: number) => new Scheduler({ random: () => place() / of });

Deno.test("select() makes one of several ready cases happen, the others take nothing [R5]", async () => {
  for (let place = 0; place < 4; place++) {
    const a = new Channel<string>({ capacity: 1 });
    const b = new Channel<string>({ capacity: 1 });
    const semaphore = new Semaphore(1);
    a.trySend("a");
    const chosen = await run(
      () =>
        select({
          a: a.receive(),
          b: b.send("b"),
          permit: semaphore.acquire(),
          latch: new Latch(true).wait(),
        }),
      { scheduler: picking(() => place, 4) },
    );
    assertEquals(chosen.key, (["a", "b", "permit", "latch"] as const)[place]);
    assertEquals(a.size, chosen.key === "a" ? 0 : 1);
    assertEquals(b.size, chosen.key === "b" ? 1 : 0);
    assertEquals(semaphore.available, chosen.key === "permit" ? 0 : 1);
  }
});

Deno.test("select() passes over the cases that are not ready [R5]", async () => {
  const empty = new Channel<number>();
  const full = new Channel<number>({ capacity: 1 });
  full.trySend(7);
  for (let place = 0; place < 3; place++) {
    const { key, value } = await run(
      () => select({ empty: empty.receive(), value: full.receive(), later: sleep(10_000) }),
      { scheduler: picking(() => place, 3) },
    );
    assertEquals([key, value], ["value", 7]);
    full.trySend(7);
  }
});

Deno.test("select() starves no ready case [R5]", async () => {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  await run(function* () {
    const open = new Latch(true);
    for (let i = 0; i < 600; i++) {
      const { key } = yield* select({ a: open.wait(), b: open.wait(), c: open.wait() });
      counts[key]++;
    }
  });
  // Each has a probability of 1/3: less than 100 of 600 is ten standard deviations away.
  for (const count of Object.values(counts)) assert(count > 100, JSON.stringify(counts));
});

Deno.test("select() waits in all lines, and leaves the others when one case comes [R5]", async () => {
  const scheduler = new Scheduler();
  const latch = new Latch();
  const mutex = new Mutex();
  const channel = new Channel<number>();
  const limiter = new RateLimiter({ limit: 1, interval: 60_000 });
  const chosen = await run(function* () {
    const permit = yield* mutex.acquire();
    yield* limiter.acquire();
    const selecting = yield* spawn(() =>
      select({
        latch: latch.wait(),
        permit: mutex.acquire(),
        value: channel.receive(),
        late: sleep(60_000),
        limiter: limiter.acquire(),
        never: suspend(),
      })
    );
    yield* yieldNow();
    assertEquals([latch.waiting, mutex.waiting, limiter.waiting], [1, 1, 1]);
    yield* channel.send(5);
    const chosen = yield* selecting;
    assertEquals([latch.waiting, mutex.waiting, limiter.waiting], [0, 0, 0]);
    permit.release();
    return chosen;
  }, { scheduler });
  assertEquals(chosen, { key: "value", value: 5 });
  assertEquals(mutex.locked, false);
  assertEquals(scheduler.timerCount, 0);
});

Deno.test("select() has a rendezvous send happen only when it is taken [R5][C2]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<string>();
    const first = yield* select({ sent: channel.send("early"), late: sleep(5) });
    const selecting = yield* spawn(() => select({ sent: channel.send("x"), late: sleep(5) }));
    const received = yield* channel.receive();
    return [first.key, received, (yield* selecting).key];
  });
  assertEquals(value, ["late", "x", "sent"]);
});

Deno.test("select() with a send and a receive does not meet itself, but its like [R5]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<string>();
    const exchange = (name: string) =>
      select({ gave: channel.send(name), got: channel.receive(), late: sleep(5) });
    const alone = yield* exchange("a");
    const pair = yield* all([exchange("a"), exchange("b")]);
    return [alone.key, pair.map(({ key }) => key).sort()];
  });
  assertEquals(value, ["late", ["gave", "got"]]);
});

Deno.test("select() lets a plain receiver behind its own receive have what it offers [Y4]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<string>();
    const offering = yield* spawn(() =>
      select({ got: channel.receive(), gave: channel.send("x") })
    );
    yield* yieldNow();
    const received = yield* channel.receive();
    return [received, (yield* offering).key];
  });
  assertEquals(value, ["x", "gave"]);
});

Deno.test("select() ends losing work, its cleanup done, before it returns [R1][R5]", async () => {
  const log: string[] = [];
  const { value } = await simulate(() =>
    select({
      quick: sleep(1),
      slow: function* () {
        try {
          yield* suspend();
        } finally {
          yield* sleep(5);
          log.push("cleaned");
        }
      },
    })
  );
  assertEquals(value.key, "quick");
  assertEquals(log, ["cleaned"]);
});

Deno.test("select() does not begin work when a case is ready", async () => {
  let begun = false;
  const { value } = await simulate(() =>
    select({ open: new Latch(true).wait(), work: () => void (begun = true) })
  );
  assertEquals([value.key, begun], ["open", false]);
});

Deno.test("select() ends with the work that ends first, and leaves the lines [R5]", async () => {
  const latch = new Latch();
  const { value } = await simulate(() =>
    select({
      latch: latch.wait(),
      fast: function* () {
        yield* sleep(1);
        return "done";
      },
      slow: function* () {
        yield* sleep(2);
      },
    })
  );
  assertEquals(value, { key: "fast", value: "done" });
  assertEquals(latch.waiting, 0);
});

Deno.test("select() throws the error of the case that came first, and of cleanup that failed [S9]", async () => {
  await assertRejects(
    () => simulate(() => select({ bad: () => Promise.reject(new Error("bad")), never: suspend() })),
    Error,
    "bad",
  );
  await assertRejects(
    () =>
      simulate(() =>
        select({
          first: sleep(1),
          messy: function* () {
            try {
              yield* suspend();
            } finally {
              yield* until(Promise.reject(new Error("messy")));
            }
          },
        })
      ),
    Error,
    "messy",
  );
});

Deno.test("select() joins tasks: result, error, cancellation [J1]", async () => {
  await simulate(function* () {
    const slow = yield* spawn(() => sleep(10));
    const quick = yield* spawn<string>(() => "quick");
    assertEquals(yield* select({ slow, quick }), { key: "quick", value: "quick" });
    assertEquals((yield* select({ slow, quick })).key, "quick");
    yield* scope(function* () {
      const failing = yield* spawn(() => Promise.reject(new Error("failed")));
      assertEquals(((yield* caught(select({ failing, slow }))) as Error).message, "failed");
    }, { onError: "isolate" });
    yield* slow.cancel();
    assertInstanceOf(yield* caught(select({ slow, never: suspend() })), CancelledError);
  });
});

Deno.test("select() takes promises and callbacks", async () => {
  assertEquals(
    await run(() => select({ promise: until(Promise.resolve(1)), never: suspend() })),
    { key: "promise", value: 1 },
  );
  assertEquals(
    await run(() =>
      select({ callback: action<number>((resolve) => resolve(2)), never: suspend() })
    ),
    { key: "callback", value: 2 },
  );
  await assertRejects(
    () => run(() => select({ p: until(Promise.reject(new Error("no"))), never: suspend() })).then(),
    Error,
    "no",
  );
});

Deno.test("select() finds a closed channel ready [C5]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>();
    const ending = yield* spawn(() => select({ item: channel.next(), never: suspend() }));
    yield* yieldNow();
    channel.close();
    const end = { done: true as const, value: undefined };
    assertEquals((yield* ending).value, end);
    assertEquals((yield* select({ item: channel.next(), never: suspend() })).value, end);
    const error = yield* caught(select({ value: channel.receive(), never: suspend() }));
    assertInstanceOf(error, ClosedError);
  });
});

Deno.test("select() finds a closed channel as ready as anything else [R5]", async () => {
  const channel = new Channel<number>();
  channel.close();
  const { key } = await run(
    () => select({ end: channel.next(), open: new Latch(true).wait() }),
    { scheduler: picking(() => 0, 2) },
  );
  assertEquals(key, "end");
});

Deno.test("select() narrows the value by the key", async () => {
  const chosen = await run(() => select({ text: () => "text", count: () => 1, never: suspend() }));
  if (chosen.key === "text") {
    const text: string = chosen.value;
    assertEquals(text, "text");
  } else if (chosen.key === "count") {
    const count: number = chosen.value;
    assertEquals(count, 1);
  }
});

Deno.test("select() rejects what it cannot run", async () => {
  assertThrows(() => select({}), TypeError, "at least one case");
  assertThrows(() => select([] as never), TypeError, "a record of operations");
  assertThrows(() => select({ a: 1 as never }), TypeError, "case 'a' must be an operation");
  const task: ReturnType<typeof run> = run(function* () {
    yield* yieldNow();
    yield* select({ itself: task, never: suspend() });
  });
  await assertRejects(() => task.then(), TypeError, "is the task itself");
});

Deno.test("select() runs several times, and under await", async () => {
  const channel = new Channel<number>({ capacity: 3 });
  const next = select({ value: channel.receive(), never: suspend() });
  for (let i = 0; i < 3; i++) channel.trySend(i);
  const values = [];
  for (let i = 0; i < 3; i++) {
    values.push((await (next as unknown as PromiseLike<{ value: number }>)).value);
  }
  assertEquals(values, [0, 1, 2]);
});

Deno.test("select() beside a promise that does not settle leaves one reaction with it, not one each time [F4]", async () => {
  let reactions = 0;
  class Counted extends Promise<void> {
    override then<A, B>(
      done?: ((value: void) => A | PromiseLike<A>) | null,
      failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      reactions++;
      return super.then(done, failed);
    }
  }
  const open: { stop?: () => void } = {};
  const stopped = new Counted((resolve) => open.stop = resolve);
  await simulate(function* () {
    const channel = new Channel<number>();
    yield* spawn(function* () {
      for (let n = 0; n < 5; n++) {
        yield* sleep(1);
        yield* channel.send(n);
      }
      open.stop!();
    });
    const keys: string[] = [];
    for (;;) {
      const { key } = yield* select({ value: channel.receive(), stop: until(stopped) });
      keys.push(key);
      if (key === "stop") break;
    }
    assertEquals(keys, [...Array(5).fill("value"), "stop"]);
    assertEquals((yield* select({ stop: until(stopped) })).key, "stop");
  });
  assert(reactions <= 4, `${reactions} reactions`);
});
