/** Who starts first in an executor of this thread that is full. */
import { assert, assertEquals } from "@std/assert";
import { AdaptiveExecutor, type Executor, GreenPool, SoloExecutor } from "../../mod.ts";

const makers: { [name: string]: () => Executor } = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool({ size: 1 }),
  adaptive: () => new AdaptiveExecutor({ green: new GreenPool({ size: 1 }) }),
};

/**
 * Runs tasks of certain priorities one at a time; tells in which order they began. Not in which they were seen to end: who
 * awaits one that has ended goes on in the order of the awaits.
 */
async function order(
  make: () => Executor,
  priorities: readonly [name: string, priority: number][],
) {
  await using executor = make();
  const began: string[] = [];
  // Takes all slots there are. In this thread it has its slot at once, and runs when this function waits.
  const blocker = executor.submit(() => {});
  await Promise.all([
    blocker,
    ...priorities.map(([name, priority]) =>
      executor.submit(() => void began.push(name), { name, priority })
    ),
  ]);
  return began;
}

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: of those that wait the highest priority starts first, in order of coming within it [P7]`, async () => {
    const began = await order(make, [
      ["low a", -1],
      ["low b", -1],
      ["high a", 5],
      ["middle", 0],
      ["high b", 5],
    ]);
    assertEquals(began, ["high a", "high b", "middle", "low a", "low b"]);
  });

  Deno.test(`${kind}: a low priority has its turn though higher ones are there [P7]`, async () => {
    const high = Array.from({ length: 40 }, (_, n): [string, number] => [`high ${n}`, 5]);
    const began = await order(make, [["low", -1], ...high]);
    const place = began.indexOf("low");
    assert(place > 0 && place < 30, `it had its turn after ${place} others`);
  });
}
