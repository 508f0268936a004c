import { assert, assertEquals } from "@std/assert";
import {
  broadcast,
  buffer,
  Channel,
  chunk,
  collect,
  compose,
  count,
  dedupe,
  drop,
  filter,
  flatMap,
  forEach,
  GreenPool,
  type Input,
  jobsFrom,
  map,
  merge,
  type Output,
  parallel,
  ParallelPool,
  partition,
  pipeline,
  reduce,
  run,
  scan,
  sleep,
  spawn,
  take,
  tap,
  throttle,
  toChannel,
  toWritable,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

const jobs = jobsFrom<typeof import("../executors/fixtures/jobs.ts")>(
  import.meta.resolve("../executors/fixtures/jobs.ts"),
);

function* numbers() {
  for (let n = 0;; n++) yield n;
}

/** What comes, and when. */
function* clocked(times: readonly number[], output: Output<number>) {
  let now = 0;
  for (const time of times) {
    yield* sleep(time - now);
    now = time;
    yield* output.send(time);
  }
}

Deno.test("helpers do what arrays do [G1]", async () => {
  const words = ["warp", "weft", "warp", "heddle"];
  assertEquals(await run(() => pipeline(words, dedupe())), ["warp", "weft", "heddle"]);
  assertEquals(await run(() => pipeline(words, dedupe({ by: (w) => w.length }))), [
    "warp",
    "heddle",
  ]);
  assertEquals(await run(() => pipeline([1, 2, 3, 1, 2], dedupe({ window: 2 }))), [1, 2, 3, 1, 2]);
  assertEquals(await run(() => pipeline([1, 2, 1, 3, 1], dedupe({ window: 2 }))), [1, 2, 3]);
  assertEquals(await run(() => pipeline(words, map((w, i) => w + i), drop(2))), [
    "warp2",
    "heddle3",
  ]);
  assertEquals(await run(() => pipeline([], chunk(2))), []);
  assertEquals(await run(() => pipeline([1, 2], take(0))), []);
  assertEquals(await run(() => pipeline([1, 2], drop(Infinity))), []);
  assertEquals(await run(() => pipeline([1, 2, 3], scan((a, b) => a + b, 10))), [11, 13, 16]);
  assertEquals(await run(() => pipeline([undefined, null], map((x) => x))), [undefined, null]);
  assertEquals(await run(() => pipeline([, 1], map((x) => x))), [undefined, 1]);
});

Deno.test("flatMap() spreads what is iterable, now or later, and waits in between [G1]", async () => {
  const spread = <R>(fn: (n: number) => R) => run(() => pipeline([1, 2], flatMap(fn)));
  assertEquals(await spread((n) => [n, n]), [1, 1, 2, 2]);
  assertEquals(await spread((n) => new Set([n, 2])), [1, 2, 2]);
  assertEquals(await spread((n) => `${n}${n}`), ["11", "22"]);
  assertEquals(await spread((n) => n), [1, 2]);
  assertEquals(await spread((n) => Promise.resolve([n, 0])), [1, 0, 2, 0]);
  assertEquals(
    await spread(async function* (n) {
      yield await n;
      yield -n;
    }),
    [1, -1, 2, -2],
  );
  assertEquals(
    await spread(function* (n) {
      yield n;
      yield -n;
    }),
    [1, -1, 2, -2],
  );
  assertEquals(
    await spread(function* (n) {
      yield* sleep(1);
      return [n, n];
    }),
    [1, 1, 2, 2],
  );
});

Deno.test("flatMap() leaves what it spreads when no more is wanted [P4]", async () => {
  const left: string[] = [];
  function* endless(name: string) {
    try {
      for (;;) yield name;
    } finally {
      left.push(name);
    }
  }
  async function* later(name: string) {
    try {
      for (;;) yield await name;
    } finally {
      left.push(name);
    }
  }
  assertEquals(await run(() => pipeline(["a"], flatMap(endless), take(2))), ["a", "a"]);
  assertEquals(await run(() => pipeline(["b"], flatMap(later), take(2))), ["b", "b"]);
  assertEquals(left, ["a", "b"]);
});

Deno.test("nothing more is pulled from the source once take() has all [P3][P4]", async () => {
  let pulled = 0;
  let closed = 0;
  function* source() {
    try {
      for (;;) yield ++pulled;
    } finally {
      closed++;
    }
  }
  assertEquals(await run(() => pipeline(source(), map((n) => n), take(3))), [1, 2, 3]);
  assertEquals([pulled, closed], [3, 1]);
  // What is gathered before a take is not worked on for nothing.
  const seen: number[][] = [];
  await run(() => pipeline(numbers(), chunk(2), tap((c) => void seen.push(c)), take(1), chunk(1)));
  assertEquals(seen, [[0, 1]]);
});

Deno.test("neighbouring helpers run as one task, and one that is declared to wait has its own", async () => {
  const tasksOf = async (work: () => ReturnType<typeof pipeline>) => {
    const { trace } = await simulate(work);
    return new Set(trace.map(({ name }) => name)).size - 1;
  };
  const fused = () =>
    pipeline(
      [1, 2],
      map((n) => n),
      filter(() => true),
      take(9),
      scan((a, b) => a + b, 0),
      chunk(2),
      collect(),
    );
  assertEquals(await tasksOf(fused), 1);
  const apart = () =>
    pipeline([1, 2], map((n) => n), map(async (n) => await n), filter(() => true), take(9));
  assertEquals(await tasksOf(apart), 3);
  const buffered = () => pipeline([1, 2], map((n) => n), buffer(1), map((n) => n));
  assertEquals(await tasksOf(buffered), 2);
});

Deno.test("a declared async stage works while its neighbours do", async () => {
  const wait = function* (n: number) {
    yield* sleep(10);
    return n;
  };
  const { value, time } = await simulate(() =>
    pipeline([1, 2, 3], map(wait), map(wait), map(wait))
  );
  assertEquals([value, time], [[1, 2, 3], 50]);
});

Deno.test("chunk() hands on in time what it has [T1]", async () => {
  const { value } = await simulate(() =>
    pipeline(
      (output: Output<number>) => clocked([0, 3, 4, 30, 31, 32, 33], output),
      chunk(3, { within: 10 }),
    )
  );
  assertEquals(value, [[0, 3, 4], [30, 31, 32], [33]]);
  const slow = await simulate(() =>
    pipeline((output: Output<number>) => clocked([0, 6, 12, 18], output), chunk(3, { within: 10 }))
  );
  assertEquals(slow.value, [[0, 6], [12, 18]]);
});

Deno.test("throttle() holds back, or drops, by the clock [T1]", async () => {
  const held = await simulate(() => pipeline([1, 2, 3, 4], throttle({ limit: 2, interval: 100 })));
  assertEquals([held.value, held.time], [[1, 2, 3, 4], 100]);
  const dropped = await simulate(() =>
    pipeline(
      (output: Output<number>) => clocked([0, 50, 100, 120, 199, 200], output),
      throttle({ interval: 100, overflow: "drop-newest" }),
    )
  );
  assertEquals(dropped.value, [0, 100, 200]);
});

Deno.test("merge() keeps each source's order, ends with the last, and closes all [C1][P4]", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const { value } = await simulate(() =>
      pipeline(
        (output: Output<number>) => clocked([1, 5, 9], output),
        merge(
          (output: Output<number>) => clocked([2, 4], output),
          (output: Output<number>) => clocked([20], output),
        ),
      ), { seed });
    assertEquals(value, [1, 2, 4, 5, 9, 20]);
  }
  const closed: string[] = [];
  function* endless(name: string) {
    try {
      for (;;) yield name;
    } finally {
      closed.push(name);
    }
  }
  await run(() => pipeline(endless("a"), merge(endless("b"), endless("c")), take(100)));
  assertEquals(closed.toSorted(), ["a", "b", "c"]);
});

