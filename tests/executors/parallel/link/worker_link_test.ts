import { assertEquals, assertGreaterOrEqual, assertInstanceOf, assertThrows } from "@std/assert";
import { CoroutineError } from "../../../../src/executors/parallel/worker/coroutine_error.ts";
import { JobModuleError } from "../../../../src/executors/parallel/worker/job_module.ts";
import { fixture, Flag, Owner, thrownBy, Unsettled } from "../owner.ts";

Deno.test("a link runs sync and async exports and gives their results [E1]", async () => {
  await using owner = new Owner();
  assertEquals(await owner.call("increment", [1]), 2);
  assertEquals(await owner.call("later", [1]), 2);
  assertEquals(await owner.call("join", ["a", "b", "c"]), "abc");
  assertEquals(await owner.call("join"), "");
  assertEquals(
    await owner.call("echo", [new Map([[1, new Date(0)]])]),
    new Map([[1, new Date(0)]]),
  );
  for (const [run, held] of owner.times) assertGreaterOrEqual(run, held);
});

Deno.test("a thousand calls of one turn are each answered with their own result [E4]", async () => {
  await using owner = new Owner();
  const results = Array.from(
    { length: 1000 },
    (_, i) => owner.call(i % 3 ? "increment" : "later", [i]),
  );
  assertEquals(await Promise.all(results), Array.from({ length: 1000 }, (_, i) => i + 1));
  assertEquals([...owner.ends.values()].every((n) => n === 1), true);
  assertEquals(owner.link.outstanding, 0);
});

Deno.test("a link refuses more calls than its capacity, and takes them again afterwards", async () => {
  await using owner = new Owner({ capacity: 2 });
  const calls = [owner.call("increment", [1]), owner.call("increment", [2])];
  assertEquals(owner.link.room, 0);
  assertThrows(() => owner.call("increment", [3]), RangeError, "capacity");
  await Promise.all(calls);
  await owner.until(() => owner.link.room === 2);
  assertEquals(await owner.call("increment", [3]), 4);
});

Deno.test("two calls of one turn do not share an argument or a result [E1]", async () => {
  await using owner = new Owner();
  const list = [1];
  const lengths = await Promise.all([owner.call("mutate", [list]), owner.call("mutate", [list])]);
  assertEquals(lengths, [2, 2]);
  const [a, b] = await Promise.all([owner.call("sharedResult"), owner.call("sharedResult")]);
  assertEquals(a, b);
  assertEquals(a === b, false);
});

Deno.test("buffers are moved both ways", async () => {
  await using owner = new Owner();
  const bytes = new Uint8Array(1000).fill(5);
  const sent = owner.call("echo", [bytes], { transfer: [bytes.buffer] });
  assertEquals(bytes.byteLength, 0);
  assertEquals((await sent as Uint8Array)[999], 5);
  assertEquals(await owner.call("moved", [3]), new Uint8Array([7, 7, 7]));
});

Deno.test("a call finds itself, also after an await", async () => {
  await using owner = new Owner();
  await owner.call("increment", [0]);
  const result = await owner.call("context", [], { attempt: 3, context: { trace: "t" } });
  assertEquals(result, [true, 1, 3, { trace: "t" }, "context"]);
});

Deno.test("progress arrives before the result", async () => {
  await using owner = new Owner();
  assertEquals(await owner.call("progress"), "done");
  assertEquals(owner.progress, [{ done: 1 }, { done: 2 }]);
});

Deno.test("async calls run side by side, up to the limit, and the rest can be taken back", async () => {
  await using owner = new Owner({ concurrency: 2 });
  const flags = [new Flag(), new Flag(), new Flag()];
  const calls = flags.map((flag) => owner.call("waitFor", [flag.words]));
  await flags[0]!.begun();
  await flags[1]!.begun();
  assertEquals(owner.calls.map((call) => owner.link.hasBegun(call)), [true, true, false]);
  flags[0]!.letGo();
  await flags[2]!.begun();
  flags[1]!.letGo();
  flags[2]!.letGo();
  assertEquals(await Promise.all(calls), ["let go", "let go", "let go"]);
});

