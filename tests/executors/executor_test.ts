/** What holds for every executor, checked on each. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  AdaptiveExecutor,
  CancelledError,
  ClosedError,
  type Executor,
  fixed,
  GreenPool,
  jobsFrom,
  ParallelPool,
  run,
  sleep,
  SoloExecutor,
  TimeoutError,
  withExecutor,
} from "../../mod.ts";
import type { OutOfTea } from "./fixtures/jobs.ts";

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);

const makers: { [name: string]: () => Executor } = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool({ size: 4 }),
  parallel: () => new ParallelPool({ size: 2 }),
  adaptive: () => new AdaptiveExecutor(),
};

for (const [kind, make] of Object.entries(makers)) {
  const test = (what: string, body: (executor: Executor) => Promise<void>): void =>
    Deno.test(`${kind}: ${what}`, async () => {
      await using executor = make();
      await body(executor);
    });

  test("a job has the same result, whatever kind of function it calls [E1]", async (executor) => {
    assertEquals(await executor.submit(jobs.square(3)), 9);
    assertEquals(await executor.submit(jobs.squareSoon(4)), 16);
    assertEquals(await executor.submit(jobs.squareLater(5)), 25);
    const items: number[] = [];
    for await (const item of await executor.submit(jobs.upTo(3))) items.push(item);
    assertEquals(items, [1, 2, 3]);
  });

  test("a job has the same error: class name, message, cause, own fields [E1]", async (executor) => {
    const error = await assertRejects(() => executor.submit(jobs.fail("no tea"))) as OutOfTea & {
      kettle: string;
    };
    assertEquals([error.name, error.message, error.cups, error.kettle], [
      "OutOfTea",
      "no tea",
      3,
      "blue",
    ]);
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "empty pot");
  });

  test("a missing export is an error that names those there are", async (executor) => {
    const missing = (jobs as unknown as { tea: () => ReturnType<typeof jobs.square> }).tea();
    const error = await assertRejects(() => executor.submit(missing)) as Error;
    assert(error.message.includes("'tea'") && error.message.includes("square"), error.message);
  });

  test("map() gives the results in the order of the inputs, or all of them [P2]", async (executor) => {
    const inputs = Array.from({ length: 20 }, (_, n) => n);
    const squares = inputs.map((n) => n * n);
    assertEquals(await executor.map(inputs, (n) => jobs.squareSoon(n)).collect(), squares);
    const unordered = await executor.map(inputs, (n) => jobs.squareSoon(n), { ordered: false })
      .collect();
    assertEquals(unordered.sort((a, b) => a - b), squares);
  });

  test("map() pulls its inputs as results are consumed, and closes them when it is left [P3] [P4]", async (executor) => {
    let pulled = 0;
    let closed = false;
    function* endless() {
      try {
        for (;;) yield pulled++;
      } finally {
        closed = true;
      }
    }
    let consumed = 0;
    for await (
      const _ of executor.map(endless(), (n) => jobs.square(n), { concurrency: 2, lookahead: 3 })
    ) {
      assert(pulled <= ++consumed + 2 + 3, `${pulled} pulled, ${consumed} consumed`);
      if (consumed === 20) break;
    }
    assert(closed);
    await executor.idle();
    assertEquals(executor.stats().running + executor.stats().waiting, 0);
  });

  test("map() takes async inputs, and passes their failure on", async (executor) => {
    async function* inputs() {
      yield 1;
      yield 2;
      throw new Error("no more");
    }
    const seen: number[] = [];
    await assertRejects(
      async () => {
        for await (const n of executor.map(inputs(), (n) => jobs.square(n))) seen.push(n);
      },
      Error,
      "no more",
    );
    assertEquals(seen, [1, 4]);
  });

  test("map() fails at the first failure, or hands out each outcome", async (executor) => {
    const work = (n: number) =>
      n === 2 ? jobs.fail("two") as unknown as ReturnType<typeof jobs.square> : jobs.square(n);
    await assertRejects(() => executor.map([1, 2, 3], work).collect(), Error, "two");
    const outcomes = await executor.map([1, 2, 3], work, { onError: "settle" }).collect();
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  });

  test("running tasks never exceed the size [P1]", async (executor) => {
    let most = 0;
    const watch = setInterval(() => most = Math.max(most, executor.stats().running), 1);
    await executor.map(Array(40).keys(), (n) => jobs.squareSoon(n), { concurrency: 40 }).collect();
    clearInterval(watch);
    assert(most <= executor.stats().size, `${most} ran`);
  });

  test("timeout ends a task with a TimeoutError, counted from its start [E3]", async (executor) => {
    const error = await assertRejects(
      () => executor.submit(jobs.never(), { timeout: 20 }),
      TimeoutError,
    );
    assertEquals((error as TimeoutError).ms, 20);
    assertEquals(await executor.submit(jobs.square(2)), 4);
  });

  test("retry tries again as its policy says", async (executor) => {
    assertEquals(
      await executor.submit(jobs.flaky(), { retry: { attempts: 3, backoff: fixed(1) } }),
      "at last",
    );
  });

  test("cancel() stops a waiting and a running task [E2]", async (executor) => {
    const running = executor.submit(jobs.never());
    const waiting = Array.from({ length: 200 }, () => executor.submit(jobs.never()));
    await run(() => sleep(20));
    for (const task of [...waiting, running]) task.catch(() => {});
    await Promise.all([...waiting, running].map((task) => task.cancel("enough", { grace: 50 })));
    assertEquals(new Set([...waiting, running].map((task) => task.status)), new Set(["cancelled"]));
    await assertRejects(() => running, CancelledError, "enough");
  });

  test("a signal cancels, also one that is aborted already", async (executor) => {
    await assertRejects(
      () => executor.submit(jobs.square(1), { signal: AbortSignal.abort("no") }),
      CancelledError,
    );
    const controller = new AbortController();
    const task = executor.submit(jobs.never(), { signal: controller.signal });
    controller.abort();
    await assertRejects(() => task, CancelledError);
  });

  test("deadline counts everything, delay comes before the queue", async (executor) => {
    await assertRejects(
      () => executor.submit(jobs.square(1), { delay: 10_000, deadline: Date.now() + 5 }),
      TimeoutError,
    );
    assertEquals(await executor.submit(jobs.square(2), { delay: 1 }), 4);
  });

  test("close() runs what waits, and refuses what comes [P6]", async () => {
    const executor = make();
    const tasks = Array.from({ length: 10 }, (_, n) => executor.submit(jobs.squareSoon(n)));
    const closing = executor.close();
    await assertRejects(() => executor.submit(jobs.square(1)), ClosedError);
    await closing;
    assertEquals(await Promise.all(tasks), [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
  });

  test("close({ drain: false }) cancels what runs and what waits", async () => {
    const executor = make();
    const tasks = Array.from({ length: 10 }, () => executor.submit(jobs.never()));
    for (const task of tasks) task.catch(() => {});
    await executor.close({ drain: false, grace: 50 });
    assertEquals(new Set(tasks.map((task) => task.status)), new Set(["cancelled"]));
  });

  test("yield* job runs on the executor in context", async (executor) => {
    const value = await run(() =>
      withExecutor(executor, function* () {
        return yield* jobs.square(6);
      })
    );
    assertEquals(value, 36);
    assertEquals(executor.stats().completed, 1);
  });

  test("idle() waits for the end of all, and works in a coroutine too", async (executor) => {
    const task = executor.submit(jobs.squareSoon(2));
    await run(function* () {
      yield* executor.idle();
    });
    assertEquals(task.status, "completed");
  });

  test("bad options are refused at once, by type", (executor) => {
    assertThrows(() => executor.submit(1 as never), TypeError, "'work'");
    assertThrows(() => executor.submit(jobs.square(1), { timeout: -1 }), RangeError, "'timeout'");
    assertThrows(
      () => executor.submit(jobs.square(1), { priority: 0.5 }),
      RangeError,
      "'priority'",
    );
    assertThrows(
      () => executor.submit(jobs.square(1), { signal: {} as never }),
      TypeError,
      "'signal'",
    );
    assertThrows(
      () => executor.submit(jobs.square(1), { kind: "gpu" as never }),
      TypeError,
      "'kind'",
    );
    assertThrows(() => executor.map(1 as never, () => jobs.square(1)), TypeError, "'inputs'");
    assertThrows(() => executor.map([], 1 as never), TypeError, "'fn'");
    assertThrows(() => executor.map([], () => 1, { concurrency: 0 }), RangeError, "'concurrency'");
    assertThrows(() => executor.resize(0), RangeError);
    assertThrows(() => executor.close({ grace: -1 }), RangeError, "'grace'");
    return Promise.resolve();
  });

  test("stats() add up", async (executor) => {
    await executor.submit(jobs.square(1));
    await executor.submit(jobs.fail("x")).catch(() => {});
    const task = executor.submit(jobs.never());
    task.catch(() => {});
    await task.cancel("", { grace: 20 });
    const { completed, failed, cancelled, running, waiting, runTime } = executor.stats();
    assertEquals([completed, failed, cancelled, running, waiting], [1, 1, 1, 0, 0]);
    assert(runTime.count > 0 && runTime.max >= 0);
  });
}

for (const [kind, make] of Object.entries(makers)) {
  if (kind === "parallel") continue;
  Deno.test(`${kind}: runs functions, and a failure that nobody sees is not silent [S10]`, async () => {
    await using executor = make();
    assertEquals(await executor.submit(() => 1), 1);
    assertEquals(
      await executor.submit(function* () {
        yield* sleep(1);
        return [2];
      }),
      [2],
    );
    const unhandled = new Promise<unknown>((resolve) =>
      globalThis.addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        resolve(event.reason);
      }, { once: true })
    );
    const error = new Error("unseen");
    executor.submit(() => Promise.reject(error));
    assertEquals(await unhandled, error);
  });
}

Deno.test("adaptive: lanes that it was given stay open, and keep what is not its own", async () => {
  await using green = new GreenPool();
  const others = green.submit(jobs.never());
  others.catch(() => {});
  const executor = new AdaptiveExecutor({ green });
  const own = executor.submit(jobs.never());
  own.catch(() => {});
  await executor.close({ drain: false, grace: 20 });
  assertEquals([own.status, others.status], ["cancelled", "running"]);
  assertEquals(await green.submit(jobs.square(2)), 4);
  await others.cancel("", { grace: 20 });
});

Deno.test("adaptive: a job that holds the thread moves to the workers, with a reason", async () => {
  await using executor = new AdaptiveExecutor({ limit: 5 });
  for (let i = 0; i < 3; i++) await executor.submit(jobs.spin(15));
  const [route] = executor.stats().routes;
  assertEquals([route.job, route.lane, route.green], ["spin", "parallel", 1]);
  assert(route.reason.includes("held the thread"), route.reason);
});

Deno.test("adaptive: kind on submit comes before the kind of the job, and that before what was learned", async () => {
  const typed = jobsFrom<typeof import("./fixtures/jobs.ts")>(
    import.meta.resolve("./fixtures/jobs.ts"),
    { kind: "cpu" },
  );
  await using executor = new AdaptiveExecutor();
  await executor.submit(typed.square(1));
  await executor.submit(typed.square(1), { kind: "io" });
  const [route] = executor.stats().routes;
  assertEquals([route.parallel, route.green], [1, 1]);
});

Deno.test("green: a task of a full pool that joins another of it lends its slot [P5]", async () => {
  await using pool = new GreenPool({ size: 1 });
  const value = await pool.submit(function* () {
    return yield* pool.submit(function* () {
      return yield* pool.submit(() => 5);
    });
  });
  assertEquals(value, 5);
});

Deno.test("green: spawn() waits for a slot, and close() reaches who waits [P6]", async () => {
  const pool = new GreenPool({ size: 1 });
  await run(function* () {
    const first = yield* pool.spawn(() => sleep(5));
    assert(first.status !== "completed");
    assertEquals(pool.free, 0);
    const second = yield* pool.spawn(() => sleep(5));
    assertEquals([first.status, pool.running, pool.waiting], ["completed", 1, 0]);
    yield* second;
  });
  await pool.idle();
  const blocker = pool.submit(jobs.never());
  blocker.catch(() => {});
  const spawner = run(() => pool.spawn(() => 1));
  await run(() => sleep(1));
  const closing = pool.close();
  await assertRejects(() => spawner, ClosedError);
  await blocker.cancel("", { grace: 10 });
  await closing;
});

Deno.test("parallel: a function is refused with a reason, at once", async () => {
  await using pool = new ParallelPool({ size: 1 });
  assertThrows(() => pool.submit(() => 1), TypeError, "jobsFrom");
  await assertRejects(() => pool.map([1], (n) => n).collect(), TypeError, "'fn' must return a job");
});

Deno.test("parallel: what a job does to its worker hits that job only [W1] [E4]", async () => {
  await using pool = new ParallelPool({ size: 2 });
  const hostile = [
    pool.submit(jobs.exit()),
    pool.submit(jobs.loop(), { timeout: 50 }),
    pool.submit(jobs.notCloneable()),
    pool.submit(jobs.never(), { timeout: 20 }),
  ];
  const fine = Array.from({ length: 100 }, (_, n) => pool.submit(jobs.squareSoon(n)));
  const outcomes = await Promise.allSettled(hostile);
  assertEquals(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.name), [
    "WorkerLostError",
    "TimeoutError",
    "UncloneableError",
    "TimeoutError",
  ]);
  const results = await Promise.allSettled(fine);
  const lost = results.filter(({ status }) => status === "rejected").length;
  // What had begun beside the job that exits went down with the worker; the rest ran elsewhere.
  assertEquals(pool.stats().completed + lost, 100);
  assertEquals(await pool.submit(jobs.square(7)), 49);
});

Deno.test("adaptive: jobs that come all at once are not all bound before the first is measured", async () => {
  await using executor = new AdaptiveExecutor();
  await Promise.all(Array.from({ length: 12 }, () => executor.submit(jobs.spin(15))));
  const [route] = executor.stats().routes;
  assertEquals([route.green, route.parallel], [1, 11]);
});

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: a mapper that throws fails its own input only, when outcomes are settled`, async () => {
    await using executor = make();
    const outcomes = await executor.map([1, 2, 3], (n) => {
      if (n === 2) throw new Error("not this one");
      return jobs.square(n);
    }, { onError: "settle" }).collect();
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  });

  Deno.test(`${kind}: the init export of a module has run before its first call [E1]`, async () => {
    await using executor = make();
    assertEquals(await executor.submit(jobs.initialised()), true);
  });
}

Deno.test("green: results that are asked for side by side all come, in order", async () => {
  await using pool = new GreenPool();
  const results = pool.map([1, 2, 3], (n) => jobs.squareSoon(n))[Symbol.asyncIterator]();
  const items = await Promise.all(Array.from({ length: 4 }, () => results.next()));
  assertEquals(items.map(({ value }) => value), [1, 4, 9, undefined]);
});

Deno.test("parallel: a thrown proxy that throws at every touch ends its own task only [E4]", async () => {
  await using pool = new ParallelPool({ size: 1 });
  await assertRejects(() => pool.submit(jobs.throwsRevoked()));
  assertEquals(await pool.submit(jobs.square(3)), 9);
});