Deno.test("broadcast() gives every sink everything, and a slow one holds the others back [G2]", async () => {
  const seen: Record<string, number> = { slow: 0, quick: 0 };
  let ahead = 0;
  const { value } = await simulate(() =>
    pipeline(
      Array.from({ length: 100 }, (_, n) => n),
      broadcast(
        compose(
          tap(function* (_n: number) {
            yield* sleep(1);
            seen.slow++;
            ahead = Math.max(ahead, seen.quick - seen.slow);
          }),
          count(),
        ),
        compose(tap((_n: number) => void seen.quick++), reduce((sum, n) => sum + n, 0)),
        { capacity: 4 },
      ),
    )
  );
  assertEquals(value, [100, 4950]);
  assert(ahead > 0 && ahead < 40, `the quick sink was ${ahead} ahead`);
});

Deno.test("broadcast() drops for a slow sink alone, the oldest or the newest [C4]", async () => {
  for (const overflow of ["drop-oldest", "drop-newest"] as const) {
    const { value: [slow, all] } = await simulate(() =>
      pipeline(
        (output: Output<number>) => clocked(Array.from({ length: 50 }, (_, n) => n), output),
        broadcast(
          compose(
            buffer<number>(1),
            function* slow(input: Input<number>, output: Output<number>) {
              for (;;) {
                yield* output.send(yield* input.receive());
                yield* sleep(10);
              }
            },
            collect<number>(),
          ),
          collect<number>(),
          { capacity: 2, overflow },
        ),
      )
    );
    assertEquals(all.length, 50);
    assert(slow.length >= 5 && slow.length < 20, `${slow.length} arrived`);
    assertEquals(slow.toSorted((a, b) => a - b), slow);
    assertEquals(slow.includes(49), overflow === "drop-oldest", `${overflow}: ${slow}`);
  }
});

