import { assertEquals, assertInstanceOf } from "@std/assert";
import { UncloneableError } from "../../../src/executors/parallel/wire/uncloneable.ts";
import { HttpError } from "./fixtures/jobs.ts";
import { Flag, Owner, thrownBy } from "./owner.ts";

Deno.test("a stream sends only what it has credit for, and its return value at the end [P3]", async () => {
  await using owner = new Owner();
  const flag = new Flag();
  const end = owner.call("count", [5, flag.words]);
  await owner.streaming();
  await owner.call("increment", [0]);
  assertEquals(flag.words[0], 0);
  owner.link.credit(owner.calls[0]!, 2);
  await owner.until(() => owner.items.length === 2);
  await owner.call("increment", [0]);
  assertEquals(flag.words[0], 2);
  owner.link.credit(owner.calls[0]!, 100);
  assertEquals(await end, "end");
  assertEquals(owner.items, [0, 1, 2, 3, 4]);
});

Deno.test("leaving a stream early runs its finally block [P4]", async () => {
  await using owner = new Owner();
  const flag = new Flag();
  const end = owner.call("count", [1e9, flag.words]);
  await owner.streaming();
  owner.link.credit(owner.last(), 3);
  await owner.until(() => owner.items.length === 3);
  const reason = new Error("left");
  owner.link.cancel(owner.last(), reason);
  assertEquals(await thrownBy(end), reason);
  assertEquals([...flag.words], [3, 1]);
  assertEquals(owner.abandoned, []);
});

Deno.test("a stream that waits for its consumer keeps no other call from running [P5]", async () => {
  await using owner = new Owner({ concurrency: 1 });
  const end = owner.call("count", [1]);
  await owner.streaming();
  assertEquals(await owner.call("later", [1]), 2);
  owner.link.credit(owner.calls[0]!, 2);
  assertEquals(await end, "end");
});

Deno.test("a stream that throws, or yields what cannot be cloned, fails after its items [E1]", async () => {
  await using owner = new Owner();
  const failing = owner.call("failing");
  await owner.streaming();
  owner.link.credit(owner.last(), 10);
  assertInstanceOf(await thrownBy(failing), HttpError);
  assertEquals(owner.items, [1]);
  const bad = owner.call("badItem");
  owner.link.credit(owner.last(), 10);
  const error = await thrownBy(bad);
  assertInstanceOf(error, UncloneableError);
  assertEquals(error.path, "item");
  assertEquals(await owner.call("increment", [1]), 2);
});

Deno.test("a stream finds its call at each step", async () => {
  await using owner = new Owner();
  await owner.call("increment", [0]);
  const end = owner.call("contextual");
  await owner.streaming();
  owner.link.credit(owner.last(), 1);
  await owner.until(() => owner.items.length === 1);
  owner.link.credit(owner.last(), 5);
  await end;
  assertEquals(owner.items, [1, 1]);
});
