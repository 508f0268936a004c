import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  jobsFrom,
  ParallelPool,
  SoloExecutor,
  TimeoutError,
} from "../../mod.ts";

const jobs = jobsFrom<typeof import("./parallel/fixtures/pool_jobs.ts")>(
  import.meta.resolve("./parallel/fixtures/pool_jobs.ts"),
);

const makers: Record<string, () => Executor> = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool(),
  parallel: () => new ParallelPool({ size: 1 }),
  process: () => new ParallelPool({ size: 1, isolation: "process" }),
  adaptive: () => new AdaptiveExecutor(),
};

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: a stream that stops giving fails with its timeout, after its items [E1] [E3]`, async () => {
    await using executor = make();
    const stream = await executor.submit(jobs.countThenHang(3), { timeout: 400 });
    const items: unknown[] = [];
    let error: unknown;
    try {
      for await (const item of stream) items.push(item);
    } catch (thrown) {
      error = thrown;
    }
    assertEquals(items, [0, 1, 2]);
    assertInstanceOf(error, TimeoutError);
    assertEquals(error.message, "Job 'countThenHang' did not finish within 400 ms");
  });

  Deno.test(`${kind}: what a stream waits for its consumer does not count in its timeout [E1]`, async () => {
    await using executor = make();
    const stream = await executor.submit(jobs.count(100), { timeout: 400 });
    const items = stream[Symbol.asyncIterator]();
    await items.next();
    // Longer than the timeout: a consumer that is slow is what this is about.
    await new Promise((resolve) => setTimeout(resolve, 500));
    let taken = 1;
    while (!(await items.next()).done) taken++;
    assertEquals(taken, 100);
  });
}
