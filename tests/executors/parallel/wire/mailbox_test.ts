/** Batches in shared memory, for workers that wait for them asleep. */
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Mailbox } from "../../../../src/executors/parallel/wire/mailbox.ts";
import { Owner } from "../owner.ts";

async function withWorker(
  times: number,
  body: (box: Mailbox, found: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const box = new Mailbox();
  const worker = new Worker(new URL("../fixtures/mailbox_worker.ts", import.meta.url), {
    workerData: { memory: box.memory, times },
  });
  const ended = once(worker, "exit");
  await body(box, async () => (await once(worker, "message"))[0][0]);
  await ended;
}

/** Until the worker waits. */
async function put(box: Mailbox, batch: unknown[]): Promise<void> {
  while (!box.put(batch)) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("a batch of primitives is found as it was put [E1]", () =>
  withWorker(2, async (box, found) => {
    const batch = [0, 2, -0, NaN, 2 ** 53, 0.1, "", "a ü \ud800 💡", undefined, null, true, false];
    const first = found();
    await put(box, batch);
    assertEquals(await first, batch);
    const second = found();
    await put(box, []);
    assertEquals(await second, []);
  }));

Deno.test("what is no primitive, or too long, is not put", () =>
  withWorker(1, async (box, found) => {
    const found1 = found();
    let tries = 0;
    for (const no of [[{}], [1n], [() => {}], ["x".repeat(2000)], Array(100).fill(1)]) {
      assert(!box.put(no), `${tries++}`);
    }
    await put(box, [1]);
    for (const no of [[1], [2]]) assert(!box.put(no), "it is not empty, or nobody waits");
    assertEquals(await found1, [1]);
  }));

Deno.test("a message that is on its way wakes who waits, and lets nobody go to sleep", () =>
  withWorker(3, async (box, found) => {
    const first = found();
    await put(box, [1]);
    assertEquals(await first, [1]);
    // It waits, or is about to; the two that are left find nothing, and neither takes a minute.
    const second = found();
    box.posting(1);
    box.wake();
    assertEquals(await second, undefined);
  }));

Deno.test("nothing overtakes a message that is on its way, even to a worker that goes to sleep just now [E1]", () => {
  const box = new Mailbox();
  const words = new Int32Array(box.memory);
  const worker = new Mailbox(box.memory);
  box.posting(1);
  box.wake();
  // It has said that it sleeps, and has not looked yet whether something is on its way.
  words[0] = 1;
  assert(!box.put([1]));
  worker.received();
  assert(box.put([1]));
  assertEquals(words[0], 2);
});

Deno.test("calls that come one at a time are run in their order, with what they are given [E1]", async () => {
  await using owner = new Owner();
  const values = [1, -0, "a", undefined, null, true, "\ud800", [1], { a: 1 }, 2n];
  for (let round = 0; round < 20; round++) {
    for (const value of values) assertEquals(await owner.call("echo", [value]), value);
    assertEquals(await owner.call("later", [round]), round + 1);
    const both = [owner.call("increment", [1]), owner.call("increment", [2])];
    assertEquals(await Promise.all(both), [2, 3]);
  }
});

Deno.test("what a job leaves behind is not put off by the calls that follow", async () => {
  await using owner = new Owner();
  assertEquals(await owner.call("throwsLate"), "returned");
  for (let n = 0; owner.late.length === 0; n++) {
    assert(n < 1e5, "it has not run yet");
    await owner.call("increment", [n]);
  }
});