Deno.test("broadcast() goes on without a sink that has left, and leaves when all have [P4]", async () => {
  const two = compose(take<number>(2), collect<number>());
  const first = await run(() => pipeline([1, 2, 3, 4, 5], broadcast(two, collect())));
  assertEquals(first, [[1, 2], [1, 2, 3, 4, 5]]);
  const both = await run(() =>
    pipeline(numbers(), broadcast(two, compose(take<number>(3), count())))
  );
  assertEquals(both, [[1 - 1, 1], 3]);
  assertEquals(await run(() => pipeline([1, 2, 3], broadcast(two), map((n) => -n))), [-1, -2, -3]);
});

Deno.test("partition() sends each element one way [C1]", async () => {
  const isEven = (n: number) => n % 2 === 0;
  assertEquals(
    await run(() => pipeline([1, 2, 3, 4], partition(isEven, collect(), collect()))),
    [[2, 4], [1, 3]],
  );
  const odd: number[] = [];
  const others = forEach((n: number) => void odd.push(n));
  assertEquals(await run(() => pipeline([1, 2, 3, 4], partition(isEven, others))), [2, 4]);
  assertEquals(odd, [1, 3]);
  const awaited = (n: number) => Promise.resolve(isEven(n));
  assertEquals(await run(() => pipeline([1, 2], partition(awaited, count(), count()))), [1, 1]);
});

Deno.test("parallel() bounds what runs and what is pulled, in order or not [P1][P2][P3]", async () => {
  for (const ordered of [true, false]) {
    for (let seed = 0; seed < 10; seed++) {
      let pulled = 0, running = 0, most = 0, consumed = 0, ahead = 0;
      function* source() {
        for (; pulled < 60;) yield pulled++;
      }
      function* work(n: number) {
        most = Math.max(most, ++running);
        yield* sleep((n * 7) % 5);
        running--;
        return n;
      }
      const { value } = await simulate(
        () =>
          pipeline(
            source(),
            parallel(work, { concurrency: 3, ordered }),
            function* (input: Input<number>) {
              const values: number[] = [];
              for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
                yield* sleep(2);
                ahead = Math.max(ahead, pulled - ++consumed);
                values.push(item.value);
              }
              return values;
            },
          ),
        { seed },
      );
      assertEquals(most, 3);
      // Two buffers of 16, the window of 6, and what is in hand.
      assert(ahead <= 2 * 16 + 6 + 3, `${ahead} pulled ahead`);
      const sorted = value.toSorted((a, b) => a - b);
      assertEquals(sorted, Array.from({ length: 60 }, (_, n) => n));
      if (ordered) assertEquals(value, sorted);
      else assert(value.some((n, at) => n !== at), "the order was kept by chance");
    }
  }
});

Deno.test("parallel() left early cancels what runs, and waits for it [P4]", async () => {
  let begun = 0, ended = 0;
  function* work(n: number) {
    begun++;
    try {
      yield* sleep(n);
      return n;
    } finally {
      try {
        yield* sleep(1);
      } finally {
        ended++;
      }
    }
  }
  const { value } = await simulate(() =>
    pipeline(numbers(), parallel(work, { concurrency: 4 }), take(2))
  );
  assertEquals(value, [0, 1]);
  assert(begun > 2);
  assertEquals(ended, begun);
});

