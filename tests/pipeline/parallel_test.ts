import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  GreenPool,
  type Input,
  jobsFrom,
  parallel,
  ParallelPool,
  pipeline,
  run,
  sleep,
  take,
} from "../../mod.ts";
import { assertNoLeaks, simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";
import { unhandledDuring } from "../kernel/_unhandled.ts";

const jobs = jobsFrom<typeof import("../executors/fixtures/jobs.ts")>(
  import.meta.resolve("../executors/fixtures/jobs.ts"),
);

function* numbers() {
  for (let n = 0;; n++) yield n;
}

Deno.test("parallel() bounds what runs and what is pulled, in order or not [P1][P2][P3]", async () => {
  for (const ordered of [true, false]) {
    for (let seed = 0; seed < 10; seed++) {
      let pulled = 0, running = 0, most = 0, consumed = 0, ahead = 0;
      const source = function* () {
        for (; pulled < 60;) yield pulled++;
      };
      const work = function* (n: number) {
        most = Math.max(most, ++running);
        yield* sleep((n * 7) % 5);
        running--;
        return n;
      };
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

Deno.test("parallel() that is cancelled cancels what its executor runs, and waits for it [P4][E2]", async () => {
  await using green = new GreenPool({ size: 4 });
  let begun = 0, ended = 0;
  const task = run(() =>
    pipeline(
      numbers(),
      parallel(function* () {
        begun++;
        try {
          yield* sleep(1e6);
        } finally {
          yield* sleep(1);
          ended++;
        }
      }, { executor: green }),
    )
  );
  await run(() => sleep(5));
  await task.cancel();
  assertEquals([begun, ended, green.stats().running], [4, 4, 0]);
});

Deno.test("parallel() fails with the first failure, and later ones are nobody's [G3]", async () => {
  const pending = new Map<number, () => void>();
  const fails = (n: number) =>
    new Promise<number>((_, reject) => pending.set(n, () => reject(new Error(`no ${n}`))));
  /** Fails those that have begun, once all have, the others after `outcome` is there. */
  async function failInTurn(first: number[], outcome: PromiseLike<unknown>): Promise<unknown> {
    while (pending.size < 3) await new Promise((resolve) => setTimeout(resolve, 0));
    for (const n of first) pending.get(n)!();
    const came = await outcome;
    for (const fail of pending.values()) fail();
    pending.clear();
    return came;
  }
  const reasons = await unhandledDuring(async () => {
    await using green = new GreenPool({ size: 4 });
    for (const executor of [undefined, green]) {
      for (const ordered of [true, false]) {
        const stage = parallel(fails, { executor, ordered });
        const task = run(() => pipeline([1, 3, 5], stage));
        await failInTurn([1], assertRejects(() => task, Error, "no 1"));
      }
    }
    // Nor are those of elements that are not wanted any more.
    const one = parallel((n: number) =>
      n > 0 ? fails(n) : new Promise<number>((resolve) => pending.set(0, () => resolve(0)))
    );
    const task = run(() => pipeline([0, 3, 5], one, take(1)));
    assertEquals(await failInTurn([0], task), [0]);
  });
  assertEquals(reasons, []);
});

Deno.test("parallel() takes from its source what its executor has slots for, unless it runs jobs [P3]", async () => {
  for (const ordered of [true, false]) {
    await using green = new GreenPool({ size: 2 });
    let pulled = 0;
    const source = function* () {
      for (;;) yield pulled++;
    };
    const task = run(() =>
      pipeline(source(), parallel(() => sleep(1e6), { executor: green, ordered }))
    );
    await run(() => sleep(5));
    await task.cancel();
    // Two are worked on, sixteen are in the buffer, and one is in the hand of the source.
    assert(pulled <= 2 + 16 + 1, `${pulled} pulled`);
  }
  await using endless = new GreenPool({ size: Infinity });
  const values = await run(() => pipeline([1, 2], parallel((n) => n, { executor: endless })));
  assertEquals(values, [1, 2]);
});

Deno.test("parallel() leaves nothing behind when it is left, or fails", async () => {
  const left = await simulate(() =>
    pipeline(
      numbers(),
      parallel(function* (n) {
        yield* sleep(n);
        return n;
      }, { concurrency: 3 }),
      take(2),
    )
  );
  assertNoLeaks(left);
  const failed = await simulate(function* () {
    return yield* caught(
      pipeline(
        numbers(),
        parallel(function* (n) {
          yield* sleep(1);
          if (n === 5) throw new Error("boom");
        }, { concurrency: 3 }),
      ),
    );
  });
  assert(failed.value instanceof Error);
  assertNoLeaks(failed);
});

Deno.test("parallel() mixes jobs with results that are there already [P2]", async () => {
  await using pool = new ParallelPool({ size: 1 });
  const squares = await run(() =>
    pipeline([1, 2, 3, 4], parallel((n) => n % 2 === 0 ? -n : jobs.square(n), { executor: pool }))
  );
  assertEquals(squares, [1, -2, 9, -4]);
});
