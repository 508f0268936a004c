/** Channels and broadcasts: C. */
import { assert, assertEquals } from "@std/assert";
import {
  all,
  Broadcast,
  CancelledError,
  Channel,
  ClosedError,
  type Effect,
  scope,
  spawn,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { law } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

for (const capacity of [0, 1, 2]) {
  law(
    `capacity ${capacity}: what comes out went in, each producer's in order, and never more wait than there is room [C1] [C2]`,
    function* () {
      const channel = new Channel<number>({ capacity });
      const received: number[] = [];
      function* producer(first: number): Body {
        for (const n of [first, first + 1]) {
          yield* channel.send(n);
          assert(channel.size <= capacity);
          if (capacity === 0) assert(received.includes(n), "it went on before the take");
        }
      }
      function* consumer(): Body {
        for (let left = 2; left > 0; left--) {
          received.push(yield* channel.receive());
          assert(channel.size <= capacity);
        }
      }
      yield* all([() => producer(10), () => producer(20), consumer, consumer]);
      assertEquals(received.toSorted(), [10, 11, 20, 21]);
    },
    { interrupted: false },
  );

  law(
    `capacity ${capacity}: a cancelled receive loses nothing, a cancelled send is delivered or not [C3]`,
    function* () {
      const channel = new Channel<number>({ capacity });
      const received: number[] = [];
      const begun: number[] = [];
      const sent: number[] = [];
      function* sender(n: number): Body {
        begun.push(n);
        yield* channel.send(n);
        sent.push(n);
      }
      function* receiver(): Body {
        for (;;) received.push(yield* channel.receive());
      }
      const senders = [yield* spawn(() => sender(1)), yield* spawn(() => sender(2))];
      const receivers = [yield* spawn(receiver), yield* spawn(receiver)];
      yield* spawn(() => senders[0].cancel());
      yield* spawn(() => receivers[0].cancel());
      yield* yieldNow();
      yield* yieldNow();
      for (const task of [...senders, ...receivers]) yield* task.cancel();
      for (let n = channel.tryReceive(); n !== undefined; n = channel.tryReceive()) {
        received.push(n);
      }
      assertEquals(new Set(received).size, received.length, "an element came twice");
      for (const n of sent) assert(received.includes(n), `${n} was sent and lost`);
      for (const n of received) assert(begun.includes(n));
    },
    { deviations: 2, interrupted: false },
  );
}

for (const [overflow, kept] of [["drop-oldest", "newest"], ["drop-newest", "oldest"]] as const) {
  law(
    `${overflow} keeps the ${kept} n of what nobody has taken [C4]`,
    function* () {
      const channel = new Channel<number>({ capacity: 2, overflow });
      let model: number[] = [];
      function* producer(first: number): Body {
        for (const n of [first, first + 1]) {
          yield* channel.send(n);
          if (overflow === "drop-oldest") model = [...model, n].slice(-2);
          else if (model.length < 2) model.push(n);
          assertEquals(channel.size, model.length);
          yield* yieldNow();
        }
      }
      function* consumer(): Body {
        for (let tries = 2; tries > 0; tries--) {
          assertEquals(channel.tryReceive(), model.shift());
          yield* yieldNow();
        }
      }
      yield* all([() => producer(10), () => producer(20), consumer]);
      for (const n of model) assertEquals(channel.tryReceive(), n);
      assertEquals(channel.tryReceive(), undefined);
    },
    { interrupted: false },
  );
}

law("close() wakes everyone, what is buffered drains first [C5]", function* () {
  const channel = new Channel<number>({ capacity: 1 });
  const error = new Error("closed because");
  let sent = 0;
  let received = 0;
  const ends: unknown[] = [];
  function* party(work: () => Body): Body {
    const end = yield* caught(work());
    if (end instanceof CancelledError) throw end;
    ends.push(end);
  }
  yield* scope(function* () {
    for (let left = 3; left > 0; left--) {
      yield* spawn(() =>
        party(function* () {
          yield* channel.send(1);
          sent++;
        })
      );
    }
    yield* spawn(() =>
      party(function* () {
        for (;;) {
          yield* channel.receive();
          received++;
        }
      })
    );
    yield* spawn(() => channel.close(error));
  });
  assertEquals([received, channel.size], [sent, 0]);
  const refused = ends.filter((end) => end !== undefined);
  assertEquals(refused.length, 3 - sent + 1);
  for (const end of refused) assert(end === error || end instanceof ClosedError, String(end));
}, { deviations: 2, interrupted: false });

law(
  "every subscriber of a broadcast gets what is published while it is one, in order [C1] [C5]",
  function* () {
    const broadcast = new Broadcast<number>();
    const published: number[] = [];
    function* listener(): Body {
      yield* scope(function* () {
        if (broadcast.closed) return;
        const before = published.length;
        const subscription = yield* broadcast.subscribe();
        const heard: number[] = [];
        for (let next = yield* subscription.next(); !next.done; next = yield* subscription.next()) {
          heard.push(next.value);
        }
        assertEquals(heard, published.slice(before));
      });
    }
    yield* spawn(listener);
    yield* spawn(listener);
    yield* spawn(function* () {
      for (const n of [1, 2, 3]) {
        broadcast.publish(n);
        published.push(n);
        yield* yieldNow();
      }
      broadcast.close();
    });
  },
  { deviations: 4 },
);
