/** Executors and their maps, in this thread: P and E. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CancelledError,
  ClosedError,
  type Effect,
  type Executor,
  GreenPool,
  jobsFrom,
  sleep,
  SoloExecutor,
  spawn,
  type Task,
  TimeoutError,
  yieldNow,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { caught } from "../_caught.ts";
import { law, lawOfAll } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

const jobs = jobsFrom<typeof import("../executors/fixtures/jobs.ts")>(
  import.meta.resolve("../executors/fixtures/jobs.ts"),
);
const own = { interrupted: false };

law("no more run than the pool has slots, when it grows and shrinks too [P1]", function* () {
  const pool = new GreenPool({ size: 1 });
  let inside = 0;
  /** How many may run: when the pool shrinks those that run go on, and none begins before they are few enough. */
  let most = 1;
  function* work(): Body {
    assert(++inside <= most && pool.running <= most, `${inside} run, of ${most}`);
    if (pool.size < most) most = Math.max(pool.size, pool.running);
    yield* yieldNow();
    inside--;
  }
  const tasks = Array.from({ length: 4 }, () => pool.submit(work));
  yield* spawn(function* () {
    most = 2;
    pool.resize(2);
    yield* yieldNow();
    pool.resize(1);
    most = Math.max(1, pool.running);
  });
  for (const task of tasks) yield* task;
  assertEquals([inside, pool.running, pool.waiting], [0, 0, 0]);
  yield* pool.close();
}, { deviations: 4, ...own });

const mapped = fc.record({
  work: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }),
  size: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 5 }),
  lookahead: fc.integer({ min: 1, max: 5 }),
  pause: fc.integer({ min: 0, max: 2 }),
});

function* rest(length: number): Body {
  if (length === 1) yield* yieldNow();
  if (length > 1) yield* sleep(length);
}

lawOfAll(
  "a map gives the results in the order of the inputs, or of their completion, pulls no further than it may, and stays within its slots [P1] [P2] [P3]",
  mapped,
  ({ work, size, concurrency, lookahead, pause }) =>
    function* () {
      for (const ordered of [true, false]) {
        const pool = new GreenPool({ size });
        let pulled = 0;
        let consumed = 0;
        let running = 0;
        const completed: number[] = [];
        const inputs = function* () {
          for (let n = 0; n < work.length; n++) {
            pulled++;
            // What is asked for counts as consumed.
            assert(pulled <= consumed + 1 + concurrency + lookahead, `${pulled} pulled`);
            yield n;
          }
        };
        const stream = pool.map(inputs(), function* (n) {
          assert(++running <= Math.min(size, concurrency), `${running} run`);
          yield* rest(work[n]);
          running--;
          completed.push(n);
          return n;
        }, { concurrency, lookahead, ordered });
        const results: number[] = [];
        for (let next = yield* stream.next(); !next.done; next = yield* stream.next()) {
          results.push(next.value);
          yield* rest(pause);
          consumed++;
        }
        assertEquals(results, ordered ? work.map((_, n) => n) : completed);
        yield* pool.close();
      }
    },
);

law(
  "a map that is left early cancels and awaits what runs, and closes its endless source [P3] [P4]",
  function* () {
    const pool = new GreenPool({ size: 2 });
    let closed = 0;
    let pulled = 0;
    let inside = 0;
    function* endless() {
      try {
        for (;;) yield pulled++;
      } finally {
        closed++;
      }
    }
    const stream = pool.map(endless(), function* (n): Body<number> {
      inside++;
      try {
        yield* rest(n);
        return n;
      } finally {
        try {
          yield* yieldNow();
        } finally {
          inside--;
        }
      }
    }, { lookahead: 1 });
    yield* stream.next();
    yield* stream.close();
    assertEquals([inside, closed, pool.running, pool.waiting], [0, 1, 0, 0]);
    assert(pulled <= 1 + 2 + 1, `${pulled} pulled`);
    yield* pool.close();
  },
  own,
);

law("submitting from inside a full pool, and joining, never deadlocks it [P5]", function* () {
  const pool = new GreenPool({ size: 1 });
  function* work(depth: number): Body<number> {
    yield* yieldNow();
    if (depth === 0) return 1;
    const parts = [pool.submit(() => work(depth - 1)), pool.submit(() => work(0))];
    let sum = 0;
    for (const part of parts) sum += yield* part;
    return sum;
  }
  const tasks = [pool.submit(() => work(1)), pool.submit(() => work(1))];
  for (const task of tasks) assertEquals(yield* task, 2);
  yield* pool.close();
}, own);

law(
  "close() reaches those who wait to submit, and ends what runs when it is not to be drained [P6]",
  function* () {
    const pool = new GreenPool({ size: 1 });
    const ran: number[] = [];
    const ends: unknown[] = [];
    function* work(n: number): Body {
      yield* sleep(1000);
      ran.push(n);
    }
    for (const n of [1, 2, 3]) {
      yield* spawn(function* () {
        ends.push(
          yield* caught((function* () {
            yield* yield* pool.spawn(() => work(n));
          })()),
        );
      });
    }
    yield* yieldNow();
    yield* pool.close({ drain: false });
    yield* sleep(0);
    assertEquals([ran, ends.length, pool.running, pool.waiting], [[], 3, 0, 0]);
    for (const end of ends) assert(end instanceof CancelledError || end instanceof ClosedError);
    assertEquals(running!.scheduler.clock.now(), 0);
  },
  { ...own, deviations: 4 },
);

