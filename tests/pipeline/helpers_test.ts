import { assertEquals } from "@std/assert";
import {
  chunk,
  dedupe,
  drop,
  flatMap,
  map,
  type Output,
  pipeline,
  run,
  scan,
  sleep,
  take,
  throttle,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

/** What comes, and when. */
function* clocked(times: readonly number[], output: Output<number>) {
  let now = 0;
  for (const time of times) {
    yield* sleep(time - now);
    now = time;
    yield* output.send(time);
  }
}

Deno.test("helpers do what arrays do [G1]", async () => {
  const words = ["warp", "weft", "warp", "heddle"];
  assertEquals(await run(() => pipeline(words, dedupe())), ["warp", "weft", "heddle"]);
  assertEquals(await run(() => pipeline(words, dedupe({ by: (w) => w.length }))), [
    "warp",
    "heddle",
  ]);
  assertEquals(await run(() => pipeline([1, 2, 3, 1, 2], dedupe({ window: 2 }))), [1, 2, 3, 1, 2]);
  assertEquals(await run(() => pipeline([1, 2, 1, 3, 1], dedupe({ window: 2 }))), [1, 2, 3]);
  assertEquals(await run(() => pipeline(words, map((w, i) => w + i), drop(2))), [
    "warp2",
    "heddle3",
  ]);
  assertEquals(await run(() => pipeline([], chunk(2))), []);
  assertEquals(await run(() => pipeline([1, 2], take(0))), []);
  assertEquals(await run(() => pipeline([1, 2], drop(Infinity))), []);
  assertEquals(await run(() => pipeline([1, 2, 3], scan((a, b) => a + b, 10))), [11, 13, 16]);
  assertEquals(await run(() => pipeline([undefined, null], map((x) => x))), [undefined, null]);
  assertEquals(await run(() => pipeline(new Array(2), map((x) => x))), [undefined, undefined]);
});

Deno.test("flatMap() spreads what is iterable, now or later, and waits in between [G1]", async () => {
  const spread = <R>(fn: (n: number) => R) => run(() => pipeline([1, 2], flatMap(fn)));
  assertEquals(await spread((n) => [n, n]), [1, 1, 2, 2]);
  assertEquals(await spread((n) => new Set([n, 2])), [1, 2, 2]);
  assertEquals(await spread((n) => `${n}${n}`), ["11", "22"]);
  assertEquals(await spread((n) => n), [1, 2]);
  assertEquals(await spread((n) => Promise.resolve([n, 0])), [1, 0, 2, 0]);
  assertEquals(
    await spread(async function* (n) {
      yield await n;
      yield -n;
    }),
    [1, -1, 2, -2],
  );
  assertEquals(
    await spread(function* (n) {
      yield n;
      yield -n;
    }),
    [1, -1, 2, -2],
  );
  assertEquals(
    await spread(function* (n) {
      yield* sleep(1);
      return [n, n];
    }),
    [1, 1, 2, 2],
  );
});

Deno.test("flatMap() leaves what it spreads when no more is wanted [P4]", async () => {
  const left: string[] = [];
  function* endless(name: string) {
    try {
      for (;;) yield name;
    } finally {
      left.push(name);
    }
  }
  async function* later(name: string) {
    try {
      for (;;) yield await name;
    } finally {
      left.push(name);
    }
  }
  assertEquals(await run(() => pipeline(["a"], flatMap(endless), take(2))), ["a", "a"]);
  assertEquals(await run(() => pipeline(["b"], flatMap(later), take(2))), ["b", "b"]);
  assertEquals(left, ["a", "b"]);
});

Deno.test("chunk() hands on in time what it has [T1]", async () => {
  const { value } = await simulate(() =>
    pipeline(
      (output: Output<number>) => clocked([0, 3, 4, 30, 31, 32, 33], output),
      chunk(3, { within: 10 }),
    )
  );
  assertEquals(value, [[0, 3, 4], [30, 31, 32], [33]]);
  const slow = await simulate(() =>
    pipeline((output: Output<number>) => clocked([0, 6, 12, 18], output), chunk(3, { within: 10 }))
  );
  assertEquals(slow.value, [[0, 6], [12, 18]]);
});

Deno.test("throttle() holds back, or drops, by the clock [T1]", async () => {
  const held = await simulate(() => pipeline([1, 2, 3, 4], throttle({ limit: 2, interval: 100 })));
  assertEquals([held.value, held.time], [[1, 2, 3, 4], 100]);
  const dropped = await simulate(() =>
    pipeline(
      (output: Output<number>) => clocked([0, 50, 100, 120, 199, 200], output),
      throttle({ interval: 100, overflow: "drop-newest" }),
    )
  );
  assertEquals(dropped.value, [0, 100, 200]);
});

Deno.test("flatMap() hands on the whole rest of an array after one element was waited for [G1]", async () => {
  const later = (n: number) => n === 1 ? Promise.resolve(n) : n;
  assertEquals(
    await run(() => pipeline([[0, 1, 2, 3, 4]], flatMap((all) => all), map(later))),
    [0, 1, 2, 3, 4],
  );
});

Deno.test("dedupe() forgets first what was seen last longest ago [G1]", async () => {
  const elements = [1, 2, 1, 3, 2, 1];
  assertEquals(await run(() => pipeline(elements, dedupe({ window: 2 }))), [1, 2, 3, 2, 1]);
  assertEquals(await run(() => pipeline([1, 2, 1, 3, 1], dedupe({ window: 2 }))), [1, 2, 3]);
});
