import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { jobsFrom, run, WorkerLostError } from "../../../mod.ts";
import { defaultScheduler } from "../../../src/kernel/scheduler.ts";
import { Dispatch } from "../../../src/executors/parallel/dispatch.ts";
import { nodeThreads } from "../../../src/executors/parallel/platforms/node_threads.ts";
import { CallJob } from "../../../src/executors/parallel/remote_call.ts";
import { fixture } from "./owner.ts";

const jobs = jobsFrom<typeof import("./fixtures/pool_jobs.ts")>(fixture("pool_jobs"));

Deno.test("workers that die as they start are started at a limited rate, and then those who wait are told why [W1] [E4]", async () => {
  let started = 0;
  const scheduler = defaultScheduler();
  const before = scheduler.instrument;
  scheduler.instrument = { workerStarted: () => void started++ };
  const dispatch = new Dispatch({
    ...{ pool: "broken", size: 2, minSize: 2, idleTimeout: 1000 },
    ...{ maxHeld: Infinity, maxTasksPerWorker: Infinity, queueTimeout: Infinity },
    measured: () => {},
    link: { adapter: nodeThreads, entry: new URL(fixture("broken_entry")), name: "broken worker" },
  });
  try {
    const ready = new Promise<Error>((resolve, reject) =>
      dispatch.force.awaitReady(() => reject(new Error("ready")), resolve)
    );
    // All are looked after from the start: they fail together, or as their workers do.
    const errors = await Promise.all(Array.from(
      { length: 10 },
      (_, n) => run(() => new CallJob(jobs.square(n), {}, dispatch)).catch((error) => error),
    ));
    for (const error of errors) {
      assertInstanceOf(error, WorkerLostError);
      assert(error.message.includes("Job 'square' could not run"), error.message);
      assert(error.message.includes("no entry"), error.message);
    }
    assert((await ready).message.includes("no entry"));
    assertEquals(dispatch.unfinished, 0);
    // Three for each worker of the pool, and one that may have been started just before.
    assert(started <= 8, `${started} were started`);
    const later = started;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals(started, later, "nobody waits, and workers are started all the same");
    const next = await run(() => new CallJob(jobs.square(1), {}, dispatch)).catch((error) => error);
    assertInstanceOf(next, WorkerLostError);
    assert(started > later, "the next call did not try anew");
  } finally {
    scheduler.instrument = before;
    await Promise.all(dispatch.disband());
  }
});

Deno.test("where no process may be started, those who wait are told so, and nothing is thrown elsewhere [W1] [E4]", async () => {
  const program = new URL("fixtures/unstartable_program.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--allow-read", "--allow-env", program],
  }).output();
  const text = new TextDecoder();
  assertEquals([code, text.decode(stderr)], [0, ""]);
  const [first, last] = text.decode(stdout).trim().split("\n");
  assert(first.startsWith("WorkerLostError Job 'square' could not run"), first);
  assert(first.includes("--allow-run"), first);
  assertEquals(last, "closed");
});
