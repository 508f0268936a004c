import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { simulate } from "../../testing.ts";
import { ClosedError } from "../../src/kernel/errors.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { scope } from "../../src/operations/scope.ts";
import { select } from "../../src/operations/select.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Broadcast, type Subscription } from "../../src/sync/broadcast.ts";
import { caught } from "../_caught.ts";

function* collect<T>(subscription: Subscription<T>) {
  const values: T[] = [];
  for (
    let item = yield* subscription.next();
    !item.done;
    item = yield* subscription.next()
  ) values.push(item.value);
  return values;
}

Deno.test("Broadcast hands every value to everyone who is subscribed [C1]", async () => {
  const { value } = await simulate(function* () {
    const news = new Broadcast<number>();
    news.publish(0);
    const a = yield* news.subscribe();
    news.publish(1);
    const b = yield* news.subscribe();
    news.publish(2);
    news.close();
    return [yield* collect(a), yield* collect(b)];
  });
  assertEquals(value, [[1, 2], [2]]);
});

Deno.test("a subscription ends with the scope that it was made in", async () => {
  await simulate(function* () {
    const news = new Broadcast<number>();
    const inner = yield* scope(function* () {
      const subscription = yield* news.subscribe();
      assertEquals(news.subscribers, 1);
      news.publish(1);
      assertEquals(yield* subscription.receive(), 1);
      return subscription;
    });
    assertEquals([news.subscribers, inner.closed], [0, true]);
    assertInstanceOf(yield* caught(inner.receive()), ClosedError);
    news.publish(2);
    using other = yield* news.subscribe();
    other.close();
    other.close();
    assertEquals(news.subscribers, 0);
  });
});

Deno.test("a slow subscriber holds up nobody: it drops what it has no room for, and counts it [C4]", async () => {
  await simulate(function* () {
    const oldest = new Broadcast<number>({ capacity: 2 });
    const newest = new Broadcast<number>({ capacity: 2, overflow: "drop-newest" });
    const all = new Broadcast<number>();
    const subscriptions = [
      yield* oldest.subscribe(),
      yield* newest.subscribe(),
      yield* all.subscribe(),
    ];
    for (let i = 1; i <= 5; i++) for (const news of [oldest, newest, all]) news.publish(i);
    assertEquals(subscriptions.map(({ size, dropped }) => [size, dropped]), [[2, 3], [2, 3], [
      5,
      0,
    ]]);
    for (const news of [oldest, newest, all]) news.close();
    const values = [];
    for (const subscription of subscriptions) values.push(yield* collect(subscription));
    assertEquals(values, [[4, 5], [1, 2], [1, 2, 3, 4, 5]]);
  });
});

Deno.test("a closed broadcast lets what is held be received, then ends [C5]", async () => {
  await simulate(function* () {
    const news = new Broadcast<number>();
    const subscription = yield* news.subscribe();
    const waiting = yield* news.subscribe();
    const ending = yield* spawn(() => caught(waiting.receive()));
    yield* yieldNow();
    news.publish(1);
    yield* ending;
    const failing = yield* spawn(() => caught(waiting.receive()));
    yield* yieldNow();
    const reason = new Error("off the air");
    news.close(reason);
    news.close();
    assertEquals([news.closed, news.subscribers], [true, 0]);
    assertEquals(yield* failing, reason);
    assertEquals(yield* subscription.receive(), 1);
    assertEquals(yield* caught(subscription.next()), reason);
    assertThrows(() => news.publish(2), ClosedError, "Cannot publish");
    assertInstanceOf(yield* caught(news.subscribe()), ClosedError);
  });
});

Deno.test("a subscription can be a case of a select [R5]", async () => {
  const { value } = await simulate(function* () {
    const news = new Broadcast<number>();
    const subscription = yield* news.subscribe();
    const silent = yield* select({ value: subscription.receive(), late: sleep(1) });
    news.publish(7);
    return [silent.key, yield* select({ value: subscription.receive(), late: sleep(1) })];
  });
  assertEquals(value, ["late", { key: "value", value: 7 }]);
});

Deno.test("Broadcast can be iterated by ordinary code, which unsubscribes when it leaves", async () => {
  const news = new Broadcast<number>();
  const values = news[Symbol.asyncIterator]();
  news.publish(1);
  news.publish(2);
  assertEquals(await values.next(), { done: false, value: 1 });
  assertEquals(news.subscribers, 1);
  await values.return!();
  assertEquals(news.subscribers, 0);
});

Deno.test("Broadcast says which option is wrong, and where a scope is missing", async () => {
  assertThrows(() => new Broadcast({ capacity: 0 }), RangeError, "'capacity'");
  assertThrows(() => new Broadcast({ capacity: "1" as never }), TypeError, "'capacity'");
  assertThrows(() => new Broadcast({ overflow: "wait" as never }), TypeError, "'overflow'");
  const news = new Broadcast<number>();
  await assertRejects(
    () => Promise.resolve(news.subscribe() as unknown as PromiseLike<unknown>),
    Error,
    "bound to the scope of a coroutine",
  );
  assertEquals(news.subscribers, 0);
});

Deno.test("each subscriber has what was published, less what it dropped, in order, in any schedule [C1][C4]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("drop-oldest" as const, "drop-newest" as const),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
      async (seed, capacity, overflow, paces) => {
        await simulate(function* () {
          const news = new Broadcast<number>({ capacity, overflow });
          function* listen(pace: number) {
            const subscription = yield* news.subscribe();
            const got: number[] = [];
            for (
              let item = yield* subscription.next();
              !item.done;
              item = yield* subscription.next()
            ) {
              got.push(item.value);
              for (let i = 0; i < pace; i++) yield* yieldNow();
            }
            assertEquals(got, got.toSorted((a, b) => a - b));
            assertEquals(got.length + subscription.dropped, 10);
          }
          yield* scope(function* () {
            for (const pace of paces) yield* spawn(() => listen(pace));
            yield* sleep(1);
            for (let i = 0; i < 10; i++) {
              news.publish(i);
              if (i % 3 === 0) yield* yieldNow();
            }
            news.close();
          });
        }, { seed });
      },
    ),
    { numRuns: 100 },
  );
});
