import { assert, assertEquals } from "@std/assert";
import { Random } from "../../src/testing/random.ts";

Deno.test("Random gives the same numbers for the same seed [D1]", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.below(1000));
  };
  assertEquals(draw(42), draw(42));
  assert(String(draw(42)) !== String(draw(43)));
});

Deno.test("Random spreads its numbers evenly below the limit", () => {
  const random = new Random(1);
  const counts = new Array(5).fill(0);
  for (let i = 0; i < 5000; i++) counts[random.below(5)]++;
  for (const count of counts) assert(count > 850 && count < 1150, `uneven: ${counts}`);
});
