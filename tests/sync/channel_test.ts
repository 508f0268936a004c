import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Channel,
  type ChannelOptions,
  ClosedError,
  run,
  spawn,
  suspend,
  type Task,
  until,
  yieldNow,
} from "../../mod.ts";
import { expectOrder, simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

/** Sends all, then closes. */
function* feed<T>(channel: Channel<T>, values: Iterable<T>) {
  for (const value of values) yield* channel.send(value);
  channel.close();
}

function* drain<T>(channel: Channel<T>) {
  const found: T[] = [];
  for (let item = yield* channel.next(); !item.done; item = yield* channel.next()) {
    found.push(item.value);
  }
  return found;
}

for (const capacity of [0, 1, 3, Infinity]) {
  Deno.test(`out = in, in order, also for undefined (capacity ${capacity}) [C1]`, async () => {
    const values = [1, undefined, null, 0, "text", undefined];
    const { value } = await simulate(function* () {
      const channel = new Channel<unknown>({ capacity });
      yield* spawn(() => feed(channel, values));
      return yield* drain(channel);
    });
    assertEquals(value, values);
  });
}

Deno.test("a sender at a rendezvous goes on only after the take [C2]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const channel = new Channel<string>();
    yield* spawn(function* () {
      order(2);
      yield* channel.send("hand to hand");
      order(4);
    });
    order(1);
    yield* yieldNow();
    yield* channel.receive();
    order(3);
    assertEquals(channel.size, 0);
    yield* yieldNow();
    order(5);
  });
  order.end(5);
});

Deno.test("a sender waits while the buffer is full, and never more than the capacity is in it [C2]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>({ capacity: 2 });
    let sent = 0;
    yield* spawn(function* () {
      for (let n = 1; n <= 4; n++) {
        yield* channel.send(n);
        sent = n;
      }
    });
    yield* yieldNow();
    assertEquals([sent, channel.size], [2, 2]);
    assertEquals([channel.tryReceive(), channel.size], [1, 2]);
    yield* yieldNow();
    assertEquals([sent, channel.size], [3, 2]);
    assertEquals([yield* channel.receive(), yield* channel.receive()], [2, 3]);
    assertEquals(yield* channel.receive(), 4);
  });
});

Deno.test("a receive that is cancelled when it has been woken and not run yet loses no element [C3]", async () => {
  for (const capacity of [0, 1]) {
    const { value } = await simulate(function* () {
      const channel = new Channel<string>({ capacity });
      const first = yield* spawn(function* () {
        yield* channel.receive();
        throw new Error("it was cancelled");
      });
      const second = yield* spawn(() => channel.receive());
      yield* yieldNow();
      yield* spawn(() => channel.send("kept"));
      yield* spawn(() => first.cancel());
      yield* yieldNow();
      return yield* second;
    });
    assertEquals(value, "kept");
  }
});

Deno.test("a send that is cancelled while it waits is not delivered; one that was taken is done [C3]", async () => {
  await simulate(function* () {
    const channel = new Channel<string>();
    const log: string[] = [];
    function* sender(value: string) {
      yield* channel.send(value);
      log.push(`${value} sent`);
      yield* yieldNow();
      log.push("not reached");
    }
    const early = yield* spawn(() => sender("early"));
    const late = yield* spawn(() => sender("late"));
    yield* yieldNow();
    yield* early.cancel();
    assertEquals(yield* channel.receive(), "late");
    yield* late.cancel();
    assertEquals([log, channel.tryReceive()], [["late sent"], undefined]);
  });
});

Deno.test("a receiver whose value has gone with its sender waits on, in its old place [C3]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<string>();
    const log: string[] = [];
    for (const name of ["first", "second", "third"]) {
      yield* spawn(function* () {
        log.push(`${name} ${yield* channel.receive()}`);
      });
    }
    yield* yieldNow();
    const senders: Task<void>[] = [];
    for (const value of ["a", "b"]) senders.push(yield* spawn(() => channel.send(value)));
    // Runs after both have sent, and so woken two receivers, and before those two.
    yield* spawn(() => {
      for (const sender of senders) void sender.cancel();
    });
    yield* yieldNow();
    for (const value of ["1", "2", "3"]) yield* channel.send(value);
    yield* yieldNow();
    return log;
  });
  assertEquals(value, ["first 1", "second 2", "third 3"]);
});

