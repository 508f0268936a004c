import { assert, assertEquals, assertRejects } from "@std/assert";
import { explore, replay } from "../../testing.ts";
import { knownBugs } from "./_known_bugs.ts";
import { written } from "./_write_stories.ts";

/** The stories of all bugs; `deno run -A tests/testing/_write_stories.ts` writes them anew. */
const golden = await Deno.readTextFile(new URL("./known_bugs_stories.txt", import.meta.url));

for (const [name, { buggy, right }] of Object.entries(knownBugs)) {
  for (const strategy of ["random", "pct", "exhaustive"] as const) {
    Deno.test(`explore() finds ${name} within 1000 runs and 5 seconds: ${strategy} [D1]`, async () => {
      const { ok, failure } = await explore(buggy, {
        strategy,
        runs: 1000,
        timeBudget: 5000,
      });
      assert(!ok, "it was not found");
      const error = await assertRejects(() => replay(buggy, failure!.replay));
      assertEquals((error as Error).name, (failure!.error as Error).name);
    });
  }

  Deno.test(`explore() shrinks and tells ${name} as written down [D2]`, async () => {
    const { failure } = await explore(buggy, { strategy: "pct" });
    const told = golden.split(/\n(?=== )/).find((part) => part.startsWith(`== ${name}\n`));
    assertEquals(written(name, failure!.story), told);
  });

  Deno.test(`explore() finds nothing wrong with what is right beside ${name}`, async () => {
    for (const strategy of ["random", "pct"] as const) {
      const { failure } = await explore(right, { strategy, runs: 5000 });
      assertEquals(failure?.story, undefined);
    }
  });
}
