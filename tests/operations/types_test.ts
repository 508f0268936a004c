/**
 * What the operations are typed as, in coroutines and where they are awaited. `deno check` is the test of most of it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  all,
  allSettled,
  any,
  Channel,
  createContext,
  Latch,
  Mutex,
  race,
  retry,
  run,
  scope,
  select,
  Semaphore,
  shield,
  sleep,
  spawn,
  timeout,
  until,
  yieldNow,
} from "../../mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

function is<T extends true>(): T | void {}

function* seven() {
  yield* yieldNow();
  return 7;
}

Deno.test("what is awaited has the type of the result, for operations, tuples and records", async () => {
  const channel = new Channel<number>({ capacity: 4 });
  const sent = await channel.send(1);
  is<Same<typeof sent, void>>();
  const received = await channel.receive();
  is<Same<typeof received, number>>();
  const slept = await sleep(0);
  is<Same<typeof slept, void>>();
  const tuple = await all([sleep(0), () => "x", () => Promise.resolve(3), seven(), seven]);
  is<Same<typeof tuple, [void, string, number, number, number]>>();
  const record = await all({ a: seven(), b: () => [1] });
  is<Same<typeof record, { a: number; b: number[] }>>();
  const settled = await allSettled([seven()]);
  is<Same<typeof settled, [PromiseSettledResult<number>]>>();
  const first = await race({ a: seven, b: () => "b" });
  is<Same<typeof first, number | string>>();
  const success = await any([seven, () => true]);
  is<Same<typeof success, number | boolean>>();
  assertEquals([received, tuple, record], [1, [undefined, "x", 3, 7, 7], { a: 7, b: [1] }]);
  const permit = await new Semaphore(1).acquire();
  is<Same<typeof permit.release, () => void>>();
  await new Latch(true).wait();
  const context = createContext<string>("name", "nobody");
  const name = await context.expect();
  is<Same<typeof name, string>>();
});

Deno.test("work that returns something iterable has that as its typed result", async () => {
  const limited = await timeout(1000, () => "text");
  is<Same<typeof limited, string>>();
  const shielded = await shield(() => [1, 2]);
  is<Same<typeof shielded, number[]>>();
  const locked = await new Mutex().withLock(() => "locked");
  is<Same<typeof locked, string>>();
  const permitted = await new Semaphore(1).withPermit(() => new Map<string, number>());
  is<Same<typeof permitted, Map<string, number>>>();
  const tried = await retry({ attempts: 1 }, () => [1]);
  is<Same<typeof tried, number[]>>();
  const scoped = await scope(() => "scoped");
  is<Same<typeof scoped, string>>();
  const map = await run(() => new Map<string, number>());
  is<Same<typeof map, Map<string, number>>>();
  const text = await run(() => "text");
  is<Same<typeof text, string>>();
  assertEquals([limited, shielded, locked, tried, scoped, text], [
    "text",
    [1, 2],
    "locked",
    [1],
    "scoped",
    "text",
  ]);
});

Deno.test("what yield* gives is typed, and a select is told apart by its key", async () => {
  const channel = new Channel<number>({ capacity: 1 });
  const value = await run(function* () {
    const task = yield* spawn(() => "text");
    const text = yield* task;
    is<Same<typeof text, string>>();
    const sleeper = yield* yield* spawn(() => sleep(0));
    is<Same<typeof sleeper, void>>();
    const fetched = yield* until((_signal) => Promise.resolve(new Uint8Array()));
    is<Same<typeof fetched, Uint8Array<ArrayBuffer>>>();
    yield* channel.send(5);
    const event = yield* select({ number: channel.receive(), silence: sleep(1000) });
    if (event.key === "number") is<Same<typeof event.value, number>>();
    else is<Same<typeof event.value, void>>();
    return event.value;
  });
  is<Same<typeof value, number | void>>();
  assertEquals(value, 5);
});