law(
  "of those that wait the highest priority starts first, in the order of their coming within it [P7]",
  function* () {
    const pool = new GreenPool({ size: 1 });
    const begun: string[] = [];
    const blocker = pool.submit(yieldNow);
    const tasks = [["low", -1], ["a", 0], ["high", 2], ["b", 0], ["higher", 3]].map((
      [name, priority],
    ) => pool.submit(() => void begun.push(`${name}`), { priority: priority as number }));
    yield* blocker;
    for (const task of tasks) yield* task;
    assertEquals(begun, ["higher", "high", "a", "b", "low"]);
    yield* pool.close();
  },
  own,
);

law(
  "nobody waits for ever: a low priority starts though higher ones keep coming [P7]",
  function* () {
    const pool = new GreenPool({ size: 1 });
    let served = 0;
    let over = false;
    const low = pool.submit(() => void (over = true), { priority: -1 });
    function* feed(): Body {
      while (!over) {
        yield* pool.submit(() => void served++, { priority: 5 });
      }
    }
    yield* spawn(feed);
    yield* spawn(feed);
    yield* low;
    assert(served <= 16, `${served} were served before`);
  },
  own,
);

law(
  "a job has the same result, or the same error, wherever it runs in this thread [E1]",
  function* () {
    const outcomes: unknown[] = [];
    const executors: Executor[] = [new SoloExecutor(), new GreenPool({ size: 2 })];
    for (const executor of executors) {
      const tasks = [jobs.square(3), jobs.squareSoon(4)].map((job) => executor.submit(job));
      const failing = executor.submit(jobs.fail("no tea"));
      const error = (yield* caught(failing)) as Error & { cups: number };
      outcomes.push([yield* tasks[0], yield* tasks[1], error.name, error.message, error.cups]);
      yield* executor.close();
    }
    assertEquals(outcomes[0], outcomes[1]);
    assertEquals(outcomes[0], [9, 16, "OutOfTea", "no tea", 3]);
  },
  own,
);

law(
  "cancelling the handle stops the work: it cleans up, and is ended by force when its grace time is over [E2]",
  function* () {
    running!.scheduler.instrument = { cancellationIgnored() {} };
    const pool = new GreenPool({ size: 1 });
    let late = 0;
    let begun = 0;
    const stubborn = pool.submit(function* () {
      begun++;
      for (;;) {
        yield* caught(sleep(100));
        late++;
      }
    });
    const next = pool.submit(() => "next");
    yield* spawn(() => stubborn.cancel(undefined, { grace: 10 }));
    assertEquals(yield* next, "next");
    assertEquals(stubborn.status, "cancelled");
    const before = late;
    yield* sleep(1000);
    assertEquals(late, before);
    assertEquals(running!.scheduler.clock.now(), 1000 + 10 * begun);
    yield* pool.close();
  },
  own,
);

law(
  "a timeout is a cancellation whose error is TimeoutError, and the cleanup is done by then [E3]",
  function* () {
    const pool = new GreenPool({ size: 1 });
    let cleaned = 0;
    const late = pool.submit(function* () {
      try {
        yield* sleep(50);
      } finally {
        yield* sleep(1);
        cleaned++;
      }
    }, { timeout: 5 });
    const after = pool.submit(() => cleaned, { timeout: 5 });
    assert((yield* caught(late)) instanceof TimeoutError);
    assertEquals([cleaned, yield* after], [1, 1]);
    yield* pool.close();
  },
  own,
);

law(
  "each handle settles once and its work runs at most once, whoever cancels, times out, fails and closes [E4]",
  function* () {
    const pool = new GreenPool({ size: 1 });
    const runs = [0, 0, 0, 0];
    const tasks: Task<unknown>[] = runs.map((_, n) =>
      pool.submit(function* () {
        runs[n]++;
        yield* yieldNow();
        if (n === 1) throw new Error("1");
        if (n === 3) yield* sleep(100);
        return n;
      }, n === 3 ? { timeout: 1 } : {})
    );
    yield* spawn(() => caught(tasks[2].cancel()));
    yield* spawn(() => pool.close());
    const ends: unknown[] = [];
    for (const task of tasks) ends.push((yield* caught(task)) ?? "result");
    assertEquals(ends[0], "result");
    assertEquals((ends[1] as Error).message, "1");
    assert(ends[2] === "result" || ends[2] instanceof CancelledError);
    assert(ends[3] instanceof TimeoutError);
    assert(runs.every((count, n) => count === 1 || (n === 2 && count === 0)), `${runs}`);
    const { completed, failed, cancelled } = pool.stats();
    assertEquals(completed + failed + cancelled, 4);
  },
  { ...own, deviations: 5 },
);
