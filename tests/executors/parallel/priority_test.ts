/** Whose turn it is, of what workers hold and have not begun. */
import { assert, assertEquals } from "@std/assert";
import { jobsFrom, ParallelPool } from "../../../mod.ts";
import { Flag } from "./owner.ts";

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);

/** Submits while the only worker is held; tells in which order the calls ended. */
async function order(priorities: readonly number[]): Promise<number[]> {
  await using pool = new ParallelPool({ size: 1 });
  // So cheap that the worker may hold them all.
  for (let n = 0; n < 50; n++) await pool.submit(jobs.increment(n));
  const flag = new Flag();
  const held = pool.submit(jobs.hold(flag.words));
  await flag.begun();
  const ended: number[] = [];
  const tasks = priorities.map((priority) =>
    pool.submit(jobs.increment(priority), { priority }).then(() => ended.push(priority))
  );
  // They have been sent when this turn ends, and the highest has come after that.
  await new Promise((resolve) => setTimeout(resolve, 0));
  tasks.push(pool.submit(jobs.increment(9), { priority: 9 }).then(() => ended.push(9)));
  await new Promise((resolve) => setTimeout(resolve, 0));
  flag.letGo();
  await Promise.all([held, ...tasks]);
  return ended;
}

Deno.test("a higher priority overtakes what a worker holds and has not begun [P7]", async () => {
  assertEquals(await order([0, 0, 0]), [9, 0, 0, 0]);
  assertEquals(await order([0, -1, 5, 0]), [9, 5, 0, -1, 0].sort((a, b) => b - a));
});

Deno.test("who is overtaken has its turn all the same [P7]", async () => {
  const ended = await order([0, ...Array(40).fill(5)]);
  assertEquals(ended[0], 9);
  assert(ended.indexOf(0) < 30, `it had its turn after ${ended.indexOf(0)} others`);
});
