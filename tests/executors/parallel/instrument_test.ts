import { assert, assertEquals } from "@std/assert";
import { type CallEvent, jobsFrom, ParallelPool, type WorkerEvent } from "../../../mod.ts";
import { defaultScheduler } from "../../../src/kernel/scheduler.ts";

const jobs = jobsFrom<{
  hold(ms: number): number;
  wait(ms: number): Promise<number>;
  fail(): never;
  leave(): never;
}>(`data:text/javascript,${
  encodeURIComponent(`
    export function hold(ms) { const end = performance.now() + ms; while (performance.now() < end); return ms; }
    export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms));
    export function fail() { throw new RangeError("no"); }
    export function leave() { globalThis.process.exit(3); }
  `)
}`);

Deno.test("an instrument hears of each call on a worker, and of the workers", async () => {
  const calls: CallEvent[] = [];
  const workers: [what: string, event: WorkerEvent][] = [];
  const scheduler = defaultScheduler();
  scheduler.instrument = {
    callEnded: (call) => calls.push(call),
    workerReady: (event) => workers.push(["ready", event]),
    workerLost: (event) => workers.push(["lost", event]),
  };
  try {
    await using pool = new ParallelPool({ size: 1, name: "looms" });
    const tasks = [jobs.hold(20), jobs.wait(20), jobs.fail(), jobs.leave()].map((job) =>
      pool.submit<unknown>(job)
    );
    await Promise.allSettled(tasks);
    assertEquals(await pool.submit(jobs.hold(1)), 1);
    const ids = tasks.map(({ id }) => id);
    const of = (index: number): CallEvent => calls.find(({ taskId }) => taskId === ids[index])!;
    assertEquals(calls.length, 5);
    assertEquals(ids.map((_, index) => of(index).job), ["hold", "wait", "fail", "leave"]);
    assertEquals(of(0).isOk, true);
    assertEquals(of(0).runMs, of(0).heldMs);
    assert(of(0).heldMs >= 20);
    // It waited rather than held the thread; or was under way still when its worker was lost.
    assert(of(1).heldMs < 20);
    assertEquals(of(2).isOk, false);
    assertEquals([of(3).isOk, of(3).runMs], [false, undefined]);
    assertEquals(workers.map(([what, { pool, worker }]) => [what, pool, worker]), [
      ["ready", "looms", 1],
      ["lost", "looms", 1],
      ["ready", "looms", 2],
    ]);
    assert(workers[1]![1].error instanceof Error);
    assertEquals(calls.map(({ worker }) => worker), [1, 1, 1, 1, 2]);
  } finally {
    scheduler.instrument = null;
  }
});
