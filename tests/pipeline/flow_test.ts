import { assert, assertEquals } from "@std/assert";
import {
  buffer,
  chunk,
  collect,
  compose,
  count,
  drop,
  filter,
  flatMap,
  forEach,
  type Input,
  map,
  type Operation,
  type Output,
  pipeline,
  reduce,
  run,
  scan,
  sleep,
  spawn,
  take,
  tap,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

function* numbers() {
  for (let n = 0;; n++) yield n;
}

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

Deno.test("what is gathered before a stop goes through all that comes after it [G1]", async () => {
  const through = (elements: number[], count: number) =>
    run(() => pipeline(elements, take(count), chunk(2), flatMap((c) => c), map((n) => n)));
  assertEquals(await through([1, 2, 3, 4, 5], 3), [1, 2, 3]);
  assertEquals(await through([1, 2, 3, 4, 5], 0), []);
  const waiting = await run(() =>
    pipeline([1, 2, 3, 4], take(3), chunk(2), flatMap((c) => c), map((n) => Promise.resolve(n)))
  );
  assertEquals(waiting, [1, 2, 3]);
});

Deno.test("stages that never wait give others and the host their turn [F1][F2]", async () => {
  const endless: (() => Operation<unknown>)[] = [
    () => pipeline([1], flatMap(numbers), filter(() => false)),
    () => pipeline([1], flatMap((n) => new Array(5e6).fill(n)), flatMap(numbers), count()),
    () =>
      pipeline(
        function* source(output: Output<number>) {
          for (let n = 0;; n++) yield* output.send(n);
        },
        buffer(Infinity),
        forEach(() => sleep(1e6)),
      ),
    () =>
      pipeline(
        function* source(output: Output<number>) {
          for (let n = 0;; n++) yield* output.send(n);
        },
        buffer(4, { overflow: "drop-oldest" }),
        forEach(() => sleep(1e6)),
      ),
  ];
  for (const program of endless) {
    let turns = 0;
    await run(function* () {
      const task = yield* spawn(program);
      for (; turns < 20; turns++) yield* yieldNow();
      yield* sleep(1);
      yield* task.cancel();
    });
    assertEquals(turns, 20);
  }
});

Deno.test("a buffer that drops does so only for a reader that is behind [C4]", async () => {
  for (const overflow of ["drop-oldest", "drop-newest"] as const) {
    const { value } = await simulate(() =>
      pipeline(Array.from({ length: 100 }, (_, n) => n), buffer(8, { overflow }), count())
    );
    assertEquals(value, 100);
  }
});

Deno.test("helpers called one after the other lose no element between them [C1]", async () => {
  function* own(input: Input<number>, output: Output<number>) {
    yield* take<number>(2)(input, output);
    yield* compose(drop<number>(1), take<number>(2))(input, output);
    yield* map((n: number) => -n)(input, output);
  }
  const elements = Array.from({ length: 40 }, (_, n) => n);
  const { value } = await simulate(() => pipeline(elements, own));
  assertEquals(value, [0, 1, 3, 4, ...elements.slice(5).map((n) => -n)]);
});

Deno.test("a buffer is for its own place alone [C2]", async () => {
  let sent = 0;
  function* source(output: Output<number>) {
    for (;;) yield* output.send(sent++);
  }
  function* passing(input: Input<number>, output: Output<number>) {
    for (;;) yield* output.send(yield* input.receive());
  }
  await simulate(function* () {
    const task = yield* spawn(() =>
      pipeline(source, buffer(1), passing, forEach(() => sleep(1e6)))
    );
    yield* sleep(1);
    yield* task.cancel();
  });
  // One at the sink, 16 before it, one in hand, one in the buffer, and the one that waits for it.
  assertEquals(sent, 20);
});
