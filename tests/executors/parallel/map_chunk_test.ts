/** Maps whose inputs share calls: as if each had a call of its own. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { jobsFrom, ParallelPool, WorkerLostError } from "../../../mod.ts";

const jobs = jobsFrom<typeof import("./fixtures/map_jobs.ts")>(
  import.meta.resolve("./fixtures/map_jobs.ts"),
);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** A pool that knows what these jobs cost, so that its maps make chunks. */
async function warm(work: (pool: ParallelPool) => Promise<void>): Promise<void> {
  await using pool = new ParallelPool({ size: 2 });
  for (const job of [jobs.increment, jobs.byTurns, jobs.oddHundredsFail]) {
    await pool.map(numbers(9), (n) => job(n + 2)).collect();
  }
  await pool.map(numbers(9), (n) => jobs.echo(n)).collect();
  await pool.map(numbers(9), (n) => jobs.join(n, n)).collect();
  await pool.map(numbers(9), () => jobs.constant()).collect();
  await pool.map(numbers(9), (n) => jobs.slowAt(n, -1, 0)).collect();
  await work(pool);
}

Deno.test("map() of many numbers gives every result in the order of the inputs [P2]", () =>
  warm(async (pool) => {
    const before = pool.stats().completed;
    const results = await pool.map(numbers(20_000), (n) => jobs.increment(n)).collect();
    assertEquals(results, numbers(20_000).map((n) => n + 1));
    assertEquals(pool.stats().completed - before, 20_000);
    assertEquals(pool.stats().waiting, 0);
  }));

Deno.test("map() of many gives the same when it is unordered, and when its results are taken one by one [P2]", () =>
  warm(async (pool) => {
    const unordered = await pool.map(numbers(5000), (n) => jobs.increment(n), { ordered: false })
      .collect();
    assertEquals(unordered.sort((a, b) => a - b), numbers(5000).map((n) => n + 1));
    const taken: number[] = [];
    for await (const n of pool.map(numbers(5000), (n) => jobs.increment(n))) taken.push(n);
    assertEquals(taken, numbers(5000).map((n) => n + 1));
  }));

Deno.test("map() of many keeps what every primitive is [E1]", () =>
  warm(async (pool) => {
    const kinds = [1, -0, NaN, Infinity, 0.5, "a", "", null, undefined, true, 2n ** 70n, 2 ** 31];
    const inputs = numbers(3000).map((n) => kinds[n % kinds.length]);
    const results = await pool.map(inputs, (value) => jobs.echo(value)).collect();
    assert(results.every((value, n) => Object.is(value, inputs[n])));
    const floats = numbers(3000).map((n) => n % 2 === 0 ? -0 : NaN);
    const echoed = await pool.map(floats, (value) => jobs.echo(value)).collect();
    assert(echoed.every((value, n) => Object.is(value, floats[n])));
  }));

Deno.test("map() of many takes jobs of several kinds, of several arguments, of none, and of objects", () =>
  warm(async (pool) => {
    const results = await pool.map(numbers(4000), (n) => {
      if (n % 500 < 200) return jobs.increment(n);
      if (n % 500 < 300) return jobs.join(n, "b");
      return n % 2 === 0 ? jobs.constant() : jobs.echo([n]);
    }).collect();
    const expected = numbers(4000).map((n) => {
      if (n % 500 < 200) return n + 1;
      if (n % 500 < 300) return `${n},b`;
      return n % 2 === 0 ? 7 : [n];
    });
    assertEquals(results as unknown[], expected);
  }));

Deno.test("each input of a map of many fails by itself [E1]", () =>
  warm(async (pool) => {
    const failedBefore = pool.stats().failed;
    const outcomes = await pool.map(numbers(3000), (n) => jobs.oddHundredsFail(n), {
      onError: "settle",
    }).collect();
    outcomes.forEach((outcome, n) => {
      if (n % 100 !== 1) return assertEquals(outcome, { status: "fulfilled", value: n });
      assert(outcome.status === "rejected" && outcome.reason instanceof RangeError);
      assertEquals([outcome.reason.message, outcome.reason.cause], [`no ${n}`, n]);
    });
    assertEquals(pool.stats().failed - failedBefore, 30);
    const taken: number[] = [];
    await assertRejects(
      async () => {
        for await (const n of pool.map(numbers(3000), (n) => jobs.oddHundredsFail(n + 50))) {
          taken.push(n);
        }
      },
      RangeError,
      "no 101",
    );
    assertEquals(taken, numbers(51).map((n) => n + 50));
  }));

