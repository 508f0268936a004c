import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  jobsFrom,
  ParallelPool,
  type ParallelPoolOptions,
  run,
  TimeoutError,
} from "../../../mod.ts";
import { fixture, Flag } from "./owner.ts";

const jobs = jobsFrom<typeof import("./fixtures/pool_jobs.ts")>(fixture("pool_jobs"));

/** Waits for something that happens elsewhere and tells nobody. */
async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!await test()) await new Promise((resolve) => setTimeout(resolve, 2));
}

Deno.test("parallel: a pool grows with the work, up to its size, and shrinks to minSize", async () => {
  await using pool = new ParallelPool({ size: 3, minSize: 1, idleTimeout: 20 });
  assertEquals(pool.stats().workers, 1);
  const waiting = Array.from({ length: 10 }, () => pool.submit(jobs.never()));
  await until(() => pool.stats().workers === 3);
  await Promise.all(waiting.map((task) => task.cancel()));
  await until(() => pool.stats().workers === 1);
  assertEquals(await pool.submit(jobs.square(3)), 9);
});

Deno.test("parallel: with minSize 0 there is no worker before the first task", async () => {
  await using pool = new ParallelPool({ size: 2, minSize: 0 });
  assertEquals(pool.stats().workers, 0);
  assertEquals(await pool.submit(jobs.square(3)), 9);
  assertEquals(pool.stats().workers, 1);
});

Deno.test("parallel: a task that waits too long fails, one that runs long does not [E3]", async () => {
  await using pool = new ParallelPool({ size: 1, queueTimeout: 700, concurrency: 1 });
  await pool.ready();
  const flag = new Flag();
  const holding = pool.submit(jobs.hold(flag.words));
  await flag.begun();
  const waiting = Array.from({ length: 5 }, (_, n) => pool.submit(jobs.square(n)));
  const outcomes = await Promise.allSettled(waiting);
  for (const outcome of outcomes) {
    assertInstanceOf((outcome as PromiseRejectedResult).reason, TimeoutError);
  }
  assertEquals(pool.stats().running, 1);
  flag.letGo();
  assertEquals(await holding, "let go");
  assertEquals(await pool.submit(jobs.square(3)), 9);
});

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`parallel: a ${isolation} that holds too much memory is replaced, and no task is lost [E4]`, async () => {
    const maxMemoryPerWorker = (isolation === "thread" ? 64 : 300) * 2 ** 20;
    await using pool = new ParallelPool({ size: 1, isolation, maxMemoryPerWorker });
    const before = await pool.submit(jobs.identity());
    assertEquals(await pool.submit(jobs.identity()), before);
    await pool.submit(jobs.keep(400));
    await until(async () => await pool.submit(jobs.identity()) !== before);
    assertEquals(pool.stats().failed, 0);
  });

  Deno.test(`parallel: broadcast reaches every ${isolation}, ready waits for all, as operations too`, async () => {
    await using pool = new ParallelPool({ size: 2, minSize: 2, isolation });
    await pool.ready();
    assertEquals(new Set(await pool.broadcast(jobs.identity())).size, 2);
    const squares = await run(function* () {
      yield* pool.ready();
      return yield* pool.broadcast(jobs.square(3));
    });
    assertEquals(squares, [9, 9]);
  });

  Deno.test(`parallel: a ${isolation} is replaced when it has run its number of tasks`, async () => {
    await using pool = new ParallelPool({ size: 1, isolation, maxTasksPerWorker: 3 });
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push(await pool.submit(jobs.identity()));
    assertEquals(new Set(ids.slice(0, 3)).size, 1);
    assertEquals(new Set(ids.slice(3, 6)).size, 1);
    assertEquals(new Set(ids).size, 3);
  });
}

Deno.test("parallel: no worker runs more than its number of tasks, when many wait too", async () => {
  await using pool = new ParallelPool({ size: 2, maxTasksPerWorker: 10 });
  const ids = await Promise.all(Array.from({ length: 40 }, () => pool.submit(jobs.identity())));
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  assert(Math.max(...counts.values()) <= 10, JSON.stringify([...counts.values()]));
});

