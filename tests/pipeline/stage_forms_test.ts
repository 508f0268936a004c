import { assert, assertEquals } from "@std/assert";
import { compose, count, type Input, map, type Output, pipeline, run } from "../../mod.ts";

Deno.test("a stage is one however its parameters are written [G1]", async () => {
  function* doubled(input: Input<number>, output: Output<number>) {
    for (;;) yield* output.send(2 * (yield* input.receive()));
  }
  async function* later(input: AsyncIterable<number>) {
    for await (const n of input) yield 2 * n;
  }
  const wrapped = (...args: Parameters<typeof doubled>) => doubled(...args);
  const arrow = (input: AsyncIterable<number>) => later(input);
  const inc = map((n: number) => n + 1);
  for (const stage of [doubled, wrapped, later, arrow] as (typeof doubled)[]) {
    assertEquals(await run(() => pipeline([1, 2], stage)), [2, 4]);
    assertEquals(await run(() => pipeline([], stage)), []);
    assertEquals(await run(() => pipeline([1, 2], compose(stage), inc)), [3, 5]);
    assertEquals(await run(() => pipeline([1, 2], compose(inc, stage))), [4, 6]);
  }
  const total = (...args: [Input<number>]) => count()(...args);
  assertEquals(await run(() => pipeline([1, 2], compose(inc, total))), 2);
  assertEquals(await run(() => pipeline([1, 2], total)), 2);
});

Deno.test("a stage that will not be returned from is left behind at the end of its input [G4]", async () => {
  let asked = 0;
  function* stubborn(input: Input<number>, output: Output<number>) {
    for (;;) {
      try {
        asked++;
        yield* output.send(yield* input.receive());
      } finally {
        // deno-lint-ignore no-unsafe-finally -- that is what is tested
        continue;
      }
    }
  }
  assertEquals(await run(() => pipeline([1, 2], stubborn)), [1, 2]);
  assert(asked < 1000, `asked ${asked} times`);
});
