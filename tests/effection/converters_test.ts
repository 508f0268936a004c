import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fx from "effection";
import {
  aborted,
  abortSignal,
  effectionScope,
  fromSignal,
  fromStream,
  spawnIn,
  toEffectionChannel,
  toSignal,
  toStream,
} from "../../effection.ts";
import {
  Broadcast,
  Channel,
  type Effect,
  race,
  run,
  scope,
  sleep,
  spawn,
  suspend,
  until,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { drivers } from "./_drivers.ts";

type Body = () => Generator<Effect<unknown>, void, unknown>;

/** Runs a program by both libraries. */
async function both(body: Body): Promise<void> {
  await run(body);
  await fx.run(body);
}

const turn = () => until(new Promise<void>((resolve) => setTimeout(resolve, 0)));

function* listed<T>(stream: fx.Stream<T, unknown>): Generator<Effect<unknown>, T[], unknown> {
  const seen: T[] = [];
  for (const value of yield* fx.each(stream)) {
    seen.push(value);
    yield* fx.each.next();
  }
  return seen;
}

Deno.test("toStream() gives the values of a channel, a broadcast and an async iterable [I1]", async () => {
  await both(function* () {
    const channel = new Channel<number>({ capacity: 9 });
    channel.trySend(1);
    channel.trySend(2);
    channel.close();
    assertEquals(yield* listed(toStream(channel)), [1, 2]);

    const broadcast = new Broadcast<number>();
    const task = yield* spawn(() => listed(toStream(broadcast)));
    while (broadcast.subscribers === 0) yield* turn();
    broadcast.publish(3);
    broadcast.close();
    assertEquals(yield* task, [3]);

    const log: string[] = [];
    const endless = async function* () {
      try {
        for (let i = 0;; i++) yield await Promise.resolve(i);
      } finally {
        log.push("left");
      }
    };
    yield* scope(function* () {
      const subscription = yield* toStream(endless());
      assertEquals((yield* subscription.next()).value, 0);
    });
    assertEquals(log, ["left"]);
  });
});

Deno.test("a scope does not wait for an async iterable that gives nothing [I2]", async () => {
  for (const [, drive] of drivers) {
    let asked = 0;
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => (asked++, new Promise<IteratorResult<number>>(() => {})),
        return: () => new Promise<IteratorResult<number>>(() => {}),
      }),
    };
    const task = drive(function* () {
      yield* (yield* toStream(silent)).next();
    });
    task.catch(() => {});
    while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await task.halt();
  }
});

Deno.test("toStream() of a channel that was closed with an error throws it", async () => {
  await both(function* () {
    const channel = new Channel<number>();
    channel.close(new Error("broken"));
    const subscription = yield* toStream(channel);
    assertEquals(((yield* caught(subscription.next())) as Error).message, "broken");
  });
});

Deno.test("toSignal() and toEffectionChannel() send and close [I1]", async () => {
  await both(function* () {
    const broadcast = new Broadcast<number>();
    const signal: fx.Signal<number, undefined> = toSignal(broadcast);
    const all = yield* spawn(() => listed(signal));
    while (broadcast.subscribers === 0) yield* turn();
    signal.send(1);
    signal.send(2);
    signal.close(undefined);
    assertEquals(yield* all, [1, 2]);

    const channel: fx.Channel<number, undefined> = toEffectionChannel(new Channel<number>());
    const received = yield* spawn(() => listed(channel));
    yield* channel.send(3);
    yield* channel.send(4);
    yield* channel.close(undefined);
    assertEquals(yield* received, [3, 4]);
  });
});

Deno.test("fromStream() gives a channel, with back-pressure, until the stream or the scope ends [I1]", async () => {
  await both(function* () {
    let asked = 0;
    const counting: fx.Stream<number, string> = {
      *[Symbol.iterator]() {
        return {
          *next() {
            asked++;
            return asked <= 3 ? { done: false, value: asked } : { done: true, value: "end" };
          },
        };
      },
    };
    const channel = yield* fromStream(counting);
    assertEquals(yield* channel.receive(), 1);
    yield* turn();
    assertEquals(asked, 2);
    assertEquals([yield* channel.receive(), yield* channel.receive()], [2, 3]);
    assertEquals((yield* channel.next()).done, true);

    let left = false;
    const endless = fx.resource<fx.Subscription<number, never>>(function* (provide) {
      try {
        yield* provide({
          *next() {
            yield* fx.sleep(1);
            return { done: false, value: 1 };
          },
        });
      } finally {
        left = true;
      }
    });
    const outer = yield* scope(function* () {
      const inner = yield* fromStream(endless);
      yield* inner.receive();
      return inner;
    });
    assert(left && outer.closed);
  });
});

