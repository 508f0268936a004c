/** Programs of both libraries in a simulation. */
import { assert, assertEquals } from "@std/assert";
import * as fx from "effection";
import "../../effection.ts";
import { type Effect, scope, sleep } from "../../mod.ts";
import { explore, replay, simulate } from "../../testing.ts";

/** Loses an update, whatever the order. */
function* updates(): Generator<Effect<unknown>, void, unknown> {
  let n = 0;
  const increment = function* (): Generator<Effect<unknown>, void, unknown> {
    const before = n;
    yield* scope(() => sleep(1));
    n = before + 1;
  };
  const [one, other] = [yield* fx.spawn(increment), yield* fx.spawn(increment)];
  yield* one;
  yield* other;
  if (n !== 2) throw new Error("lost");
}

Deno.test("a story tells what happened in the step in which it happened [D1]", async () => {
  const { failure } = await explore(updates, { runs: 2 });
  const steps = failure!.story.split("\n").filter((line) => /^ +\d/.test(line));
  const starts = steps.filter((line) => line.includes("task 1 'updates'"));
  assert(/updates' spawns 2 'effection', waits for [^(]*$/.test(starts[0]), failure!.story);
  assert(starts.at(-1)!.includes("ends: 'updates' failed"), failure!.story);
  assertEquals(starts.at(-1), steps.at(-1));
});

Deno.test("a failure of a mixed program is made again by its replay string [D2]", async () => {
  const { failure } = await explore(updates, { runs: 2 });
  const error = await replay(updates, failure!.replay).then(() => null, (error) => error);
  assertEquals((error as Error | null)?.message, "lost");
});

Deno.test("the same seed takes the same steps through both libraries [D1]", async () => {
  const program = () =>
    fx.scoped(function* () {
      const tasks: fx.Task<number>[] = [];
      for (let i = 0; i < 4; i++) {
        tasks.push(
          yield* fx.spawn(function* () {
            yield* sleep(i % 2);
            return yield* scope(() => i);
          }),
        );
      }
      return yield* fx.all(tasks);
    });
  const runs = [];
  for (const seed of [1, 1, 2]) runs.push(await simulate(program, { seed }));
  assertEquals(runs[0].value, [0, 1, 2, 3]);
  assertEquals(runs[0].trace, runs[1].trace);
});