for (const shareMemory of [true, false]) {
  const how = shareMemory ? "" : " without shared memory";

  Deno.test(`calls that have not begun are taken back, newest first${how} [E4]`, async () => {
    await using owner = new Owner({ shareMemory, concurrency: 1 });
    const flag = new Flag();
    // A worker inside a synchronous call hears no message, so without shared memory the one that waits is asynchronous.
    const first = owner.call(shareMemory ? "hold" : "waitFor", [flag.words]);
    const rest = [1, 2, 3].map((x) => owner.call("increment", [x]));
    const outcome = Promise.allSettled(rest);
    await flag.begun();
    owner.link.takeBack(2);
    await owner.until(() => owner.returned.length === 2);
    assertEquals(owner.returned.map((call) => call.args[0]), [3, 2]);
    assertEquals(owner.link.outstanding, 2);
    flag.letGo();
    assertEquals(await first, "let go");
    const [one, two, three] = await outcome;
    assertEquals(one, { status: "fulfilled", value: 2 });
    assertInstanceOf((two as PromiseRejectedResult).reason, Unsettled);
    assertInstanceOf((three as PromiseRejectedResult).reason, Unsettled);
    // The slots of those taken back are used again, and their old entries do nothing.
    const again = Array.from({ length: 1000 }, (_, i) => owner.call("increment", [i]));
    assertEquals((await Promise.all(again)).at(-1), 1000);
    await owner.until(() => owner.link.room === 1024);
  });

  Deno.test(`a call that no other overtakes any more is taken back all the same${how} [E4]`, async () => {
    await using owner = new Owner({ shareMemory, concurrency: 1 });
    const flag = new Flag();
    const first = owner.call("waitFor", [flag.words]);
    const behind = owner.call("increment", [1], { priority: Infinity }).catch((error) => error);
    await flag.begun();
    owner.link.takeBack(1, 1000);
    assertEquals(owner.returned.length, 0);
    owner.link.takeBack(1);
    assertInstanceOf(await behind, Unsettled);
    flag.letGo();
    assertEquals(await first, "let go");
  });

  Deno.test(`a call that has not begun is cancelled without running${how} [S6]`, async () => {
    await using owner = new Owner({ shareMemory, concurrency: 1 });
    const flag = new Flag();
    const never = new Flag();
    const first = owner.call("waitFor", [flag.words]);
    const second = owner.call("hold", [never.words]);
    await flag.begun();
    const reason = new Error("not wanted");
    owner.link.cancel(owner.last(), reason);
    assertEquals(await thrownBy(second), reason);
    flag.letGo();
    await first;
    assertEquals(await owner.call("increment", [1]), 2);
    assertEquals(never.words[0], 0);
  });

  Deno.test(`a waiting call is cancelled by its signal${how} [E2]`, async () => {
    await using owner = new Owner({ shareMemory });
    const call = owner.call("untilAbortEvent", [], { watch: true });
    await owner.begun();
    const reason = new Error("enough");
    owner.link.cancel(owner.last(), reason);
    assertEquals(await thrownBy(call), reason);
    assertEquals(owner.abandoned, []);
  });

  Deno.test(`a call that ignores its cancellation is given up after its grace${how} [S11]`, async () => {
    await using owner = new Owner({ shareMemory });
    const call = owner.call("never", [], { watch: true });
    await owner.begun();
    const reason = new Error("enough");
    owner.link.cancel(owner.last(), reason, 10);
    assertEquals(await thrownBy(call), reason);
    assertEquals(owner.abandoned, [owner.last()]);
    assertEquals(await owner.call("increment", [1]), 2);
  });
}

Deno.test("a worker that retires is given the time that its last call takes [E4]", async () => {
  const owner = new Owner();
  const flag = new Flag();
  const call = owner.call("waitFor", [flag.words]);
  await flag.begun();
  const gone = owner.link.retire(100);
  await new Promise((resolve) => setTimeout(resolve, 300));
  flag.letGo();
  assertEquals(await call, "let go");
  await gone;
  assertEquals(owner.losses, []);
});

Deno.test("a synchronous loop sees its cancellation in signal.aborted [E2]", async () => {
  await using owner = new Owner();
  for (const job of ["untilAborted", "untilThrown"]) {
    const flag = new Flag();
    const call = owner.call(job, [flag.words]);
    await flag.begun();
    const reason = new Error("enough");
    owner.link.cancel(owner.last(), reason);
    assertEquals(await thrownBy(call), reason);
  }
  assertEquals(owner.losses, []);
  assertEquals(await owner.call("increment", [1]), 2);
});

