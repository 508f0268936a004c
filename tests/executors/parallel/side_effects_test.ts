import { assertEquals, assertInstanceOf } from "@std/assert";
import { jobsFrom, ParallelPool, registerError, TimeoutError } from "../../../mod.ts";
import { fixture, Flag, thrownBy } from "./owner.ts";

const jobs = jobsFrom<typeof import("./fixtures/pool_jobs.ts")>(fixture("pool_jobs"));
const streamJobs = jobsFrom<typeof import("./fixtures/stream_jobs.ts")>(fixture("stream_jobs"));

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`parallel, ${isolation}: a job that replaces globals, as fake timers do, harms no other [E4]`, async () => {
    await using pool = new ParallelPool({ size: 1, isolation });
    assertEquals(await pool.submit(jobs.replacesGlobals()), "replaced");
    for (let n = 0; n < 5; n++) assertEquals(await pool.submit(jobs.squareLater(n)), n * n);
    assertInstanceOf(await thrownBy(pool.submit(jobs.never(), { timeout: 20 })), TimeoutError);
  });
}

Deno.test("parallel: who hears the signal of a task is in that task, also after one was broken off", async () => {
  await using pool = new ParallelPool({ size: 1 });
  for (let round = 0; round < 2; round++) {
    const flag = new Flag();
    const heard = thrownBy(pool.submit(jobs.heardBy(flag.words), { timeout: 50 }));
    assertInstanceOf(await heard, TimeoutError);
    assertEquals(flag.words[1], 1);
    assertInstanceOf(await thrownBy(pool.submit(jobs.loop(), { timeout: 50 })), TimeoutError);
  }
});

Deno.test("parallel: what a broken off task leaves behind is not taken for the one that follows", async () => {
  await using pool = new ParallelPool({ size: 1 });
  await pool.submit(jobs.straysFrom());
  assertInstanceOf(await thrownBy(pool.submit(jobs.loop(), { timeout: 50 })), TimeoutError);
  // From its second call on nothing is carried for a function that waits for nothing.
  await pool.submit(jobs.straysFrom());
  await pool.submit(jobs.pause());
  assertEquals(await pool.submit(jobs.straysFrom()), "no task");
});

class Refused extends Error {
  constructor(readonly by: string) {
    super(`refused by ${by}`);
  }
}
registerError(Refused);

Deno.test("parallel: an error that goes to a worker and back keeps its class [E1]", async () => {
  await using pool = new ParallelPool({ size: 1 });
  async function* source(): AsyncGenerator<number> {
    yield 1;
    throw new Refused("the source");
  }
  const error = await thrownBy(pool.submit(streamJobs.sum(source())));
  assertInstanceOf(error, Refused);
  assertEquals(error.by, "the source");
});