Deno.test("what fails, and what is left in the middle, goes through converters [I1] [I2]", async () => {
  await both(function* () {
    const broken = new Error("broken");
    const failing: fx.Stream<number, void> = {
      *[Symbol.iterator]() {
        let count = 0;
        return {
          *next() {
            if (count === 1) throw broken;
            return { done: false, value: count++ };
          },
        };
      },
    };
    const channel = yield* fromStream(failing);
    assertEquals(yield* channel.receive(), 0);
    assertEquals((yield* caught(channel.receive())) === broken, true);

    const broadcast = yield* fromSignal(failing);
    const subscription = yield* broadcast.subscribe();
    assertEquals(yield* subscription.receive(), 0);
    assertEquals((yield* caught(subscription.receive())) === broken, true);

    const published = new Broadcast<number>();
    const signal = yield* (toSignal(published) as fx.Stream<number, undefined>);
    published.close(broken);
    assertEquals((yield* caught(signal.next())) === broken, true);

    const ours = new Channel<number>();
    const sending = yield* fx.spawn(() => toEffectionChannel(ours).send(1));
    yield* turn();
    yield* sending.halt();
    assertEquals(ours.tryReceive(), undefined);
    const receiving = yield* fx.spawn(function* () {
      yield* (yield* (toStream(ours) as fx.Stream<number, undefined>)).next();
    });
    yield* turn();
    yield* receiving.halt();
    assertEquals(ours.trySend(2), false);
  });
});

Deno.test("fromSignal() gives a broadcast of what is sent [I1]", async () => {
  await both(function* () {
    const signal = fx.createSignal<number, void>();
    const broadcast = yield* fromSignal(signal);
    const [a, b] = [yield* broadcast.subscribe(), yield* broadcast.subscribe()];
    yield* turn();
    signal.send(1);
    assertEquals([yield* a.receive(), yield* b.receive()], [1, 1]);
    signal.close();
    assertEquals((yield* a.next()).done, true);
    assert(broadcast.closed);
  });
});

Deno.test("effectionScope() and spawnIn() bind work to a scope of the other library [I2]", async () => {
  const log: string[] = [];
  let begun = 0;
  const cleaning = function* (name: string) {
    begun++;
    try {
      yield* fx.suspend();
    } finally {
      yield* sleep(1);
      log.push(name);
    }
  };
  const task = run(() => suspend());
  task.catch(() => {});
  effectionScope<fx.Scope>(task).run(() => cleaning("theirs"));
  while (begun < 1) await turn();
  await task.cancel();
  assertThrows(() => effectionScope(task), Error, "has ended");

  const [around, destroy] = fx.createScope();
  spawnIn(around, () => cleaning("ours")).catch(() => {});
  while (begun < 2) await turn();
  await destroy();
  assertThrows(() => spawnIn(around, () => {}), Error, "has ended");
  assertEquals(log, ["theirs", "ours"]);
});

Deno.test("a signal aborts with the scope, and ends work, in both libraries [I2]", async () => {
  await both(function* () {
    const signal = yield* fx.scoped(function* () {
      const inner = yield* fx.useAbortSignal();
      assertEquals(inner.aborted, false);
      return inner;
    });
    assert(signal.aborted);
    const reason = new Error("no longer wanted");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 1);
    assertEquals(yield* caught(race([suspend(), aborted(controller.signal)])), reason);
    assertEquals(yield* caught(aborted(AbortSignal.abort(reason))), reason);
  });
  const seen = await fx.run(() => fx.scoped(() => abortSignal()));
  assert(seen.aborted);
  let ours: AbortSignal | undefined;
  const task = run(function* () {
    ours = yield* abortSignal();
    yield* suspend();
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(ours?.aborted, false);
  await task.cancel();
  assert(ours?.aborted);
});

Deno.test("converters reject what they cannot convert", () => {
  const none = {} as never;
  assertThrows(() => toStream(none), TypeError, "'source' must be");
  assertThrows(() => toSignal(none), TypeError, "'broadcast' must be");
  assertThrows(() => toEffectionChannel(none), TypeError, "'channel' must be");
  assertThrows(() => fromStream(none), TypeError, "'stream' must be");
  assertThrows(() => fromSignal(none), TypeError, "'stream' must be");
  assertThrows(() => effectionScope(none), TypeError, "'task' must be");
  assertThrows(() => spawnIn(none, () => {}), TypeError, "'scope' must be");
  assertThrows(() => aborted(none), TypeError, "'signal' must be");
});

Deno.test("a failure in a scope of Effection's is told once, and not again at the end of the scope [S9]", async () => {
  const [scope, destroy] = fx.createScope();
  const task = spawnIn(scope, () => {
    throw new Error("once");
  });
  const error = await task.then(() => null, (error) => error);
  assertEquals(error?.message, "once");
  for (let turns = 0; turns < 10; turns++) await turn();
  await destroy();
});

Deno.test("a wait for an abort that is left leaves no listener [I2]", async () => {
  await both(function* () {
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    signal.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener);
    signal.removeEventListener = (_type: string, listener: unknown) =>
      void listeners.delete(listener);
    const task = yield* fx.spawn(() => aborted(signal));
    yield* turn();
    assertEquals(listeners.size, 1);
    yield* task.halt();
    assertEquals(listeners.size, 0);
  });
});
