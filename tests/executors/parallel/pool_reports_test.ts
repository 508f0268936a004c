import { assert, assertEquals } from "@std/assert";
import { jobsFrom, ParallelPool } from "../../../mod.ts";
import { nodeThreads } from "../../../src/executors/parallel/platforms/node_threads.ts";
import { fixture, Flag } from "./owner.ts";

const jobs = jobsFrom<typeof import("./fixtures/pool_jobs.ts")>(fixture("pool_jobs"));

Deno.test("parallel: stats tell how long tasks waited, ran, and were on their way", async () => {
  await using pool = new ParallelPool({ size: 1, concurrency: 1 });
  assertEquals(pool.stats().transferTime.count, 0);
  await pool.submit(jobs.square(1));
  const flag = new Flag();
  const holding = pool.submit(jobs.hold(flag.words));
  const waiting = pool.submit(jobs.square(2));
  await flag.begun();
  await new Promise((resolve) => setTimeout(resolve, 200));
  flag.letGo();
  await Promise.all([holding, waiting]);
  for (let n = 0; n < 10; n++) await pool.submit(jobs.square(n));
  const { queueTime, runTime, transferTime } = pool.stats();
  assertEquals([queueTime.count, runTime.count], [13, 13]);
  assert(runTime.max >= 190, `the long one ran for ${runTime.max} ms`);
  assert(runTime.p50 < 100, `the others ran for ${runTime.p50} ms`);
  assert(queueTime.max >= 150, `the one behind it waited for ${queueTime.max} ms`);
  assert(queueTime.p50 < 100, `the others waited for ${queueTime.p50} ms`);
  assert(transferTime.count >= 10 && transferTime.count <= 12, `${transferTime.count} were timed`);
  assert(transferTime.p50 > 0 && transferTime.p50 < 100, `${transferTime.p50} ms on the way`);
});

Deno.test("parallel: an instrument hears of workers and calls: started, ready, lost, stuck, retired [W1]", async () => {
  const program = new URL("fixtures/events_program.ts", import.meta.url).href;
  const args = ["run", "--no-check", "--no-lock", "--allow-all", program];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  const stuck = nodeThreads.stopsLoops ? [] : ["stuck mill 1 loop"];
  assertEquals([code, ...new TextDecoder().decode(stdout).trim().split("\n")], [
    0,
    "9",
    "true",
    `16 ${stuck.length}`,
    "started mill 1",
    "ready mill 1",
    "square true mill 1",
    "loop false mill 1",
    "lost mill 1 loop",
    ...stuck,
    "started mill 2",
    "ready mill 2",
    "square true mill 2",
    "retired mill 2",
  ]);
});