Deno.test("a mapper that throws, or gives no job, fails its input only", () =>
  warm(async (pool) => {
    const outcomes = await pool.map(numbers(2000), (n) => {
      if (n === 700) throw new SyntaxError("mapper");
      return n === 900 ? n as never : jobs.increment(n);
    }, { onError: "settle" }).collect();
    const rejected = outcomes.flatMap((outcome, n) =>
      outcome.status === "rejected" ? [[n, outcome.reason.name]] : []
    );
    assertEquals(rejected, [[700, "SyntaxError"], [900, "TypeError"]]);
  }));

Deno.test("results of a map of many may be objects or late; one that cannot be cloned fails alone [E1]", () =>
  warm(async (pool) => {
    const outcomes = await pool.map(numbers(1000), (n) => jobs.byTurns(n), { onError: "settle" })
      .collect();
    outcomes.forEach((outcome, n) => {
      const turn = n % 200;
      const reason = outcome.status === "rejected" ? outcome.reason : undefined;
      if (turn === 60) return assertEquals(reason?.name, "UncloneableError");
      if (turn === 80) {
        return assertEquals([reason?.name, reason?.message], ["TypeError", `late ${n}`]);
      }
      if (turn === 100) return assertEquals(reason?.name, "TypeError");
      assert(outcome.status === "fulfilled");
      assertEquals(outcome.value, turn === 20 ? { n } : n);
    });
  }));

Deno.test("a result amid a chunk that cannot be cloned fails alone [E1]", () =>
  warm(async (pool) => {
    await pool.map(numbers(9), (n) => jobs.functionAt(n, -1)).collect();
    const outcomes = await pool.map(numbers(1000), (n) => jobs.functionAt(n, 500), {
      onError: "settle",
    }).collect();
    const failed = outcomes.flatMap((outcome, n) =>
      outcome.status === "rejected" ? [[n, outcome.reason.name]] : []
    );
    assertEquals(failed, [[500, "UncloneableError"]]);
  }));

Deno.test("a map of many pulls no more than was consumed, runs, and may wait [P3]", () =>
  warm(async (pool) => {
    let pulled = 0;
    function* source() {
      for (;;) yield pulled++;
    }
    const results = pool.map(source(), (n) => jobs.increment(n), {
      concurrency: 40,
      lookahead: 100,
    });
    let consumed = 0;
    for await (const n of results) {
      assertEquals(n, ++consumed);
      assert(pulled <= consumed + 40 + 100, `${pulled} pulled, ${consumed} consumed`);
      if (consumed === 1000) break;
    }
    assertEquals(pool.stats().running, 0);
  }));

Deno.test("leaving a map of many closes its source, and leaves nothing running [P4]", () =>
  warm(async (pool) => {
    let isClosed = false;
    function* source() {
      try {
        for (let n = 0;; n++) yield n;
      } finally {
        isClosed = true;
      }
    }
    for await (const n of pool.map(source(), (n) => jobs.increment(n))) if (n === 1234) break;
    assert(isClosed);
    const { running, waiting } = pool.stats();
    assertEquals([running, waiting], [0, 0]);
  }));

Deno.test("a worker that goes down amid a chunk takes one input with it, and none runs twice [E4] [W1]", async () => {
  const journal = await Deno.makeTempFile();
  try {
    await warm(async (pool) => {
      await pool.map(numbers(9), (n) => jobs.exitAt(n, -1, journal)).collect();
      await Deno.truncate(journal);
      const at = 777;
      const outcomes = await pool.map(numbers(2000), (n) => jobs.exitAt(n, at, journal), {
        onError: "settle",
      }).collect();
      outcomes.forEach((outcome, n) => {
        if (n !== at) return assertEquals(outcome, { status: "fulfilled", value: n });
        assert(outcome.status === "rejected" && outcome.reason instanceof WorkerLostError);
      });
      const runs = (await Deno.readTextFile(journal)).trim().split("\n").map(Number);
      assertEquals(runs.sort((a, b) => a - b), numbers(2000));
    });
  } finally {
    await Deno.remove(journal);
  }
});

Deno.test("an input that takes long hides few of those behind it", () =>
  warm(async (pool) => {
    await pool.map(numbers(20_000), (n) => jobs.slowAt(n, -1, 0)).collect();
    const at = 1000;
    const results = pool.map(numbers(4000), (n) => jobs.slowAt(n, at, 1500), { ordered: false });
    let before = 0;
    for await (const n of results) {
      if (n === at) break;
      before++;
    }
    // Those of its own chunk that had begun come with it.
    assert(before > 3850, `${before} came before it`);
  }));

Deno.test("a chunk that takes longer than its kind is broken off, and what is left runs too [E4]", () =>
  warm(async (pool) => {
    await pool.map(numbers(20_000), (n) => jobs.slowFrom(n, Infinity, 0)).collect();
    const results = await pool.map(numbers(3000), (n) => jobs.slowFrom(n, 2000, 0.1)).collect();
    assertEquals(results, numbers(3000));
  }));
