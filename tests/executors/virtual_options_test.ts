/** Options whose effect is a matter of time, on the virtual clock. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AdaptiveExecutor, GreenPool, sleep, SoloExecutor, TimeoutError } from "../../mod.ts";
import { simulate } from "../../testing.ts";

const makers = {
  solo: (options: { rate?: { limit: number; interval: number } } = {}) => new SoloExecutor(options),
  green: (options: { rate?: { limit: number; interval: number } } = {}) =>
    new GreenPool({ size: 3, ...options }),
  adaptive: (options: { rate?: { limit: number; interval: number } } = {}) =>
    new AdaptiveExecutor(options),
};

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: rate limits how often tasks begin, in any interval [P1] [T1]`, async () => {
    const { value, time } = await simulate(function* () {
      const pool = make({ rate: { limit: 2, interval: 100 } });
      const tasks = Array.from({ length: 7 }, (_, n) => pool.submit(() => n));
      const results: number[] = [];
      for (const task of tasks) results.push(yield* task);
      yield* pool.close();
      return results;
    });
    assertEquals([value, time], [[0, 1, 2, 3, 4, 5, 6], 300]);
  });

  Deno.test(`${kind}: a close that does not drain leaves no timer of the rate behind [W2]`, async () => {
    const { time } = await simulate(function* () {
      const pool = make({ rate: { limit: 1, interval: 1000 } });
      const tasks = [pool.submit(() => 1), pool.submit(() => 2)];
      tasks[1].catch(() => {});
      yield* tasks[0];
      yield* pool.close({ drain: false });
      assertEquals(tasks[1].status, "cancelled");
    });
    assertEquals(time, 0);
  });

  Deno.test(`${kind}: delay comes before the queue, and is not in the timeout [T1] [E3]`, async () => {
    const { time } = await simulate(function* () {
      yield* make().submit(() => sleep(50), { delay: 1000, timeout: 100 });
    });
    assertEquals(time, 1050);
    const late = () =>
      simulate(function* () {
        yield* make().submit(() => sleep(500), { delay: 10, timeout: 100 });
      });
    await assertRejects(late, TimeoutError, "100");
  });
}

Deno.test("rate is checked when the executor is made", () => {
  assertThrows(() => new GreenPool({ rate: { limit: 0, interval: 1 } }), RangeError, "'limit'");
  assertThrows(() => new GreenPool({ rate: 5 as never }), TypeError, "{ limit, interval }");
  assertThrows(() => new AdaptiveExecutor({ rate: 5 as never }), TypeError, "{ limit, interval }");
  const given = { green: new GreenPool(), rate: { limit: 1, interval: 1 } };
  assertThrows(() => new AdaptiveExecutor(given), TypeError, "give it to the pools");
});
