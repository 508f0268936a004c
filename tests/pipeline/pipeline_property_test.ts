import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PipelineError, spawn } from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";
import { cancelAtEveryStep } from "../kernel/_sweep.ts";
import { built, Census, expected, fusedPipelines, pipelines } from "./_generated.ts";

const seeds = fc.option(fc.integer(), { nil: undefined });

Deno.test("a pipeline results in what arrays do, whatever its parts, capacities and schedule [G1][G4][S8]", async () => {
  await fc.assert(
    fc.asyncProperty(pipelines, seeds, async (spec, seed) => {
      const census = new Census();
      const { value } = await simulate(() => built(spec, census), { seed });
      assertEquals(value, expected(spec));
      assertEquals(census.finalised, census.begun);
      // Everyone is closed after those before it, unless it left before they did.
      if (spec.stages.every(({ does }) => does !== "take")) {
        assertEquals(census.order, census.order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 400 },
  );
});

Deno.test("helpers that share a task result in what arrays do, wherever one of them stops [G1]", async () => {
  await fc.assert(
    fc.asyncProperty(fusedPipelines, async (spec) => {
      const { value } = await simulate(() => built(spec, new Census()));
      assertEquals(value, expected(spec));
    }),
    { numRuns: 600 },
  );
});

Deno.test("a failure anywhere is the pipeline's, with its stage, and every finaliser runs once [G3][G4][S8]", async () => {
  const where = fc.record({
    place: fc.integer({ min: 0, max: 6 }),
    count: fc.integer({ min: 0, max: 9 }),
  });
  let failed = 0;
  await fc.assert(
    fc.asyncProperty(pipelines, where, seeds, async (spec, at, seed) => {
      const census = new Census();
      const boom = new Error("boom");
      let thrown = false;
      const work = () =>
        built(spec, census, (place, count) => {
          if (place !== at.place || count !== at.count) return;
          thrown = true;
          throw boom;
        });
      const { value } = await simulate(function* () {
        let result: unknown;
        const error = yield* caught({
          *[Symbol.iterator]() {
            result = yield* work();
          },
        });
        return { error, result };
      }, { seed });
      const leavesEarly = spec.stages.some(({ does }) => does === "take");
      if (!thrown) {
        assertEquals([value.error, value.result], [undefined, expected(spec)]);
      } else if (value.error !== undefined || !leavesEarly) {
        // A stage that has thrown, sends in its `finally`, and is closed just then, ends by being closed: in JavaScript
        // what is thrown into a `finally` replaces what was on its way.
        failed++;
        let cause = value.error;
        assert(cause instanceof PipelineError, `${cause}`);
        while (cause instanceof PipelineError) cause = cause.cause;
        assertEquals(cause, boom);
      }
      assertEquals(census.finalised, census.begun);
    }),
    { numRuns: 400 },
  );
  assert(failed > 50, `only ${failed} have failed`);
});

Deno.test("cancelled before any of its steps, a pipeline leaves nothing open [S1][S2][S8][G4]", async () => {
  await fc.assert(
    fc.asyncProperty(pipelines, seeds, async (spec, seed) => {
      const short = {
        ...spec,
        elements: spec.elements.slice(0, 6),
        stages: spec.stages.slice(0, 4),
      };
      await cancelAtEveryStep(() => {
        const census = new Census();
        return {
          *work() {
            const task = yield* spawn(() => built(short, census));
            return yield* task;
          },
          check: () => assertEquals(census.finalised, census.begun, "a finaliser was missed"),
        };
      }, seed);
    }),
    { numRuns: 25 },
  );
});
