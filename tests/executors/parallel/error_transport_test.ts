import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { UncloneableError } from "../../../src/executors/parallel/wire/uncloneable.ts";
import { HttpError } from "./fixtures/jobs.ts";
import { Owner, thrownBy } from "./owner.ts";

Deno.test("an error keeps its class, fields, cause and both stacks across a thread [E1]", async () => {
  await using owner = new Owner();
  const stack = "Error: here\n    at submitter (file:///program.ts:1:1)";
  const error = await thrownBy(owner.call("fail", ["custom"], { stack }));
  assertInstanceOf(error, HttpError);
  assertInstanceOf(error, RangeError);
  assertEquals([error.name, error.message, error.status], ["HttpError", "HTTP 503", 503]);
  assertEquals(error.headers, { retry: 3, hook: "[function hook]" });
  assertInstanceOf(error.cause, TypeError);
  assertEquals((error.cause as Error).cause, "reset");
  assertStringIncludes(error.stack ?? "", "jobs.ts");
  assert((error.stack ?? "").indexOf("jobs.ts") < (error.stack ?? "").indexOf("program.ts"));
});

Deno.test("aggregates, DOM exceptions and what is no error come back as they were [E1]", async () => {
  await using owner = new Owner();
  const both = await thrownBy(owner.call("fail", ["aggregate"]));
  assertInstanceOf(both, AggregateError);
  assertInstanceOf(both.errors[0], RangeError);
  assertInstanceOf(both.errors[1], HttpError);
  const dom = await thrownBy(owner.call("fail", ["dom"])) as DOMException;
  assertInstanceOf(dom, DOMException);
  assertEquals([dom.name, dom.message, dom.code], ["QuotaExceededError", "no room", 22]);
  assertEquals(await thrownBy(owner.call("fail", ["string"])), "a string");
  assertEquals(await thrownBy(owner.call("fail", ["undefined"])), undefined);
  assertEquals(await thrownBy(owner.call("fail", ["symbol"])), "Symbol(odd)");
  assertEquals(await thrownBy(owner.call("fail", ["function"])), "[function odd]");
});

Deno.test("a result that cannot be cloned fails its call alone, and says where [E4]", async () => {
  await using owner = new Owner();
  const [good, bad, alsoGood, later] = await Promise.allSettled([
    owner.call("increment", [1]),
    owner.call("uncloneable"),
    owner.call("increment", [2]),
    owner.call("uncloneableLater"),
  ]);
  assertEquals([good, alsoGood].map((one) => (one as PromiseFulfilledResult<unknown>).value), [
    2,
    3,
  ]);
  const error = (bad as PromiseRejectedResult).reason;
  assertInstanceOf(error, UncloneableError);
  assertInstanceOf(error, TypeError);
  assertEquals(error.path, "result.items[3].callback");
  assertEquals((later as PromiseRejectedResult).reason.path, "result.promise");
});

Deno.test("arguments that cannot be cloned fail their call alone, and say where [E4]", async () => {
  await using owner = new Owner();
  const { buffer } = new Uint8Array(4);
  const [good, bad, alsoGood, moved] = await Promise.allSettled([
    owner.call("increment", [1]),
    owner.call("join", ["a", { b: [Symbol("s")] }]),
    owner.call("increment", [2]),
    owner.call("echo", [1], { transfer: [buffer, buffer] }),
  ]);
  assertEquals([good, alsoGood].map((one) => (one as PromiseFulfilledResult<unknown>).value), [
    2,
    3,
  ]);
  const error = (bad as PromiseRejectedResult).reason;
  assertInstanceOf(error, UncloneableError);
  assertEquals(error.path, "arguments[1].b[0]");
  assertInstanceOf((moved as PromiseRejectedResult).reason, UncloneableError);
  const context = await thrownBy(owner.call("increment", [1], { context: { f: () => {} } }));
  assertEquals((context as UncloneableError).path, "context.f");
  assertEquals(owner.link.room, 1024);
});
