import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  all,
  race,
  run,
  Semaphore,
  sleep,
  spawn,
  suspend,
  type Task,
  timeout,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

Deno.test("at most as many hold a permit as there are; the others come in order [Y1] [Y3]", async () => {
  const { value } = await simulate(function* () {
    const slots = new Semaphore(2);
    const log: string[] = [];
    const visit = (name: string) =>
      (function* () {
        using _permit = yield* slots.acquire();
        log.push(`${name} in (${slots.available} free, ${slots.waiting} wait)`);
        yield* sleep(1);
      })();
    yield* all(["a", "b", "c", "d"].map(visit));
    log.push(`${slots.available} free`);
    return log;
  });
  assertEquals(value, [
    "a in (1 free, 0 wait)",
    "b in (0 free, 0 wait)",
    "c in (0 free, 0 wait)",
    "d in (0 free, 0 wait)",
    "2 free",
  ]);
});

Deno.test("a released permit goes to the first in line, not to one who comes later [Y3]", async () => {
  const { value } = await simulate(function* () {
    const slots = new Semaphore(1);
    const log: string[] = [];
    const held = yield* slots.acquire();
    yield* spawn(function* () {
      using _permit = yield* slots.acquire();
      log.push("first in line");
    });
    yield* yieldNow();
    held.release();
    assertEquals([slots.available, slots.tryAcquire()], [0, undefined]);
    using _permit = yield* slots.acquire();
    log.push("later");
    return log;
  });
  assertEquals(value, ["first in line", "later"]);
});

Deno.test("a permit whose taker is cancelled before it runs goes to the next [Y4]", async () => {
  await simulate(function* () {
    const slots = new Semaphore(1);
    const held = yield* slots.acquire();
    const first = yield* spawn(() => slots.acquire());
    const second = yield* spawn(() => slots.withPermit(() => "served"));
    yield* yieldNow();
    held.release();
    yield* first.cancel();
    assertEquals([yield* second, slots.available, slots.waiting], ["served", 1, 0]);
  });
});

Deno.test("withPermit() gives the permit back whatever happens [Y1]", async () => {
  await simulate(function* () {
    const slots = new Semaphore(1);
    assertEquals(yield* slots.withPermit(() => [1, 2]), [1, 2]);
    assertEquals(yield* slots.withPermit(async () => await Promise.resolve("async")), "async");
    yield* caught(slots.withPermit(() => {
      throw new Error("failed");
    }));
    yield* caught(timeout(1, slots.withPermit(suspend)));
    yield* race([slots.withPermit(suspend), slots.withPermit(suspend), sleep(1)]);
    assertEquals(slots.available, 1);
  });
});

Deno.test("resize() hands out new permits at once, and takes back no held one [Y1] [Y4]", async () => {
  await simulate(function* () {
    const slots = new Semaphore(1);
    const held: Task<unknown>[] = [];
    for (let i = 0; i < 4; i++) held.push(yield* spawn(() => slots.withPermit(suspend)));
    yield* yieldNow();
    assertEquals([slots.available, slots.waiting], [0, 3]);
    slots.resize(3);
    assertEquals([slots.available, slots.waiting], [0, 1]);
    slots.resize(1);
    assertEquals([slots.available, slots.waiting], [-2, 1]);
    yield* held[0].cancel();
    assertEquals([slots.available, slots.waiting], [-1, 1]);
    yield* held[3].cancel();
    assertEquals([slots.available, slots.waiting], [-1, 0]);
    for (const task of held) yield* task.cancel();
    assertEquals(slots.available, 1);
  });
});

Deno.test("a release without a hold is an error; 'using' after release() is not [Y5]", async () => {
  const slots = new Semaphore(1);
  {
    using permit = slots.tryAcquire()!;
    permit.release();
    assertThrows(() => permit.release(), Error, "it was released already");
  }
  assertEquals(slots.available, 1);
  await run(function* () {
    using permit = yield* slots.acquire();
    permit.release();
  });
  assertEquals(slots.available, 1);
});

Deno.test("Semaphore checks its arguments", () => {
  assertThrows(() => new Semaphore(-1), RangeError, "Cannot create a semaphore: 'permits'");
  assertThrows(() => new Semaphore(1.5), RangeError, "current value is 1.5");
  assertThrows(() => new Semaphore("1" as never), TypeError, `current value is "1"`);
  assertThrows(() => new Semaphore(1).resize(NaN), RangeError, "Cannot resize a semaphore");
  assertThrows(() => new Semaphore(1).withPermit(suspend() as never), TypeError, "withPermit");
});

Deno.test("held + free = total after any mix of cancel, timeout and resize, and someone always runs [Y1] [Y2] [Y4]", async () => {
  const ms = fc.integer({ min: 0, max: 6 });
  const worker = fc.record({
    begin: ms,
    hold: ms,
    limit: fc.option(ms, { nil: undefined }),
    cancelAt: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
  });
  const program = fc.record({
    permits: fc.integer({ min: 0, max: 3 }),
    workers: fc.array(worker, { minLength: 1, maxLength: 10 }),
    resizes: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 20 }), to: fc.integer({ min: 0, max: 4 }) }),
      {
        maxLength: 4,
      },
    ),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(program, async ({ permits, workers, resizes, seed }) => {
      await simulate(function* () {
        const slots = new Semaphore(permits);
        let total = permits;
        let inside = 0;
        const check = () => {
          // More may be inside than there are permits only because their number was made smaller.
          if (resizes.length === 0) assert(inside <= permits, `${inside} of ${permits} inside`);
          assert(slots.available <= total - inside, "a held permit was counted as free");
          if (slots.available > 0) assertEquals(slots.waiting, 0, "free, yet someone waits");
        };
        const tasks: Task<unknown>[] = [];
        for (const { begin, hold, limit } of workers) {
          tasks.push(
            yield* spawn(function* () {
              yield* sleep(begin);
              yield* caught(timeout(limit ?? Infinity, () =>
                slots.withPermit(function* () {
                  inside++;
                  try {
                    check();
                    yield* sleep(hold);
                  } finally {
                    inside--;
                  }
                })));
              check();
            }),
          );
        }
        for (const [i, { cancelAt }] of workers.entries()) {
          if (cancelAt === undefined) continue;
          yield* spawn(function* () {
            yield* sleep(cancelAt);
            yield* tasks[i].cancel();
            check();
          });
        }
        for (const { at, to } of resizes) {
          yield* spawn(function* () {
            yield* sleep(at);
            slots.resize(total = to);
            check();
          });
        }
        yield* sleep(50);
        slots.resize(total = 3);
        yield* sleep(200);
        for (const task of tasks) {
          assert(["completed", "cancelled"].includes(task.status), String(task));
        }
        assertEquals([slots.available, slots.waiting, inside], [3, 0, 0]);
      }, { seed });
    }),
    { numRuns: 300 },
  );
});
