import { assertEquals } from "@std/assert";
import { all, sleep, spawn } from "../../mod.ts";
import { simulate } from "../../testing.ts";

Deno.test("one sleep may be run again, by itself, by others meanwhile, and after it was cancelled [T1]", async () => {
  const { time } = await simulate(function* () {
    const nap = sleep(5);
    for (let n = 0; n < 3; n++) assertEquals(yield* nap, undefined);
    yield* all([() => nap, nap, nap]);
    const cancelled = yield* spawn(() => nap);
    yield* sleep(1);
    yield* cancelled.cancel();
    yield* nap;
  });
  assertEquals(time, 3 * 5 + 5 + 1 + 5);
});