Deno.test("drop-oldest keeps the newest n, drop-newest the oldest n, and no sender waits [C4]", async () => {
  for (const capacity of [0, 1, 3]) {
    for (
      const [overflow, kept] of [["drop-oldest", [3, 4, 5]], ["drop-newest", [1, 2, 3]]] as const
    ) {
      const { value } = await simulate(function* () {
        const channel = new Channel<number>({ capacity, overflow });
        for (let n = 1; n <= 5; n++) yield* channel.send(n);
        channel.close();
        return yield* drain(channel);
      });
      const expected = overflow === "drop-oldest"
        ? kept.slice(3 - capacity)
        : kept.slice(0, capacity);
      assertEquals(value, [...expected]);
    }
  }
});

Deno.test("a dropping channel gives what it is sent to those who wait, however many they are [C4]", async () => {
  for (const overflow of ["drop-oldest", "drop-newest"] as const) {
    for (const capacity of [0, 1]) {
      const { value } = await simulate(function* () {
        const channel = new Channel<number>({ capacity, overflow });
        const receivers: Task<number>[] = [];
        for (let i = 0; i < 3; i++) receivers.push(yield* spawn(() => channel.receive()));
        yield* yieldNow();
        for (let n = 1; n <= 3; n++) yield* channel.send(n);
        const received: number[] = [];
        for (const receiver of receivers) received.push(yield* receiver);
        return received;
      });
      assertEquals(value, [1, 2, 3]);
    }
  }
});

Deno.test("close() wakes every receiver and every sender [C5]", async () => {
  await simulate(function* () {
    for (const capacity of [0, 1]) {
      const empty = new Channel<number>({ capacity });
      const receivers: Task<unknown>[] = [];
      for (let i = 0; i < 3; i++) receivers.push(yield* spawn(() => caught(empty.receive())));
      const last = yield* spawn(() => empty.next());
      yield* yieldNow();
      empty.close();
      empty.close();
      for (const receiver of receivers) assert((yield* receiver) instanceof ClosedError);
      assertEquals([yield* last, empty.closed], [{ done: true, value: undefined }, true]);

      const full = new Channel<number>({ capacity });
      if (capacity === 1) yield* full.send(0);
      const senders: Task<unknown>[] = [];
      for (let i = 0; i < 3; i++) senders.push(yield* spawn(() => caught(full.send(i))));
      yield* yieldNow();
      full.close();
      for (const sender of senders) assert((yield* sender) instanceof ClosedError);
    }
  });
});

Deno.test("what is buffered when a channel closes drains first [C5]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>({ capacity: 3 });
    for (let n = 1; n <= 3; n++) yield* channel.send(n);
    channel.close();
    assertEquals([yield* channel.receive(), channel.tryReceive(), yield* channel.receive()], [
      1,
      2,
      3,
    ]);
    assert((yield* caught(channel.receive())) instanceof ClosedError);
    assertEquals(yield* channel.next(), { done: true, value: undefined });
  });
});

Deno.test("close(error) gives receivers the error, once the channel is drained [C5]", async () => {
  await simulate(function* () {
    const error = new Error("source broke");
    const channel = new Channel<number>({ capacity: 1 });
    yield* channel.send(1);
    channel.close(error);
    assertEquals(yield* channel.receive(), 1);
    assert((yield* caught(channel.receive())) === error);
    assert((yield* caught(channel.next())) === error);
    assert((yield* caught(channel.send(2))) instanceof ClosedError);
  });
});

Deno.test("close() while a receiver was promised a value that its sender then takes away wakes the others [C5]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>();
    const receivers: Task<unknown>[] = [];
    for (let i = 0; i < 2; i++) receivers.push(yield* spawn(() => caught(channel.receive())));
    yield* yieldNow();
    const sender = yield* spawn(() => channel.send(1));
    yield* spawn(function* () {
      channel.close();
      yield* sender.cancel();
    });
    for (const receiver of receivers) assert((yield* receiver) instanceof ClosedError);
  });
});

