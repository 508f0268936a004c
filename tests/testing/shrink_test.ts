import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { all, Channel, type Effect, Mutex, yieldNow } from "../../mod.ts";
import { explore, programs, replay } from "../../testing.ts";
import { ExhaustiveSearch } from "../../src/testing/exhaustive_search.ts";
import { runOnce } from "../../src/testing/run_once.ts";
import { signatureOf } from "../../src/testing/shrink.ts";
import { setupOf } from "../../src/testing/simulate.ts";
import { knownBugs } from "./_known_bugs.ts";

type Program = () => Generator<Effect<unknown>, unknown, unknown>;

/** The fewest switches in any run that fails so; `null` when there are too many runs. */
async function fewestSwitches(program: Program, failure: string, most: number) {
  const search = new ExhaustiveSearch("deviations", Infinity, 1);
  let fewest = Infinity;
  for (let runs = 0; runs < most; runs++) {
    const result = await runOnce(program, { ...setupOf({}, "explore"), ...search.begin() });
    if (!result.outcome.ok && signatureOf(result.outcome.error) === failure) {
      const { trace } = result;
      const others = trace.filter(({ task }, at) => at > 0 && task !== trace[at - 1].task);
      fewest = Math.min(fewest, others.length);
    }
    if (search.next(result) === "complete") return fewest;
  }
  return null;
}

function switchesIn(story: string): number {
  return Number(/(\d+) switch/.exec(story)![1]);
}

Deno.test("shrinking comes to the fewest switches with which a known bug shows", async () => {
  let compared = 0;
  for (const [name, { buggy }] of Object.entries(knownBugs)) {
    for (const strategy of ["random", "pct"] as const) {
      const { failure } = await explore(buggy, { strategy });
      const fewest = await fewestSwitches(buggy, signatureOf(failure!.error), 20_000);
      if (fewest === null) continue;
      compared++;
      assertEquals(switchesIn(failure!.story), fewest, name);
    }
  }
  assert(compared >= 24, `${compared} compared`);
});

class Objects {
  readonly channel = new Channel<number>({ capacity: 1 });
  readonly a = new Mutex();
  readonly b = new Mutex();
  count = 0;
}

const generated = programs<Objects>({
  put: { run: ({ channel }) => channel.send(1) },
  take: { run: ({ channel }) => channel.receive() },
  nested: {
    args: fc.boolean(),
    run: ({ a, b }, turned) => {
      const [first, second] = turned ? [b, a] : [a, b];
      return first.withLock(function* () {
        yield* yieldNow();
        yield* second.withLock(() => {});
      });
    },
  },
  count: {
    *run(objects) {
      const { count } = objects;
      yield* yieldNow();
      objects.count = count + 1;
      if (objects.count !== count + 1) throw new Error("impossible");
    },
  },
  even: {
    run: ({ count }) => {
      if (count === 2) throw new Error("two");
    },
  },
}, { maxActions: 3, between: false });

Deno.test("shrinking comes to the fewest switches of generated programs", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(generated, fc.nat(), async (program, seed) => {
      const work = () => program.run(new Objects());
      const { failure } = await explore(work, { runs: 20, seed });
      if (failure === undefined) return;
      const fewest = await fewestSwitches(work, signatureOf(failure.error), 1500);
      if (fewest === null) return;
      compared++;
      assertEquals(switchesIn(failure.story), fewest);
    }),
    { numRuns: 150, seed: 5 },
  );
  assert(compared > 30, `${compared} compared`);
});

Deno.test("what was shrunk is replayed as it is told", async () => {
  const program = () => all([yieldNow, () => Promise.reject(new Error("at once"))]);
  const { failure } = await explore(program, { runs: 1 });
  const error = await replay(program, failure!.replay).catch((error) => error);
  assertEquals(error.message, "at once");
});
