import { assertEquals } from "@std/assert";
import { Channel, run, spawn, yieldNow } from "../../mod.ts";
import { simulate } from "../../testing.ts";

Deno.test("tryReceive() takes no value that a woken receiver counts on, but those behind it [Y3]", async () => {
  for (const capacity of [0, 1, 2, 3]) {
    await simulate(function* () {
      const channel = new Channel<number>({ capacity });
      const first = yield* spawn(() => channel.receive());
      yield* yieldNow();
      const senders = [];
      for (const n of [1, 2, 3]) senders.push(yield* spawn(() => channel.send(n)));
      yield* spawn(function* () {
        assertEquals([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()], [
          2,
          3,
          undefined,
        ]);
      });
      assertEquals(yield* first, 1);
      for (const sender of senders) yield* sender;
      assertEquals(channel.size, 0);
    });
  }
});

for (const overflow of ["drop-oldest", "drop-newest"] as const) {
  Deno.test(`${overflow}: a value for a receiver that waits takes no room, until the receiver is cancelled [C4] [C2]`, async () => {
    await simulate(function* () {
      const channel = new Channel<number>({ capacity: 1, overflow });
      const first = yield* spawn(() => channel.receive());
      yield* yieldNow();
      channel.trySend(1);
      channel.trySend(2);
      assertEquals(channel.dropped, 0);
      assertEquals([yield* first, yield* channel.receive()], [1, 2]);
      const cancelled = yield* spawn(() => channel.receive());
      yield* yieldNow();
      channel.trySend(3);
      channel.trySend(4);
      void cancelled.cancel();
      assertEquals([channel.size, channel.dropped], [1, 1]);
      assertEquals(yield* channel.receive(), overflow === "drop-oldest" ? 4 : 3);
    });
  });
}

Deno.test("who leaves an async iteration takes nothing more, not even by a next() that is under way [C3]", async () => {
  const channel = new Channel<number>();
  const reader = ReadableStream.from(channel).getReader();
  const pending = reader.read();
  await run(yieldNow);
  await reader.cancel();
  assertEquals(await pending, { done: true, value: undefined });
  const iterator = channel[Symbol.asyncIterator]();
  const next = iterator.next();
  await run(yieldNow);
  await iterator.return!();
  assertEquals([await next, await iterator.next()], [
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  const got = run(() => channel.receive());
  await run(yieldNow);
  assertEquals(channel.trySend(1), true);
  assertEquals(await got, 1);
});
