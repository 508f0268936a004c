import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Channel, ClosedError, sleep, spawn, type Task, yieldNow } from "../../mod.ts";
import { simulate } from "../../testing.ts";

const delay = fc.integer({ min: 0, max: 4 });
/** Works, pauses between its sends or receives, and is cancelled after some time, or not. */
const party = fc.record({
  pauses: fc.array(delay, { minLength: 1, maxLength: 6 }),
  cancelAt: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
});
const parties = fc.array(party, { minLength: 1, maxLength: 5 });

function* pause(length: number) {
  if (length === 0) return;
  if (length === 1) yield* yieldNow();
  else yield* sleep(length);
}

Deno.test("whoever is cancelled, whenever, no element is lost, doubled or out of order [C1] [C2] [C3] [C5]", async () => {
  const program = fc.record({
    capacity: fc.constantFrom(0, 1, 2, 5),
    producers: parties,
    consumers: parties,
    closeAt: fc.option(fc.integer({ min: 0, max: 14 }), { nil: undefined }),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(program, async ({ capacity, producers, consumers, closeAt, seed }) => {
      type Element = { producer: number; n: number };
      await simulate(function* () {
        const channel = new Channel<Element>({ capacity });
        const begun: Element[] = [];
        const sent = new Set<Element>();
        const received: Element[] = [];
        const check = () => assert(channel.size <= capacity);
        const cancels = producers.concat(consumers).map(({ cancelAt }) => cancelAt);
        const tasks: Task<void>[] = [];
        for (const [producer, { pauses }] of producers.entries()) {
          tasks.push(
            yield* spawn(function* () {
              for (const [n, length] of pauses.entries()) {
                yield* pause(length);
                const element = { producer, n };
                begun.push(element);
                try {
                  yield* channel.send(element);
                } catch (error) {
                  if (error instanceof ClosedError) return;
                  throw error;
                }
                if (capacity === 0) assert(received.includes(element), "sent before it was taken");
                sent.add(element);
                check();
              }
            }),
          );
        }
        for (const { pauses } of consumers) {
          tasks.push(
            yield* spawn(function* () {
              for (let turn = 0;; turn++) {
                const item = yield* channel.next();
                check();
                if (item.done) return;
                received.push(item.value);
                yield* pause(pauses[turn % pauses.length]);
              }
            }),
          );
        }
        for (const [i, at] of cancels.entries()) {
          if (at === undefined) continue;
          yield* spawn(function* () {
            yield* sleep(at);
            yield* tasks[i].cancel();
          });
        }
        if (closeAt !== undefined) {
          yield* spawn(function* () {
            yield* sleep(closeAt);
            channel.close();
          });
        }
        yield* sleep(100);
        // Consumers may be gone while producers wait, and the other way round: now everyone is let go.
        channel.close();
        yield* sleep(10);
        for (let left = channel.tryReceive(); left !== undefined; left = channel.tryReceive()) {
          received.push(left);
        }
        assertEquals(new Set(received).size, received.length, "an element came twice");
        for (const element of received) assert(begun.includes(element));
        for (const element of sent) assert(received.includes(element), "an element was lost");
        for (const producer of producers.keys()) {
          const order = received.filter((element) => element.producer === producer);
          assertEquals(order.map(({ n }) => n), order.map(({ n }) => n).toSorted((a, b) => a - b));
        }
      }, { seed });
    }),
    { numRuns: 300 },
  );
});

Deno.test("trySend, tryReceive and close do what a bounded array does [C2] [C4] [C5]", async () => {
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.constant("send" as const) },
    { weight: 4, arbitrary: fc.constant("receive" as const) },
    { weight: 1, arbitrary: fc.constant("close" as const) },
  );
  const overflows = fc.constantFrom(
    "wait" as const,
    "drop-oldest" as const,
    "drop-newest" as const,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 4 }),
      overflows,
      fc.array(action, { maxLength: 40 }),
      async (capacity, overflow, actions) => {
        await simulate(function* () {
          const channel = new Channel<number>({ capacity, overflow });
          const model: number[] = [];
          let closed = false;
          let n = 0;
          for (const each of actions) {
            if (each === "close") {
              channel.close();
              closed = true;
            } else if (each === "receive") {
              assertEquals(channel.tryReceive(), model.shift());
            } else if (!closed) {
              const full = model.length >= capacity;
              assertEquals(channel.trySend(++n), !full || overflow !== "wait");
              if (!full || (overflow === "drop-oldest" && capacity > 0)) model.push(n);
              if (model.length > capacity) model.shift();
            }
            assertEquals([channel.size, channel.closed], [model.length, closed]);
          }
          channel.close();
          const rest: number[] = [];
          for (let item = yield* channel.next(); !item.done; item = yield* channel.next()) {
            rest.push(item.value);
          }
          assertEquals(rest, model);
        });
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("receivers that are served are served in the order in which they came [Y3]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 3 }),
      async (leaves, capacity) => {
        const { value } = await simulate(function* () {
          const channel = new Channel<number>({ capacity });
          const served: number[] = [];
          for (const [i, leaving] of leaves.entries()) {
            const task = yield* spawn(function* () {
              yield* channel.receive();
              served.push(i);
            });
            if (leaving) {
              yield* spawn(function* () {
                yield* sleep(1);
                yield* task.cancel();
              });
            }
          }
          yield* sleep(2);
          const staying = leaves.flatMap((leaving, i) => leaving ? [] : [i]);
          for (const i of staying) yield* channel.send(i);
          yield* sleep(1);
          return [served, staying];
        });
        assertEquals(value[0], value[1]);
      },
    ),
    { numRuns: 100 },
  );
});