Deno.test("parallel() runs functions on an executor, within its size [P1]", async () => {
  await using green = new GreenPool({ size: 2 });
  let running = 0, most = 0;
  const squares = await run(() =>
    pipeline(
      [1, 2, 3, 4, 5],
      parallel(function* (n) {
        most = Math.max(most, ++running);
        yield* sleep(1);
        running--;
        return n * n;
      }, { executor: green, concurrency: 5 }),
    )
  );
  assertEquals([squares, most], [[1, 4, 9, 16, 25], 2]);
  assertEquals(await run(() => pipeline([3], parallel((n) => n + 1, { executor: green }))), [4]);
});

Deno.test("parallel() sends jobs to workers, many in one message [P2][E1]", async () => {
  await using pool = new ParallelPool({ size: 2 });
  const inputs = Array.from({ length: 2000 }, (_, n) => n);
  const squares: number[] = await run(() =>
    pipeline(inputs, parallel((n) => jobs.square(n), { executor: pool }))
  );
  assertEquals(squares, inputs.map((n) => n * n));
  const unordered = await run(() =>
    pipeline(inputs, parallel((n) => jobs.square(n), { executor: pool, ordered: false }))
  );
  assertEquals(unordered.toSorted((a, b) => a - b), squares);
});

Deno.test("Web streams are sources, stages and sinks, and are closed [P4]", async () => {
  let cancelled: unknown = "no";
  let pulled = 0;
  const readable = new ReadableStream<number>({
    pull: (controller) => controller.enqueue(pulled++),
    cancel: async (reason) => {
      await null;
      cancelled = reason;
    },
  }, { highWaterMark: 0 });
  assertEquals(await run(() => pipeline(readable, take(2))), [0, 1]);
  assertEquals([cancelled, pulled, readable.locked], [undefined, 2, false]);
  const written: string[] = [];
  let closed = false;
  const writable = new WritableStream<string>({
    write: (text) => void written.push(text),
    close: () => void (closed = true),
  });
  await run(() => pipeline(["a", "b"], map((s) => s.repeat(2)), toWritable(writable)));
  assertEquals([written, closed], [["aa", "bb"], true]);
  const unzipped = await run(() =>
    pipeline(
      Array.from({ length: 500 }, (_, n) => `line ${n}\n`),
      new TextEncoderStream(),
      new CompressionStream("gzip"),
      new DecompressionStream("gzip"),
      new TextDecoderStream(),
      reduce((text, part) => text + part, ""),
    )
  );
  assertEquals(unzipped.split("\n").length, 501);
  const left = await run(() =>
    pipeline(numbers(), map((n) => `${n}`), new TextEncoderStream(), take(2))
  );
  assertEquals(left.length, 2);
});

Deno.test("toWritable() keeps to the stream's back-pressure, and can leave it open [G2]", async () => {
  let pulled = 0, writing = 0;
  const gate = Promise.withResolvers<void>();
  const stream = new WritableStream<number>({
    write: () => (writing++, gate.promise),
  }, { highWaterMark: 1 });
  function* source() {
    for (; pulled < 100;) yield pulled++;
  }
  const task = run(() => pipeline(source(), toWritable(stream, { close: false })));
  for (let turn = 0; turn < 20; turn++) await run(() => sleep(0));
  assertEquals(writing, 1);
  assert(pulled <= 20, `${pulled} pulled`);
  gate.resolve();
  await task;
  assertEquals([writing, stream.locked], [100, false]);
  await stream.close();
});

Deno.test("async generator functions are sources and stages, and are left [P4][S8]", async () => {
  const left: string[] = [];
  async function* source() {
    try {
      for (let n = 0;; n++) yield await Promise.resolve(n);
    } finally {
      await null;
      left.push("source");
    }
  }
  async function* doubled(input: AsyncIterable<number>) {
    try {
      for await (const n of input) yield 2 * n;
      left.push("not reached");
    } finally {
      left.push("stage");
    }
  }
  assertEquals(await run(() => pipeline(source, doubled, take(3))), [0, 2, 4]);
  assertEquals(left, ["source", "stage"]);
  async function* summed(input: AsyncIterable<number>) {
    let sum = 0;
    for await (const n of input) sum += n;
    yield sum;
  }
  assertEquals(await run(() => pipeline([1, 2, 3], summed)), [6]);
});

