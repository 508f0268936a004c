import { assert, assertEquals } from "@std/assert";
import {
  broadcast,
  buffer,
  collect,
  compose,
  count,
  forEach,
  type Input,
  map,
  merge,
  type Output,
  partition,
  pipeline,
  reduce,
  run,
  sleep,
  take,
  tap,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

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

Deno.test("broadcast() drops nothing for sinks that keep up, however quick the source [C4]", async () => {
  for (const overflow of ["drop-oldest", "drop-newest"] as const) {
    const { value } = await simulate(() =>
      pipeline(
        Array.from({ length: 100 }, (_, n) => n),
        broadcast(count(), collect<number>(), { capacity: 4, overflow }),
      )
    );
    assertEquals([value[0], value[1].length], [100, 100]);
  }
});
