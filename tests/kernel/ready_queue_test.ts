import { assertEquals } from "@std/assert";
import { type Operation, run, sleep, spawn, yieldNow } from "../../mod.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";
import { expectOrder } from "../../testing.ts";

/** Runs `work` where no host turn comes between two steps, however slow the machine is. */
function runAlone(work: () => Operation<void>) {
  return run(work, { scheduler: new Scheduler({ budget: Infinity }) });
}

Deno.test("children run in the order of their spawning, before the parent that gave way [F1]", async () => {
  const order = expectOrder();
  await runAlone(function* () {
    yield* spawn(() => order(2));
    yield* spawn(() => order(3));
    yield* spawn(() => order(4));
    order(1);
    yield* yieldNow();
    order(5);
  });
  order.end(5);
});

Deno.test("a child that is spawned while nothing else is ready runs before what becomes ready later [F1]", async () => {
  const order = expectOrder();
  await runAlone(function* () {
    const sleeper = yield* spawn(() => sleep(60_000));
    yield* yieldNow();
    yield* spawn(() => order(2));
    run(() => order(3));
    order(1);
    yield* yieldNow();
    order(4);
    yield* sleeper.cancel();
  });
  order.end(4);
});

Deno.test("a child that is cancelled before its first step takes nobody's turn [S6] [F1]", async () => {
  const ran: string[] = [];
  await runAlone(function* () {
    const sleeper = yield* spawn(() => sleep(60_000));
    yield* yieldNow();
    for (const name of ["a", "b"]) {
      const child = yield* spawn(() => ran.push(`${name} never`));
      const cancelled = child.cancel();
      yield* spawn(() => ran.push(name));
      yield* cancelled;
      assertEquals(child.status, "cancelled");
    }
    yield* yieldNow();
    assertEquals(sleeper.status, "running");
    yield* sleeper.cancel();
  });
  assertEquals(ran, ["a", "b"]);
});

Deno.test("a child that is cancelled before its first step wakes no sibling in its place [S6]", async () => {
  await runAlone(function* () {
    const sleeper = yield* spawn(() => sleep(60_000));
    yield* yieldNow();
    const child = yield* spawn(() => sleep(1));
    const cancelled = child.cancel();
    yield* yieldNow();
    yield* cancelled;
    assertEquals(sleeper.waitsFor, "sleep(60000)");
    yield* sleeper.cancel();
  });
});
