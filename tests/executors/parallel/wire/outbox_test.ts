import { assertEquals } from "@std/assert";
import { Outbox } from "../../../../src/executors/parallel/wire/outbox.ts";
import type { WirePort } from "../../../../src/executors/parallel/platforms/platform.ts";
import * as wire from "../../../../src/executors/parallel/wire/wire.ts";

const KIND = wire.BATCH_REPORTS;

function setUp(): { sent: wire.Batch[]; refused: wire.Batch[]; outbox: Outbox } {
  const sent: wire.Batch[] = [];
  const refused: wire.Batch[] = [];
  const port: WirePort = {
    post: (batch, transfer) =>
      void sent.push(structuredClone(batch, { transfer: [...transfer ?? []] })),
    listen: () => {},
    close: () => {},
  };
  return { sent, refused, outbox: new Outbox(port, KIND, (entry) => refused.push(entry)) };
}

function write(outbox: Outbox, slot: number, value: unknown): void {
  outbox.open(KIND).push(wire.ITEM, slot, value);
  outbox.wrote();
}

Deno.test("the entries of one turn leave in one message", async () => {
  const { sent, outbox } = setUp();
  for (let i = 0; i < 10; i++) write(outbox, i, "x");
  assertEquals(sent.length, 0);
  await Promise.resolve();
  assertEquals(sent.length, 1);
  assertEquals(sent[0]?.length, 31);
  await Promise.resolve();
  assertEquals(sent.length, 1);
});

Deno.test("a full batch leaves before the turn ends", () => {
  const { sent, outbox } = setUp();
  for (let i = 0; i < 600; i++) write(outbox, i, i);
  assertEquals(sent.length, 2);
});

Deno.test("one entry that cannot be cloned does not keep the others back, or out of order [E4]", async () => {
  const { sent, refused, outbox } = setUp();
  write(outbox, 1, "a");
  write(outbox, 2, () => {});
  write(outbox, 3, "c");
  await Promise.resolve();
  assertEquals(sent, [[KIND, wire.ITEM, 1, "a"], [KIND, wire.ITEM, 3, "c"]]);
  assertEquals(refused.map((entry) => entry[1]), [2]);
});

Deno.test("entries of another kind do not overtake", async () => {
  const { sent, outbox } = setUp();
  write(outbox, 1, "a");
  outbox.open(wire.BATCH_CONTROL).push(wire.RETIRE);
  outbox.wrote();
  outbox.postAlone(KIND, [wire.ITEM, 2, "b"], []);
  await Promise.resolve();
  assertEquals(sent, [
    [KIND, wire.ITEM, 1, "a"],
    [wire.BATCH_CONTROL, wire.RETIRE],
    [KIND, wire.ITEM, 2, "b"],
  ]);
});

Deno.test("an object is in one batch once", async () => {
  const { sent, outbox } = setUp();
  const shared = {};
  for (let slot = 0; slot < 3; slot++) {
    outbox.separate([slot, shared]);
    write(outbox, slot, shared);
  }
  await Promise.resolve();
  assertEquals(sent.map((batch) => batch.length), [4, 4, 4]);
});
