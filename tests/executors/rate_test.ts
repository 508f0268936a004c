/** How often tasks begin where workers run them. */
import { assert, assertEquals } from "@std/assert";
import { AdaptiveExecutor, type Executor, jobsFrom, ParallelPool } from "../../mod.ts";

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);
const rate = { limit: 10, interval: 60 };
const inputs = Array.from({ length: 60 }, (_, n) => n);
const squares = inputs.map((n) => n * n);
/** Ten begin at once, and five times ten later. */
const least = 5 * rate.interval - 5;

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  const value = await work();
  return { value, ms: performance.now() - began };
}

const makers: { [name: string]: () => Executor } = {
  parallel: () => new ParallelPool({ size: 2, rate }),
  adaptive: () => new AdaptiveExecutor({ rate }),
};

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: rate limits how often tasks begin, submitted or mapped [P1]`, async () => {
    await using executor = make();
    const submitted = await timed(() =>
      Promise.all(inputs.map((n) => executor.submit(jobs.square(n))))
    );
    assertEquals(submitted.value, squares);
    assert(submitted.ms >= least, `submitted within ${submitted.ms} ms`);
    const mapped = await timed(() => executor.map(inputs, jobs.square).collect());
    assertEquals(mapped.value, squares);
    assert(mapped.ms >= least, `mapped within ${mapped.ms} ms`);
  });
}

Deno.test("adaptive: both lanes draw on one rate [P1]", async () => {
  await using executor = new AdaptiveExecutor({ rate });
  const { ms } = await timed(() =>
    Promise.all(
      inputs.map((n) => executor.submit(jobs.square(n), { kind: n % 2 === 0 ? "cpu" : "io" })),
    )
  );
  assert(ms >= least, `within ${ms} ms`);
  const { routes } = executor.stats();
  assertEquals([routes[0].green, routes[0].parallel], [30, 30]);
});