Deno.test("parallel: a broadcast waits behind what a worker does, and runs on that worker", async () => {
  await using pool = new ParallelPool({ size: 2, minSize: 2, concurrency: 1 });
  await pool.ready();
  const flag = new Flag();
  const holding = pool.submit(jobs.hold(flag.words));
  await flag.begun();
  const everywhere = pool.broadcast(jobs.identity());
  // The pool takes back what waits behind a long job, but not what is for that worker.
  for (let i = 0; i < 20; i++) await pool.submit(jobs.square(i));
  flag.letGo();
  assertEquals(await holding, "let go");
  assertEquals(new Set(await everywhere).size, 2);
});

Deno.test("parallel: a retired worker runs the dispose exports of its modules", async () => {
  const flag = new Flag();
  {
    await using pool = new ParallelPool({ size: 1 });
    await pool.submit(jobs.watchDispose(flag.words));
  }
  assertEquals(Atomics.load(flag.words, 0), 1);
});

Deno.test("parallel: close without draining ends open streams, and their finally blocks run [P4] [W2]", async () => {
  const flag = new Flag();
  const pool = new ParallelPool({ size: 1 });
  const stream = await pool.submit(jobs.count(1e9, flag.words));
  const items = stream[Symbol.asyncIterator]();
  assertEquals(await items.next(), { done: false, value: 0 });
  const closing = pool.close({ drain: false });
  // What had come already is still there to take; but not all of what the generator would yield.
  await assertRejects(async () => {
    for (let taken = 0; taken < 1000; taken++) await items.next();
  }, CancelledError);
  await closing;
  assertEquals(Atomics.load(flag.words, 0), 1);
});

Deno.test("parallel: close waits for a stream that is consumed [E4]", async () => {
  const pool = new ParallelPool({ size: 1 });
  const stream = await pool.submit(jobs.count(500));
  const closing = pool.close();
  let items = 0;
  for await (const item of stream) assertEquals(item, items++);
  assertEquals(items, 500);
  await closing;
});

Deno.test("parallel: a looping process is killed when its task is cancelled [E2]", async () => {
  await using pool = new ParallelPool({ size: 1, isolation: "process" });
  const [id] = await pool.broadcast(jobs.identity());
  const pid = Number(id.split(" ")[0]);
  const isAlive = () => {
    try {
      // Signal 0 asks whether there is such a process.
      (globalThis as unknown as { process: { kill(pid: number, signal: number): void } })
        .process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const task = pool.submit(jobs.loop());
  task.catch(() => {});
  await until(() => pool.running === 1);
  assert(isAlive());
  await task.cancel("enough", { grace: 50 });
  await assertRejects(() => task, CancelledError);
  await until(() => !isAlive());
  assertEquals(pool.stats().stuck, 0);
  assertEquals(await pool.submit(jobs.square(3)), 9);
});

Deno.test("parallel: options are checked", () => {
  const wrong: [ParallelPoolOptions, typeof TypeError | typeof RangeError, string][] = [
    [{ size: 2, minSize: 3 }, RangeError, "'minSize' must not be more than 'size', 2"],
    [{ minSize: -1 }, RangeError, "'minSize'"],
    [{ idleTimeout: 0 }, RangeError, "'idleTimeout' must be a positive number"],
    [{ queueTimeout: "1" as never }, TypeError, "'queueTimeout'"],
    [{ maxMemoryPerWorker: 0.5 }, RangeError, "'maxMemoryPerWorker'"],
    [{ isolation: "vm" as never }, TypeError, `'isolation' must be "thread" or "process"`],
    [{ resourceLimits: 1 as never }, TypeError, "'resourceLimits' must be an object"],
    [{ resourceLimits: { heap: 1 } as never }, TypeError, "current value has 'heap'"],
    [{ permissions: 1 as never }, TypeError, "'permissions' must be"],
    [{ workerUrl: "./worker.js" }, TypeError, "'workerUrl' must be an absolute URL"],
    [{ permissions: "none", isolation: "process" }, TypeError, "'permissions' cannot be kept"],
    [{ permissions: {}, resourceLimits: {} }, TypeError, "knows no 'resourceLimits'"],
    [{ resourceLimits: { stackSizeMb: 0 } }, RangeError, "'resourceLimits.stackSizeMb'"],
  ];
  for (const [options, ErrorClass, message] of wrong) {
    assertThrows(() => new ParallelPool(options), ErrorClass, message);
  }
});
