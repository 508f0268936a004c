import { assert, assertEquals } from "@std/assert";
import { type Effect, Latch, run, Scheduler, spawn, until } from "../../mod.ts";
import { hostTurn, withRests } from "../../src/kernel/host_turn.ts";

type Coroutine = Generator<Effect<unknown>, void, unknown>;

Deno.test("time in which nothing was ready does not count, when ordinary code begins a task or settles a promise [F2]", async () => {
  const open = new Latch(true);
  const order: string[] = [];
  function* takes(name: string): Coroutine {
    for (let n = 0; n < 40; n++) yield* open.wait();
    order.push(name);
  }
  for (const idle of [5, 9, 60_000]) {
    let now = 1_000_000;
    const scheduler = new Scheduler({ wallClock: () => now });
    // Looks become few while steps are short.
    await run(() => takes("short steps"), { scheduler });
    for (let time = 0; time < 5; time++) {
      now += idle;
      order.length = 0;
      run(() => takes("first"), { scheduler });
      run(() => takes("second"), { scheduler });
      for (let turn = 0; turn < 3; turn++) await Promise.resolve();
      assertEquals(order, ["first", "second"], `without a turn of the host, after ${idle} ms`);
    }
    order.length = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = run(function* () {
      yield* until(promise);
      yield* spawn(() => takes("second"));
      yield* takes("first");
    }, { scheduler });
    await Promise.resolve();
    now += idle;
    resolve();
    await waiting;
    assertEquals(order, ["first", "second"], `after ${idle} ms of waiting for a promise`);
  }
});

Deno.test("a task whose results take long gives way, though the loop was idle before [F2]", async () => {
  let now = 1_000_000;
  const scheduler = new Scheduler({ wallClock: () => now });
  const open = new Latch(true);
  let taken = 0;
  const slow = run(function* () {
    yield* until(Promise.resolve());
    for (; taken < 200; taken++) {
      now += 5;
      yield* open.wait();
    }
  }, { scheduler });
  const atTurns: number[] = [];
  while (slow.status !== "completed") {
    await new Promise<void>(hostTurn);
    atTurns.push(taken);
  }
  const most = Math.max(...atTurns.map((at, turn) => at - (atTurns[turn - 1] ?? 0)));
  assert(most <= 6, `${most} results of 5 ms in a turn of the host`);
});

Deno.test("turns that follow each other at once rest now and then, so that signals are heard [F2]", () => {
  let time = 0;
  const kinds: string[] = [];
  const turn = withRests(() => kinds.push("immediate"), () => kinds.push("rest"), () => time);
  for (let i = 0; i < 9; i++) {
    time += 100;
    turn(() => {});
  }
  assertEquals(kinds.map((kind) => kind[0]).join(""), "iiriiriir");
});