Deno.test("an endless loop with a timeout ends, and the worker lives on [E3]", async () => {
  await using owner = new Owner();
  const error = await thrownBy(owner.call("loop", [], { timeout: 30 })) as DOMException;
  assertEquals([error.name, error.message], ["TimeoutError", "Job 'loop' took longer than 30 ms"]);
  assertEquals(await owner.call("increment", [1]), 2);
  assertEquals(await owner.call("increment", [1], { timeout: 1000 }), 2);
  const own = await thrownBy(owner.call("ownTimeout", [], { timeout: 1000 })) as { code?: string };
  assertEquals(own.code, "ERR_SCRIPT_EXECUTION_TIMEOUT");
  assertEquals(await owner.call("later", [1], { timeout: 1000 }), 2);
});

Deno.test("a waiting call with a timeout is told, and given up after its grace [E3]", async () => {
  await using owner = new Owner();
  const told = owner.call("untilAbortEvent", [], { timeout: 10 });
  assertEquals((await thrownBy(told) as Error).name, "TimeoutError");
  assertEquals(owner.abandoned, []);
  const ignored = owner.call("never", [], { timeout: 10, grace: 10 });
  assertEquals((await thrownBy(ignored) as Error).name, "TimeoutError");
  assertEquals(owner.abandoned, [owner.last()]);
});

Deno.test("a coroutine is run by what the entry brings, or refused with a typed error", async () => {
  await using plain = new Owner();
  assertInstanceOf(await thrownBy(plain.call("coroutine", [1])), Error, "no runCoroutine");
  assertEquals((await thrownBy(plain.call("coroutine", [1])) as Error).name, CoroutineError.name);
  const entry = new URL(fixture("coroutine_entry"));
  await using able = new Owner({ entry });
  assertEquals(await able.call("coroutine", [21]), 43);
});

Deno.test("init runs once before the first call, dispose once at retirement", async () => {
  const owner = new Owner();
  const module = fixture("lifecycle");
  const calls = Array.from({ length: 5 }, () => owner.call("inits", [], { module }));
  assertEquals(await Promise.all(calls), [1, 1, 1, 1, 1]);
  const flag = new Flag();
  await owner.call("watchDispose", [flag.words], { module });
  await owner.link.retire();
  assertEquals(flag.words[0], 1);
  assertEquals(owner.losses, []);
});

Deno.test("a module that does not import fails each call, the first and the second [W1]", async () => {
  await using owner = new Owner();
  for (const module of [fixture("broken"), fixture("nowhere")]) {
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await thrownBy(owner.call("x", [], { module }));
      assertInstanceOf(error, JobModuleError);
      assertEquals(error.module, module);
    }
  }
  const error = await thrownBy(owner.call("nothing"));
  assertInstanceOf(error, JobModuleError);
  assertEquals(error.export, "nothing");
  assertEquals(await owner.call("increment", [1]), 2);
});

Deno.test("a module that failed to initialise is tried again by the next call", async () => {
  await using owner = new Owner();
  const module = fixture("second_time");
  assertInstanceOf(await thrownBy(owner.call("attempts", [], { module })), JobModuleError);
  assertEquals(await owner.call("attempts", [], { module }), 2);
});

Deno.test("a module whose import never ends fails its calls and holds up no others", async () => {
  await using owner = new Owner({ importTimeout: 400 });
  const module = fixture("endless_import");
  const stuck = thrownBy(owner.call("never", [], { module }));
  const first = await Promise.race([stuck, owner.call("increment", [1])]);
  assertEquals(first, 2);
  assertInstanceOf(await stuck, JobModuleError);
  const cancelled = owner.call("never", [], { module });
  await owner.call("increment", [1]);
  const reason = new Error("enough");
  owner.link.cancel(owner.calls[2]!, reason);
  assertEquals(await thrownBy(cancelled), reason);
});

Deno.test("an option of the wrong shape or size is refused", () => {
  assertThrows(
    () => new Owner({ capacity: 0 }),
    RangeError,
    "'capacity' must be a positive integer",
  );
  assertThrows(() => new Owner({ entry: "x" as unknown as URL }), TypeError, "'entry'");
  assertThrows(() => new Owner({ concurrency: "1" as unknown as number }), TypeError);
});
