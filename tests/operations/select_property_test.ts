import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { simulate } from "../../testing.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { all } from "../../src/operations/all.ts";
import { scope } from "../../src/operations/scope.ts";
import { select } from "../../src/operations/select.ts";
import { sleep } from "../../src/operations/sleep.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";
import { Channel } from "../../src/sync/channel.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";

/** What a generated program does with a few channels. */
interface Plan {
  seed: number;
  capacities: number[];
  senders: { channels: number[]; patience: number; count: number; cancelAt: number | null }[];
  receivers: { channels: number[]; patience: number; count: number; cancelAt: number | null }[];
}

const party = (channels: number) =>
  fc.record({
    channels: fc.array(fc.nat(channels - 1), { minLength: 1, maxLength: 3 }),
    patience: fc.integer({ min: 0, max: 4 }),
    count: fc.integer({ min: 1, max: 4 }),
    cancelAt: fc.option(fc.integer({ min: 0, max: 8 })),
  });

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 3 }).chain((channels) =>
  fc.record({
    seed: fc.integer(),
    capacities: fc.array(fc.nat(2), { minLength: channels, maxLength: channels }),
    senders: fc.array(party(channels), { minLength: 1, maxLength: 4 }),
    receivers: fc.array(party(channels), { minLength: 1, maxLength: 4 }),
  })
);

Deno.test("select() loses and doubles no value in any program of sends, receives and cancels [R5][C1][C3]", async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const sent: number[] = [];
      const received: number[] = [];
      await simulate(function* () {
        const channels = plan.capacities.map((capacity) => new Channel<number>({ capacity }));
        const cases = (ids: number[], make: (channel: Channel<number>) => unknown) =>
          Object.fromEntries(ids.map((id, i) => [`${id}:${i}`, make(channels[id])]));
        let last = 0;
        function* sender({ channels: ids, count, patience }: Plan["senders"][number]) {
          for (let i = 0; i < count; i++) {
            const value = ++last;
            const { key } = yield* select({
              ...cases(ids, (channel) => channel.send(value)),
              late: sleep(patience),
            });
            if (key !== "late") sent.push(value);
          }
        }
        function* receiver({ channels: ids, count, patience }: Plan["receivers"][number]) {
          for (let i = 0; i < count; i++) {
            const { key, value } = yield* select({
              ...cases(ids, (channel) => channel.receive()),
              late: sleep(patience),
            });
            if (key !== "late") received.push(value as unknown as number);
          }
        }
        yield* scope(function* () {
          const tasks = [
            ...plan.senders.map((party) => [party, () => sender(party)] as const),
            ...plan.receivers.map((party) => [party, () => receiver(party)] as const),
          ];
          for (const [{ cancelAt }, work] of tasks) {
            const task = yield* spawn(work);
            if (cancelAt === null) continue;
            yield* spawn(function* () {
              for (let i = 0; i < cancelAt; i++) yield* (i % 3 === 2 ? sleep(1) : yieldNow());
              yield* task.cancel();
            });
          }
        });
        for (const channel of channels) {
          for (
            let value = channel.tryReceive();
            value !== undefined;
            value = channel.tryReceive()
          ) {
            received.push(value);
          }
        }
      }, { seed: plan.seed });
      assertEquals(received.toSorted((a, b) => a - b), sent.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});

Deno.test("select() pairs any even number of exchanges, and leaves none waiting [R5][Y4]", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 5 }), async (seed, pairs) => {
      const { value } = await simulate(() => {
        const channel = new Channel<number>();
        const exchange = (name: number) =>
          select({ gave: channel.send(name), got: channel.receive() });
        return all(Array.from({ length: 2 * pairs }, (_, i) => exchange(i)));
      }, { seed });
      const got = value.filter(({ key }) => key === "got").map(({ value }) => value);
      const gave = value.flatMap(({ key }, i) => key === "gave" ? [i] : []);
      assertEquals(new Set(got), new Set(gave));
      assertEquals([got.length, gave.length], [pairs, pairs]);
    }),
    { numRuns: 100 },
  );
});

Deno.test("select() holds and frees permits as often as it is told, in any schedule [Y1][Y2]", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.record({ patience: fc.nat(3), cancelAt: fc.option(fc.nat(5)) }), {
        minLength: 2,
        maxLength: 6,
      }),
      async (seed, visitors) => {
        await simulate(function* () {
          const a = new Semaphore(1);
          const b = new Semaphore(2);
          let inside = 0;
          function* visit(patience: number) {
            const { key, value } = yield* select({
              a: a.acquire(),
              b: b.acquire(),
              late: sleep(patience),
            });
            if (key === "late") return;
            using _permit = value;
            assert(++inside <= 3);
            try {
              yield* sleep(1);
            } finally {
              inside--;
            }
          }
          yield* scope(function* () {
            for (const { patience, cancelAt } of visitors) {
              const task = yield* spawn(() => visit(patience));
              if (cancelAt === null) continue;
              yield* spawn(function* () {
                for (let i = 0; i < cancelAt; i++) yield* yieldNow();
                yield* task.cancel();
              });
            }
          });
          assertEquals([a.available, a.waiting, b.available, b.waiting], [1, 0, 2, 0]);
        }, { seed });
      },
    ),
    { numRuns: 200 },
  );
});