Deno.test("close() refuses a sender whose receiver is then cancelled [C5]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>();
    const receiver = yield* spawn(() => channel.receive());
    yield* yieldNow();
    const sender = yield* spawn(() => caught(channel.send(1)));
    yield* spawn(function* () {
      channel.close();
      yield* receiver.cancel();
    });
    assert((yield* sender) instanceof ClosedError);
  });
});

Deno.test("trySend() and tryReceive() never wait", async () => {
  await simulate(function* () {
    const channel = new Channel<number>({ capacity: 1 });
    assertEquals(channel.tryReceive(), undefined);
    assertEquals([channel.trySend(1), channel.trySend(2), channel.tryReceive()], [true, false, 1]);
    channel.close();
    assertThrows(() => channel.trySend(3), ClosedError, "Cannot send: the channel is closed");
    yield* yieldNow();
  });
});

Deno.test("trySend() at a rendezvous succeeds when a receiver waits, which then has the value [C2] [C3]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>();
    assertEquals(channel.trySend(1), false);
    const received: unknown[] = [];
    const receiver = yield* spawn(function* () {
      received.push(yield* channel.receive());
      yield* suspend();
    });
    const next = yield* spawn(() => channel.next());
    yield* yieldNow();
    assertEquals([channel.trySend(2), channel.trySend(3), channel.trySend(4)], [true, true, false]);
    yield* receiver.cancel();
    assertEquals([received, yield* next], [[2], { done: false, value: 3 }]);
  });
});

Deno.test("a receiver that was woken is not overtaken by one that comes later [Y3]", async () => {
  const { value } = await simulate(function* () {
    const channel = new Channel<number>({ capacity: 4 });
    const log: string[] = [];
    yield* spawn(function* waiting() {
      log.push(`waiting ${yield* channel.receive()}`);
    });
    yield* yieldNow();
    yield* channel.send(1);
    assertEquals(channel.tryReceive(), undefined, "it is promised");
    yield* channel.send(2);
    log.push(`later ${yield* channel.receive()}`);
    return log;
  });
  assertEquals(value, ["waiting 1", "later 2"]);
});

Deno.test("cancelled waiters leave nothing behind [C6]", async () => {
  await simulate(function* () {
    const channel = new Channel<number>();
    for (const wait of [() => channel.receive(), () => channel.send(1)]) {
      const waiters: Task<unknown>[] = [];
      for (let i = 0; i < 1000; i++) waiters.push(yield* spawn<unknown>(wait));
      yield* yieldNow();
      for (const waiter of waiters) yield* waiter.cancel();
    }
    const receiver = yield* spawn(() => channel.receive());
    yield* channel.send(7);
    assertEquals(yield* receiver, 7);
  });
});

Deno.test("'for await' receives until the channel is closed, and leaves it open when it is left early", async () => {
  const channel = new Channel<number>({ capacity: 5 });
  for (let n = 1; n <= 4; n++) channel.trySend(n);
  const seen: number[] = [];
  for await (const value of channel) {
    seen.push(value);
    if (value === 2) break;
  }
  assertEquals([seen, channel.size, channel.closed], [[1, 2], 2, false]);
  channel.close();
  for await (const value of channel) seen.push(value);
  assertEquals(seen, [1, 2, 3, 4]);
});

Deno.test("a channel joins tasks of different schedulers", async () => {
  const channel = new Channel<number>();
  const outside = run(() => channel.receive());
  await simulate(function* () {
    yield* channel.send(5);
    yield* until(outside);
  });
  assertEquals(await outside, 5);
});

Deno.test("new Channel() checks its options", () => {
  const wrong: [ChannelOptions, typeof RangeError | typeof TypeError, string][] = [
    [
      { capacity: -1 },
      RangeError,
      "'capacity' must be a non-negative integer or Infinity: current value is -1",
    ],
    [{ capacity: 1.5 }, RangeError, "current value is 1.5"],
    [{ capacity: NaN }, RangeError, "current value is NaN"],
    [{ capacity: "2" as never }, TypeError, `current value is "2"`],
    [
      { overflow: "block" as never },
      TypeError,
      `'overflow' must be "wait", "drop-oldest" or "drop-newest"`,
    ],
  ];
  for (const [options, ErrorClass, message] of wrong) {
    assertThrows(() => new Channel(options), ErrorClass, message);
  }
});
