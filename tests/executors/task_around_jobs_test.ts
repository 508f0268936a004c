/** What a job finds around itself, on every executor. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  AdaptiveExecutor,
  type Executor,
  fixed,
  GreenPool,
  jobsFrom,
  ParallelPool,
  run,
  SoloExecutor,
  traceSpawns,
  UncloneableError,
  until,
} from "../../mod.ts";
import { homely, locale, requestId } from "./parallel/fixtures/contexts.ts";
import { fixture } from "./parallel/owner.ts";

const jobs = jobsFrom<typeof import("./parallel/fixtures/context_jobs.ts")>(
  fixture("context_jobs"),
);
const makers: { [kind: string]: () => Executor } = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool({ size: 4 }),
  parallel: () => new ParallelPool({ size: 1 }),
  processes: () => new ParallelPool({ size: 1, isolation: "process" }),
  adaptive: () => new AdaptiveExecutor(),
};

for (const [kind, make] of Object.entries(makers)) {
  const test = (what: string, body: (executor: Executor) => Promise<void>): void =>
    Deno.test(`${kind}: ${what}`, async () => {
      await using executor = make();
      await body(executor);
    });

  test("a job finds the number, name and try of its task [E1]", async (executor) => {
    for (const job of ["info", "infoOfCoroutine", "infoLater"] as const) {
      const task = executor.submit(jobs[job]());
      assertEquals(await task, { id: task.id, name: job, attempt: 1, deadline: undefined });
      const { name } = await executor.submit(jobs[job](), { name: "survey" });
      assertEquals(name, "survey");
    }
    const retry = { attempts: 3, backoff: fixed(1) };
    const { name, attempt } = await executor.submit(jobs.flaky(kind), { retry, name: "again" });
    assertEquals([name, attempt], ["again", 3]);
  });

  test("a job knows when its time is over", async (executor) => {
    for (const job of ["info", "infoOfCoroutine"] as const) {
      const before = Date.now();
      const { deadline = 0 } = await executor.submit(jobs[job](), { timeout: 50_000 });
      // The clocks of two threads may be some milliseconds apart.
      assert(
        deadline >= before + 49_900 && deadline <= Date.now() + 50_100,
        `${deadline - before}`,
      );
      const limits = { timeout: 50_000, deadline: before + 40_000 };
      const earlier = await executor.submit(jobs[job](), limits);
      const difference = Math.abs(Number(earlier.deadline) - before - 40_000);
      assert(difference < 100, `${difference} ms off`);
    }
  });

  test("what a job says of its progress is heard, before its result", async (executor) => {
    for (
      const [job, done] of [["progress", [1, 2]], ["progressOfCoroutine", [1, 2, 3]]] as const
    ) {
      for (const more of [{}, { timeout: 60_000 }, { retry: { attempts: 2 } }]) {
        const heard: unknown[] = [];
        const onProgress = (value: unknown) => void heard.push(value);
        const end = await executor.submit(jobs[job](), { onProgress, ...more });
        heard.push(end);
        assertEquals(heard, [...done.map((done) => ({ done })), "done"]);
      }
    }
    assertThrows(
      () => executor.submit(jobs.progress(), { onProgress: 1 as never }),
      TypeError,
      "'onProgress' must be a function",
    );
  });

  test("contexts that propagate go along, and further into what the job spawns [E1]", async (executor) => {
    const found = await run(function* () {
      yield* requestId.set("r1");
      const first = yield* executor.submit(jobs.contexts());
      yield* locale.set({ language: "de" });
      return [
        first,
        yield* executor.submit(jobs.contexts()),
        yield* executor.submit(jobs.contextsBelow()),
        yield* executor.submit(jobs.contextsOfJob()),
      ];
    });
    assertEquals(found, [
      ["r1", "en", "default"],
      ["r1", "de", "default"],
      ["r1", "fr", "default"],
      ["r1", "de", "default"],
    ]);
    assertEquals(await executor.submit(jobs.contexts()), [undefined, "en", "default"]);
  });
}

Deno.test("parallel: a context that does not propagate stays, one that cannot be cloned fails the job", async () => {
  await using pool = new ParallelPool({ size: 1 });
  await run(function* () {
    yield* homely.set("set");
    const [, , there] = yield* pool.submit(jobs.contexts());
    assertEquals(there, "default");
    yield* locale.set({ language: "x", hook: () => {} } as never);
    const refused = assertRejects(() => pool.submit(jobs.contexts()), UncloneableError, "locale");
    yield* until(refused);
  });
});

Deno.test("parallel: the stack of a failure has the stack of the submission after it, when spawns are traced", async () => {
  await using pool = new ParallelPool({ size: 1 });
  const stop = traceSpawns();
  function submitsHere(): Promise<never> {
    return pool.submit(jobs.fail());
  }
  const error = await assertRejects(submitsHere, RangeError) as Error;
  stop();
  const [own, submitted = ""] = error.stack!.split("(submitted from here)");
  assertStringIncludes(own!, "context_jobs.ts");
  assertStringIncludes(submitted, "submitsHere");
  const untraced = await assertRejects(submitsHere, RangeError) as Error;
  assert(!untraced.stack!.includes("submitted from here"));
});

Deno.test("parallel: inputs of a map have the name of their job, or the one that is given, and the contexts that propagate", async () => {
  await using pool = new ParallelPool({ size: 1 });
  const inputs = Array.from({ length: 300 }, (_, n) => n);
  const names = async (options?: { name: string }) =>
    new Set(await pool.map(inputs, () => jobs.nameOf(), options).collect());
  assertEquals(await names(), new Set(["nameOf"]));
  assertEquals(await names({ name: "survey" }), new Set(["survey"]));
  const found = await run(function* () {
    yield* requestId.set("r1");
    return yield* pool.map(inputs, () => jobs.requestIdLater()).collect();
  });
  assertEquals(new Set(found), new Set(["r1"]));
});
