/** Work that a full executor is given from inside. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  AdaptiveExecutor,
  all,
  createContext,
  GreenPool,
  Latch,
  run,
  scope,
  sleep,
  SoloExecutor,
  spawn,
  suspend,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { CARRIED } from "../../src/kernel/task_bits.ts";

const makers: { [name: string]: () => GreenPool | SoloExecutor | AdaptiveExecutor } = {
  solo: () => new SoloExecutor(),
  "green of 1": () => new GreenPool({ size: 1 }),
  "green of 3": () => new GreenPool({ size: 3 }),
  adaptive: () => new AdaptiveExecutor({ green: new GreenPool({ size: 1 }) }),
};

for (const [kind, make] of Object.entries(makers)) {
  const test = (what: string, body: (pool: ReturnType<typeof make>) => Promise<void>): void =>
    Deno.test(`${kind}: ${what}`, async () => {
      await using pool = make();
      await body(pool);
    });

  test("tasks wait for a map of their own executor [P5]", async (pool) => {
    const sums = await pool.map([1, 2, 3, 4], function* (n) {
      const parts = yield* pool.map([1, 2, 3], (m) => n * m).collect();
      return parts.reduce((a, b) => a + b);
    }).collect();
    assertEquals(sums, [6, 12, 18, 24]);
  });

  test("async functions wait for tasks of their own executor, before and after an await [P5]", async (pool) => {
    async function depth(n: number): Promise<number> {
      if (n === 0) return 0;
      await new Promise((resolve) => setTimeout(resolve, 1));
      return 1 + await pool.submit(() => depth(n - 1));
    }
    assertEquals(await pool.submit(async () => await pool.submit(() => 7)), 7);
    const tasks = Array.from({ length: 8 }, () => pool.submit(() => depth(5)));
    assertEquals(await Promise.all(tasks), Array(8).fill(5));
  });

  test("async functions wait for maps of their own executor, after an await [P5]", async (pool) => {
    const counts = await pool.map([1, 2, 3, 4, 5], async (n) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      let count = 0;
      for await (const m of pool.map([1, 2, 3], (m) => m)) count += n * m;
      return count;
    }).collect();
    assertEquals(counts, [6, 12, 18, 24, 30]);
  });

  test("tasks that wait until their executor is idle do not wait for themselves [P5]", async (pool) => {
    const ended: string[] = [];
    const waiter = (name: string) =>
      pool.submit(function* () {
        yield* pool.idle();
        ended.push(name);
      });
    const tasks = [
      waiter("a"),
      pool.submit(function* () {
        yield* sleep(1);
        ended.push("work");
      }),
      waiter("b"),
    ];
    await Promise.all(tasks);
    assertEquals(ended, ["work", "a", "b"]);
  });
}

Deno.test("a map carries a task across its awaits only when that takes the last slot [P5]", async () => {
  const carried: number[] = [];
  await using pool = new GreenPool({ size: 3 });
  const see = (n: number): void => {
    if ((running!.bits & CARRIED) !== 0) carried.push(n);
  };
  await pool.map([0, 1, 2, 3], see, { concurrency: 2 }).collect();
  assertEquals(carried, []);
  await pool.map([0, 1, 2], see).collect();
  assertEquals(carried, [2]);
});

Deno.test("an async function alone waits after an await until its pool is idle [P5]", async () => {
  await using pool = new GreenPool({ size: 3 });
  const task = pool.submit(async () => {
    await null;
    await pool.idle();
    return "idle";
  });
  assertEquals(await task, "idle");
});

Deno.test("async functions that wait for their own pool come to their end, however they meet [P5]", async () => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), { maxLength: 8 }),
    async (size, program) => {
      await using pool = new GreenPool({ size });
      const call = async (depths: number[]): Promise<number> => {
        for (let turn = 0; turn < depths.length; turn++) await null;
        let sum = 1;
        for (const depth of depths) {
          sum += await pool.submit(() => call(Array<number>(depth).fill(0)));
        }
        return sum;
      };
      const expected = (depths: number[]): number =>
        1 + depths.reduce((sum, depth) => sum + 1 + depth, 0);
      assertEquals(
        await Promise.all(program.map((depths) => pool.submit(() => call(depths)))),
        program.map(expected),
      );
    },
  ));
});

Deno.test("what runs on lent slots, without those that wait for it, is no more than the size [P1] [P5]", async () => {
  await using pool = new GreenPool({ size: 2 });
  let active = 0;
  let most = 0;
  function* leaf() {
    most = Math.max(most, ++active);
    yield* sleep(1);
    active--;
  }
  function* node() {
    yield* all(Array.from({ length: 10 }, () => () => pool.submit(leaf)));
  }
  await pool.map([1, 2, 3, 4], node).collect();
  assertEquals(most, 2);
});

Deno.test("the slot of a task that ends before its borrower is the borrower's [P1]", async () => {
  await using pool = new GreenPool({ size: 1 });
  const gate = new Latch();
  let inner: ReturnType<typeof pool.submit<string>> | undefined;
  const outer = pool.submit(function* () {
    inner = pool.submit(function* () {
      yield* gate.wait();
      return "inner";
    });
    return yield* inner;
  });
  outer.catch(() => {});
  await run(() => sleep(0));
  await outer.cancel();
  assertEquals([pool.running, pool.free], [1, 0]);
  const next = pool.submit(() => "next");
  assertEquals(next.status, "pending");
  gate.open();
  assertEquals([await inner, await next], ["inner", "next"]);
  await pool.idle();
  assertEquals([pool.running, pool.waiting], [0, 0]);
});

Deno.test("a scope returns after the map that it read from is closed [P4] [S1]", async () => {
  await using pool = new GreenPool();
  const order: string[] = [];
  const outer = run(function* () {
    try {
      yield* scope(function* () {
        const stream = pool.map([1], function* () {
          try {
            yield* suspend();
          } finally {
            yield* sleep(2);
            order.push("element cleaned up");
          }
        });
        yield* stream.next();
      });
    } finally {
      order.push("scope over");
    }
  });
  outer.catch(() => {});
  await run(() => sleep(1));
  await outer.cancel();
  assertEquals(order, ["element cleaned up", "scope over"]);
});

Deno.test("a coroutine that is cancelled while it collects waits until the map is closed [P4] [S1]", async () => {
  await using pool = new GreenPool();
  const order: string[] = [];
  const outer = run(function* () {
    try {
      yield* pool.map([1, 2], function* (n) {
        try {
          yield* suspend();
        } finally {
          yield* sleep(1);
          order.push(`cleaned up ${n}`);
        }
      }).collect();
    } finally {
      order.push("left");
    }
  });
  outer.catch(() => {});
  await run(() => sleep(1));
  await outer.cancel();
  assertEquals(order, ["cleaned up 2", "cleaned up 1", "left"]);
});

Deno.test("elements of a map see the contexts of its caller, not those of each other", async () => {
  const tag = createContext<string>("tag", "none");
  await using pool = new GreenPool({ size: 1 });
  const seen = await run(function* () {
    yield* tag.set("caller");
    return yield* pool.map([1, 2, 3], function* (n) {
      const before = yield* tag.expect();
      yield* tag.set(`element ${n}`);
      yield* yield* spawn(() => sleep(0));
      return before;
    }).collect();
  });
  assertEquals(seen, ["caller", "caller", "caller"]);
});
