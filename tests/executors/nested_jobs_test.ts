/** Jobs that run jobs: on the executor in context, which in a worker is one of the worker's own. */
import { assertEquals } from "@std/assert";
import {
  AdaptiveExecutor,
  type Executor,
  executor,
  GreenPool,
  jobsFrom,
  ParallelPool,
  run,
  SoloExecutor,
  withExecutor,
} from "../../mod.ts";

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);

const makers: { [name: string]: () => Executor } = {
  solo: () => new SoloExecutor(),
  "green of 1": () => new GreenPool({ size: 1 }),
  "one thread": () => new ParallelPool({ size: 1 }),
  "one process": () => new ParallelPool({ size: 1, isolation: "process" }),
  adaptive: () => new AdaptiveExecutor(),
};

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: a job runs jobs, also when it holds the only slot [P5] [E1]`, async () => {
    await using own = make();
    const work = function* () {
      return yield* jobs.nested(3);
    };
    assertEquals(await run(() => withExecutor(own, work)), 10);
    const tasks = [1, 2, 3].map((n) => own.submit(jobs.nested(n)));
    assertEquals(await Promise.all(tasks), [2, 5, 10]);
  });
}

Deno.test("executor() gives the innermost of withExecutor, and one of the program without it", async () => {
  await using outer = new SoloExecutor();
  await using inner = new GreenPool();
  const seen = await run(() =>
    withExecutor(outer, function* () {
      const first = yield* executor();
      const second = yield* withExecutor(inner, () => executor());
      return [first === outer, second === inner, (yield* executor()) === outer];
    })
  );
  assertEquals(seen, [true, true, true]);
  const shared = await run(() => executor());
  assertEquals(shared, await run(() => executor()));
});

Deno.test("parallel: a job that runs further jobs has them run beside it, in its own worker", async () => {
  const looking = jobsFrom<typeof import("./parallel/fixtures/context_jobs.ts")>(
    import.meta.resolve("./parallel/fixtures/context_jobs.ts"),
  );
  await using pool = new ParallelPool({ size: 1 });
  assertEquals(await pool.submit(looking.whereJobsRun()), "GreenPool worker");
});
