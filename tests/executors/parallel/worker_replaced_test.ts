import { assert, assertEquals, assertRejects } from "@std/assert";
import { jobsFrom, ParallelPool, WorkerLostError } from "../../../mod.ts";

const jobs = jobsFrom<typeof import("../fixtures/jobs.ts")>(
  import.meta.resolve("../fixtures/jobs.ts"),
);

Deno.test("what waits behind the job that ends the only worker runs on the one that replaces it [W1]", async () => {
  await using pool = new ParallelPool({ size: 1 });
  const lost = assertRejects(() => pool.submit(jobs.exit()), WorkerLostError);
  const behind = [1, 2, 3].map((n) => pool.submit(jobs.square(n)));
  await lost;
  // Nothing that comes later may be what has the worker replaced.
  assertEquals(await Promise.all(behind), [1, 4, 9]);
  assert(pool.stats().failed === 1);
});
