import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { all, DeadlockError, Mutex, sleep, spawn, yieldNow } from "../../mod.ts";
import { explore, replay, simulate } from "../../testing.ts";

/** Each takes two forks that nobody holds: no turn ends between, unless the scheduler makes one end. */
function* philosophers(inOrder: boolean) {
  const forks = [new Mutex(), new Mutex(), new Mutex()];
  function* dine(place: number) {
    const places = [place, (place + 1) % 3];
    if (inOrder) places.sort();
    const [first, second] = places.map((at) => forks[at]);
    yield* first.withLock(() => second.withLock(() => {}));
  }
  yield* all([0, 1, 2].map((place) => () => dine(place)));
}

Deno.test("interruptions: tasks give way where they need not wait, and what needs that is found", async () => {
  const without = await explore(() => philosophers(false), { strategy: "exhaustive" });
  assertEquals([without.ok, without.complete], [true, true]);
  for (const strategy of ["random", "pct", "exhaustive"] as const) {
    const { ok, failure } = await explore(() => philosophers(false), {
      strategy,
      interruptions: true,
    });
    assert(!ok, strategy);
    assert(failure!.error instanceof DeadlockError);
    assertMatch(failure!.replay, /:i$/);
    await assertRejects(() => replay(() => philosophers(false), failure!.replay), DeadlockError);
  }
  const right = await explore(() => philosophers(true), { interruptions: true, runs: 3000 });
  assertEquals(right.failure?.story, undefined);
});

Deno.test("interruptions come by the seed, and only when asked for [D1]", async () => {
  const program = function* () {
    const order: string[] = [];
    const child = yield* spawn(() => void order.push("child"));
    order.push("parent");
    yield* child;
    return order.join();
  };
  const orders = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const { value } = await simulate(program, { seed, interruptions: true });
    assertEquals((await simulate(program, { seed, interruptions: true })).value, value);
    orders.add(value);
    assertEquals((await simulate(program, { seed })).value, "parent,child");
  }
  assertEquals(orders, new Set(["child,parent", "parent,child"]));
  await assertRejects(
    () => simulate(program, { interruptions: 1 as never }),
    TypeError,
    "'interruptions'",
  );
  await assertRejects(
    () => explore(program, { strategy: "exhaustive", reduction: true, interruptions: true }),
    TypeError,
    "do not go together",
  );
});

Deno.test("a story tells what a task waited for, though it was the next to run again", async () => {
  const { failure } = await explore(function* lonely() {
    yield* sleep(5);
    yield* yieldNow();
    throw new Error("late");
  }, { runs: 1 });
  assertEquals(
    failure!.story,
    `3 steps, 0 switches between tasks:
        1  at 0 ms  task 1 'lonely' waits for sleep(5)
      2-3  at 5 ms  task 1 'lonely' takes 2 steps, ends: 'lonely' failed
Then it failed: Error: late`,
  );
});
