import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Backoff,
  delayAfter,
  exponential,
  fibonacci,
  fixed,
  type Jitter,
} from "../../src/operations/backoff.ts";

const delays = (backoff: Backoff, count: number) =>
  Array.from({ length: count }, (_, i) => backoff.delay(i + 1));

Deno.test("exponential() grows by its factor up to its cap [V8]", () => {
  assertEquals(delays(exponential(), 4), [100, 200, 400, 800]);
  assertEquals(delays(exponential({ initial: 1, factor: 10, max: 500 }), 5), [
    1,
    10,
    100,
    500,
    500,
  ]);
  assertEquals(exponential().delay(5000), 30_000);
  assertEquals(exponential({ initial: 0 }).delay(5000), 0);
});

Deno.test("fibonacci() grows as the Fibonacci numbers do, up to its cap [V8]", () => {
  assertEquals(delays(fibonacci({ initial: 10 }), 8), [10, 10, 20, 30, 50, 80, 130, 210]);
  assertEquals(fibonacci({ initial: 1, max: 1e9 }).delay(40), 102_334_155);
  assertEquals(fibonacci().delay(5000), 30_000);
});

Deno.test("fixed() does not grow [V8]", () => {
  assertEquals(delays(fixed(7), 3), [7, 7, 7]);
});

Deno.test("jitter keeps delays within their bounds, and uses them [V8]", () => {
  const kinds: Jitter[] = ["none", "full", "equal", "decorrelated"];
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.record({
        initial: fc.nat(1000),
        factor: fc.double({ min: 1, max: 5, noNaN: true }),
        max: fc.nat(20_000),
      }),
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
        minLength: 1,
        maxLength: 20,
      }),
      (jitter, options, chances) => {
        const backoff = exponential({ ...options, jitter });
        let previous: number | undefined = undefined;
        for (const [i, chance] of chances.entries()) {
          const plain = backoff.delay(i + 1);
          const delay: number = delayAfter(backoff, {
            failures: i + 1,
            previous,
            random: () => chance,
          });
          const first = backoff.delay(1);
          const [low, high] = {
            none: [plain, plain],
            full: [0, plain],
            equal: [plain / 2, plain],
            decorrelated: [
              first,
              Math.min(options.max, Math.max(first, 3 * (previous ?? first))),
            ],
          }[jitter];
          assert(low <= delay && delay <= high, `${low} <= ${delay} <= ${high}`);
          previous = delay;
        }
      },
    ),
  );
  const spread = (jitter: Jitter) =>
    [0, 0.5, 0.999].map((chance) =>
      Math.round(
        delayAfter(exponential(), { failures: 2, previous: 100, random: () => chance, jitter }),
      )
    );
  assertEquals(spread("full"), [0, 100, 200]);
  assertEquals(spread("equal"), [100, 150, 200]);
  assertEquals(spread("decorrelated"), [100, 200, 300]);
  assertEquals(spread("none"), [200, 200, 200]);
});

Deno.test("a backoff says which option is wrong", () => {
  assertThrows(() => exponential({ initial: -1 }), RangeError, "'initial' must be a number");
  assertThrows(() => exponential({ max: NaN }), RangeError, "'max' must be a number");
  assertThrows(() => exponential({ factor: 0.5 }), RangeError, "'factor' must be a number");
  assertThrows(() => exponential({ factor: "2" as never }), TypeError, "'factor'");
  assertThrows(() => fibonacci({ jitter: "some" as never }), TypeError, "'jitter' must be");
  assertThrows(() => fixed("1" as never), TypeError, "'ms' must be a number");
});
