import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  Channel,
  fixed,
  jobsFrom,
  ParallelPool,
  run,
  spawn,
  TimeoutError,
  WorkerLostError,
} from "../../../mod.ts";
import { fixture } from "./owner.ts";

const jobs = jobsFrom<typeof import("./fixtures/stream_jobs.ts")>(fixture("stream_jobs"));

/** Numbers from 0, and a record of what became of them. */
class Numbers {
  pulled = 0;
  readonly closed: Promise<void>;
  #close: () => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => this.#close = resolve);
  }

  async *upTo(end: number): AsyncGenerator<number> {
    try {
      while (this.pulled < end) {
        await Promise.resolve();
        yield this.pulled++;
      }
    } finally {
      this.#close();
    }
  }

  stream(end: number): ReadableStream<number> {
    return new ReadableStream({
      pull: (controller) => {
        if (this.pulled === end) controller.close();
        else controller.enqueue(this.pulled++);
      },
      cancel: () => this.#close(),
    }, { highWaterMark: 0 });
  }
}
const again = (end: number): AsyncIterable<number> => ({
  [Symbol.asyncIterator]: () => new Numbers().upTo(end),
});

for (const isolation of ["thread", "process"] as const) {
  const test = (what: string, body: (pool: ParallelPool) => Promise<void>): void =>
    Deno.test(`parallel, ${isolation}: ${what}`, async () => {
      await using pool = new ParallelPool({ size: 1, isolation, concurrency: 4 });
      await body(pool);
    });

  test("async iterables and streams are arguments, of functions of every kind [E1]", async (pool) => {
    const [one, two, three] = await Promise.all([
      pool.submit(jobs.sum(new Numbers().upTo(1000), again(10))),
      pool.submit(jobs.sumOfStream(new Numbers().stream(100))),
      pool.submit(jobs.sumOfCoroutine(new Numbers().upTo(40))),
    ]);
    assertEquals([one, two, three], [499_545, [true, 4950], 780]);
    const doubled: number[] = [];
    for await (const n of await pool.submit(jobs.doubled(new Numbers().upTo(100)))) doubled.push(n);
    assertEquals(doubled, Array.from({ length: 100 }, (_, n) => 2 * n));
    assertEquals(await pool.submit(jobs.sum(new Numbers().upTo(0))), 0);
  });

  test("a channel is an argument", async (pool) => {
    const total = await run(function* () {
      const channel = new Channel<number>();
      const task = yield* spawn(() => pool.submit(jobs.sum(channel)));
      for (let n = 0; n < 100; n++) yield* channel.send(n);
      channel.close();
      return yield* task;
    });
    assertEquals(total, 4950);
  });

  test("no more is read than the job asks for, and the source is closed when the job leaves it [P3] [P4]", async (pool) => {
    for (const make of ["upTo", "stream"] as const) {
      const numbers = new Numbers();
      assertEquals(await pool.submit(jobs.first(numbers[make](1e9), 3)), [0, 1, 2]);
      await numbers.closed;
      assert(numbers.pulled <= 40, `${numbers.pulled} were pulled`);
    }
  });

  test("the source is closed when the job ends, whether it has read from it or not [P4]", async (pool) => {
    for (const job of ["takeOne", "ignore"] as const) {
      for (const make of ["upTo", "stream"] as const) {
        const numbers = new Numbers();
        const source = numbers[make](1e9);
        await pool.submit<unknown>(jobs[job](source));
        if (job === "takeOne" || make === "stream") await numbers.closed;
        else {assertEquals(await source[Symbol.asyncIterator]().next(), {
            done: true,
            value: undefined,
          });}
        assert(numbers.pulled <= 33, `${numbers.pulled} were pulled`);
      }
    }
  });

  test("a failure of the source reaches the job, after what came before it [E1]", async (pool) => {
    async function* failing() {
      yield 1;
      await Promise.resolve();
      throw new RangeError("dry");
    }
    assertEquals(await pool.submit(jobs.caught(failing())), [1, "RangeError", "dry"]);
    const error = await assertRejects(() => pool.submit(jobs.sum(failing())), RangeError, "dry");
    assertEquals((error as Error).name, "RangeError");
    const locked = new Numbers().stream(3);
    const reader = locked.getReader();
    assertEquals((await pool.submit(jobs.caught(locked)))[0], "TypeError");
    reader.releaseLock();
  });

  test("an item that cannot be cloned is a failure of the source, and closes it [E4]", async (pool) => {
    let isClosed = false;
    async function* odd(): AsyncGenerator<number> {
      try {
        yield 1;
        yield (() => {}) as never;
        yield 3;
      } finally {
        isClosed = true;
      }
    }
    const [first, name, message] = await pool.submit(jobs.caught(odd()));
    assertEquals([first, name], [1, "UncloneableError"]);
    assert(String(message).includes("arguments[0] item is a function"), String(message));
    assert(isClosed);
  });

  test("a cancelled job hears of it while it waits for an item, and its source is closed [E2]", async (pool) => {
    const numbers = new Numbers();
    let isClosed = () => {};
    const closed = new Promise<void>((resolve) => isClosed = resolve);
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          numbers.pulled++ === 0
            ? Promise.resolve({ done: false, value: 0 } as IteratorResult<number>)
            : new Promise<IteratorResult<number>>(() => {}),
        return: () => {
          isClosed();
          return Promise.resolve({ done: true, value: undefined } as IteratorResult<number>);
        },
      }),
    };
    const task = pool.submit(jobs.untilStopped(source));
    task.catch(() => {});
    while (numbers.pulled < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const before = performance.now();
    await task.cancel("enough");
    assert(performance.now() - before < 3000, "its grace time had to pass");
    await assertRejects(() => task, CancelledError);
    await closed;
    const late = pool.submit(jobs.untilStopped(source), { timeout: 50 });
    await assertRejects(() => late, TimeoutError);
  });

  test("a source is closed when its worker dies, and the pool goes on [W1]", async (pool) => {
    const numbers = new Numbers();
    const error = await pool.submit(jobs.takeThenExit(numbers.upTo(1e9))).catch((error) => error);
    assertInstanceOf(error, WorkerLostError);
    await numbers.closed;
    assertEquals(await pool.submit(jobs.sum(new Numbers().upTo(3))), 3);
  });

  test("a source can be read again by a retry, or the retry is refused", async (pool) => {
    const retry = { attempts: 2, backoff: fixed(1) };
    assertEquals(await pool.submit(jobs.sum(again(4)), { retry }), 6);
    const numbers = new Numbers();
    assertThrows(
      () => pool.submit(jobs.sum(numbers.upTo(3)), { retry }),
      TypeError,
      "Cannot retry a job: arguments[0] is a stream that can be read only once",
    );
    assertThrows(() => pool.broadcast(jobs.sum(numbers.stream(3))), TypeError, "Cannot broadcast");
  });
}

Deno.test("parallel: the source of a task that is cancelled in the queue is closed", async () => {
  await using pool = new ParallelPool({ size: 1, concurrency: 1 });
  const busy = pool.submit(jobs.sum(new Channel<number>()));
  const numbers = new Numbers();
  const task = pool.submit(jobs.sum(numbers.stream(1e9)));
  const other = pool.submit(jobs.sum(new Numbers().upTo(2)));
  for (const one of [busy, task]) one.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  await task.cancel();
  await numbers.closed;
  assertEquals(numbers.pulled, 0);
  await busy.cancel();
  assertEquals(await other, 1);
});
