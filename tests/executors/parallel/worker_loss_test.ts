import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { nodeThreads } from "../../../src/executors/parallel/platforms/node_threads.ts";
import { stuckThreads } from "../../../src/executors/parallel/link/stuck_threads.ts";
import { fixture, Flag, Owner, thrownBy, Unsettled } from "./owner.ts";

/** Each call of an owner has ended once. */
function assertEachEndedOnce(owner: Owner): void {
  assertEquals(owner.calls.map((call) => owner.ends.get(call)), owner.calls.map(() => 1));
  assertEquals(owner.link.outstanding, 0);
}

for (const job of ["exit", "denoExit"]) {
  Deno.test(`${job} inside a call loses that call, and keeps what was done before [W1]`, async () => {
    const owner = new Owner();
    const before = owner.call("increment", [1]);
    const exiting = owner.call(job, [3]);
    const behind = Promise.allSettled([1, 2, 3].map((x) => owner.call("increment", [x])));
    assertEquals(await before, 2);
    assertInstanceOf(await thrownBy(exiting), Unsettled);
    await behind;
    const [loss] = owner.losses;
    assertEquals([loss?.cause, loss?.exitCode, loss?.culprit?.name], ["exit", 3, job]);
    assertEquals(loss?.begun.map((call) => call.name), [job]);
    assertEquals(loss?.notBegun.map((call) => call.args[0]), [1, 2, 3]);
    assertStringIncludes(loss?.error.message ?? "", "exited with code 3");
    assertEachEndedOnce(owner);
    assertEquals(owner.link.isOpen, false);
  });
}

Deno.test("a worker that dies with 100 calls outstanding loses each exactly once [W1] [E4]", async () => {
  const owner = new Owner();
  await owner.ready();
  const results = [
    ...Array.from({ length: 50 }, () => owner.call("never")),
    owner.call("exitLater", [0]),
    ...Array.from({ length: 49 }, () => owner.call("never")),
  ];
  const outcomes = await Promise.allSettled(results);
  assert(outcomes.every(({ status }) => status === "rejected"));
  assertEachEndedOnce(owner);
  assertEquals(owner.losses.length, 1);
  const { begun, notBegun } = owner.losses[0]!;
  assertEquals(begun.length + notBegun.length, 100);
});

Deno.test("terminate loses what is outstanding once, also when called twice", async () => {
  const owner = new Owner();
  const calls = [owner.call("never", [], { watch: true }), owner.call("never")];
  const outcomes = Promise.allSettled(calls);
  await owner.begun();
  await Promise.all([owner.link.terminate(), owner.link.terminate()]);
  await outcomes;
  assertEquals(owner.losses.map((loss) => loss.cause), ["terminated"]);
  assertEachEndedOnce(owner);
  await owner.link.retire();
});

Deno.test("a late throw and a late rejection are reported and harm no other call [W1]", async () => {
  await using owner = new Owner();
  for (const job of ["throwsLate", "rejectsLate"]) {
    const other = owner.call("never", []);
    other.catch(() => {});
    assertEquals(await owner.call(job), "returned");
    await owner.until(() => owner.late.length > 0);
    const [error] = owner.late.splice(0) as Error[];
    assertEquals([error?.name, error?.message], [
      "HttpError",
      `HTTP ${job === "throwsLate" ? 1 : 2}`,
    ]);
    assertEquals(await owner.call("increment", [1]), 2);
    owner.link.cancel(
      owner.calls.find((call) => call.name === "never" && call.slot >= 0)!,
      "end",
      0,
    );
    await thrownBy(other);
  }
  assertEquals(owner.losses, []);
});

Deno.test("a worker whose entry fails, or never becomes ready, is lost with its calls not begun [W1]", async () => {
  for (const [entry, startTimeout] of [["broken_entry", 30_000], ["silent_entry", 100]] as const) {
    const owner = new Owner({ entry: new URL(fixture(entry)), startTimeout });
    await thrownBy(owner.call("increment", [1]));
    await owner.gone();
    const [loss] = owner.losses;
    assertEquals([loss?.cause, loss?.begun.length, loss?.notBegun.length], ["start", 0, 1]);
    assertEachEndedOnce(owner);
  }
});

Deno.test("a heap that is full loses the worker, from a synchronous call and after an await [W1]", async () => {
  for (const job of ["fillHeap", "fillHeapLater"]) {
    const owner = new Owner({
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
    });
    const full = thrownBy(owner.call(job));
    const waiting = thrownBy(owner.call("never"));
    await owner.gone();
    await Promise.all([full, waiting]);
    assertEquals(owner.losses.map((loss) => loss.cause), ["exit"]);
    assertStringIncludes(owner.losses[0]!.error.message, "heap");
    assertEachEndedOnce(owner);
  }
});

Deno.test("cancelling one async call does not end a worker whose thread another call holds", async () => {
  await using owner = new Owner();
  const flag = new Flag();
  const waiting = owner.call("never", [], { watch: true });
  await owner.begun();
  const holding = owner.call("hold", [flag.words]);
  await flag.begun();
  const reason = new Error("enough");
  owner.link.cancel(owner.calls[0]!, reason, 0);
  assertEquals(await thrownBy(waiting), reason);
  assertEquals(owner.abandoned, [owner.calls[0]!]);
  flag.letGo();
  assertEquals(await holding, "let go");
  assertEquals(await owner.call("increment", [1]), 2);
});

Deno.test("a silent worker is a lost worker, and its thread is counted [W1]", async () => {
  const owner = new Owner({ silenceLimit: 100 });
  const before = stuckThreads();
  const flag = new Flag();
  const looping = thrownBy(owner.call("holdAfterAwait", [flag.words]));
  await flag.begun();
  await owner.gone();
  await looping;
  assertEquals(owner.losses.map((loss) => loss.cause), ["silent"]);
  assertEquals(stuckThreads(), before + (nodeThreads.stopsLoops ? 0 : 1));
  flag.letGo();
});
