/** When a worker sleeps at its mailbox. */
import { assert, assertEquals } from "@std/assert";
import type { Mailbox } from "../../../../src/executors/parallel/wire/mailbox.ts";
import { Parking } from "../../../../src/executors/parallel/worker/parking.ts";
import { type Batch, BATCH_CALLS, CALL } from "../../../../src/executors/parallel/wire/wire.ts";

const call: Batch = [BATCH_CALLS, CALL, 0, 1, 0, 1, 5];

/** A worker to which calls come by message, one at a time, and what its sleeps bring; tells how often it slept. */
async function sleeps(times: number, found: (n: number) => Batch | undefined): Promise<number> {
  let slept = 0;
  const box = { received: () => {}, wait: () => found(slept++) } as unknown as Mailbox;
  const owner = { mayPark: true, received: () => {}, defer: () => {} };
  const parking = new Parking(box, owner);
  for (let n = 0; n < times; n++) {
    parking.heard(call);
    parking.rest();
    await Promise.resolve();
  }
  return slept;
}

Deno.test("a worker whose calls do not fit into its box stops sleeping there, and tries again now and then", async () => {
  const slept = await sleeps(1000, () => undefined);
  assert(slept >= 8 && slept < 30, `it slept ${slept} times`);
});

Deno.test("a worker whose calls are found in its box goes on sleeping there", async () => {
  assertEquals(await sleeps(100, () => call), 100);
});
