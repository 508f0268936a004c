/** Who starts first in an executor of this thread that is full. */
import { assert, assertEquals } from "@std/assert";
import { AdaptiveExecutor, type Executor, GreenPool, jobsFrom, SoloExecutor } from "../../mod.ts";

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);

const makers: { [name: string]: () => Executor } = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool({ size: 1 }),
  adaptive: () => new AdaptiveExecutor({ green: new GreenPool({ size: 1 }) }),
};

/** Runs jobs of certain priorities one at a time; tells in which order they ended. */
async function order(
  make: () => Executor,
  priorities: readonly [name: string, priority: number][],
) {
  await using executor = make();
  const ended: string[] = [];
  // The first job of a module waits for its import.
  await executor.submit(jobs.square(1));
  // Takes all slots there are. In this thread it has its slot at once, and runs when this function waits.
  const blocker = executor.submit(jobs.spin(30), { kind: "io" });
  await Promise.all([
    blocker,
    ...priorities.map(async ([name, priority]) => {
      await executor.submit(jobs.spin(1), { name, priority, kind: "io" });
      ended.push(name);
    }),
  ]);
  return ended;
}

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: of those that wait the highest priority starts first, in order of coming within it [P7]`, async () => {
    const ended = await order(make, [
      ["low a", -1],
      ["low b", -1],
      ["high a", 5],
      ["middle", 0],
      ["high b", 5],
    ]);
    assertEquals(ended, ["high a", "high b", "middle", "low a", "low b"]);
  });

  Deno.test(`${kind}: a low priority has its turn though higher ones are there [P7]`, async () => {
    const high = Array.from({ length: 40 }, (_, n): [string, number] => [`high ${n}`, 5]);
    const ended = await order(make, [["low", -1], ...high]);
    const place = ended.indexOf("low");
    assert(place > 0 && place < 30, `it had its turn after ${place} others`);
  });
}