Deno.test("an async stage that waits for an element is let go when it is cancelled [S1]", async () => {
  let left = false;
  async function* waiting(input: AsyncIterable<number>) {
    try {
      for await (const n of input) yield n;
    } finally {
      left = true;
    }
  }
  const { time } = await simulate(function* () {
    const task = yield* spawn(() => pipeline(new Channel<number>(), waiting));
    yield* sleep(1);
    yield* task.cancel();
  });
  assertEquals([left, time], [true, 1]);
});

Deno.test("channels are sources and sinks [C1][C5]", async () => {
  const { value } = await simulate(function* () {
    const from = new Channel<number>();
    const to = new Channel<number>({ capacity: 1 });
    yield* spawn(function* () {
      for (let n = 0; n < 5; n++) yield* from.send(n);
      from.close();
    });
    yield* spawn(() => pipeline(from, map((n) => -n), toChannel(to)));
    return yield* pipeline(to, collect());
  });
  assertEquals(value, [-0, -1, -2, -3, -4]);
  const open = new Channel<number>({ capacity: 9 });
  await run(() => pipeline([1, 2], toChannel(open, { close: false })));
  await run(() => pipeline(open, take(1)));
  assertEquals([open.closed, open.size], [false, 1]);
});

Deno.test("back-pressure reaches the source, through every kind of stage [G2][C2]", async () => {
  function* passing(input: Input<number>, output: Output<number>) {
    for (;;) yield* output.send(yield* input.receive());
  }
  let pulled = 0, taken = 0, ahead = 0;
  function* source() {
    for (; pulled < 500;) {
      pulled++;
      ahead = Math.max(ahead, pulled - taken);
      yield pulled;
    }
  }
  await simulate(() =>
    pipeline(
      source(),
      buffer(3),
      passing,
      buffer(2),
      passing,
      map((n) => n),
      buffer(1),
      forEach(function* () {
        yield* sleep(1);
        taken++;
      }),
    )
  );
  assertEquals(taken, 500);
  // What the buffers hold, and one in each hand.
  assert(ahead <= 3 + 2 + 16 + 1 + 5, `${ahead} ahead`);
});

Deno.test("buffer() drops what it has no room for [C4]", async () => {
  for (
    const [overflow, expected] of [["drop-oldest", [0, 18, 19]], ["drop-newest", [
      0,
      1,
      2,
    ]]] as const
  ) {
    const { value } = await simulate(() =>
      pipeline(
        Array.from({ length: 20 }, (_, n) => n),
        function* burst(input: Input<number>, output: Output<number>) {
          yield* output.send(yield* input.receive());
          yield* sleep(5);
          for (;;) yield* output.send(yield* input.receive());
        },
        buffer(2, { overflow }),
        function* slow(input: Input<number>, output: Output<number>) {
          for (;;) {
            yield* output.send(yield* input.receive());
            yield* sleep(10);
          }
        },
      )
    );
    assertEquals(value, [...expected]);
  }
});

Deno.test("a pipeline gives others their turn, however quick its source [F1][F2]", async () => {
  let turns = 0;
  await run(function* () {
    yield* spawn(function* () {
      for (;;) {
        turns++;
        yield* yieldNow();
      }
    }, { daemon: true });
    yield* pipeline(numbers(), map((n) => n + 1), take(100_000), count());
  });
  assert(turns > 50, `${turns} turns`);
});

Deno.test("an endless pipeline hears of its cancellation [S1]", async () => {
  let closed = false;
  function* endless() {
    try {
      for (;;) yield 1;
    } finally {
      closed = true;
    }
  }
  const task = run(() => pipeline(endless(), map((n) => n), filter(() => false)));
  await run(() => sleep(1));
  await task.cancel();
  assertEquals([closed, task.status], [true, "cancelled"]);
});

Deno.test("helpers can be called as the stages and sinks they are [G1]", async () => {
  function* own(input: Input<number>, output: Output<number[]>) {
    yield* compose(map((n: number) => n + 1), chunk(2))(input, output);
  }
  assertEquals(await run(() => pipeline([1, 2, 3], own)), [[2, 3], [4]]);
  function* counted(input: Input<number>) {
    return -(yield* count()(input));
  }
  assertEquals(await run(() => pipeline([1, 2, 3], counted)), -3);
});

Deno.test("a pipeline can be run again, and awaited [G1]", async () => {
  const again = pipeline([1, 2], map((n) => n + 1), reduce((sum, n) => sum + n, 0));
  assertEquals([await again, await again, await run(() => again)], [5, 5, 5]);
});
