/** Whose an item of a call of many is: the worker's that claims it, or the host's that takes it away. */
import { assertEquals } from "@std/assert";
import { ControlBlock } from "../../../src/executors/parallel/wire/control_block.ts";
import { Flag, Owner } from "./owner.ts";

Deno.test("items are claimed from the front and taken from the end, each once [E4]", () => {
  const host = ControlBlock.create(4);
  const worker = ControlBlock.attach(4, host.memory);
  assertEquals(host.halveItems(), -1);
  worker.openItems(100);
  assertEquals(host.halveItems(), -1, "nothing has begun yet");
  assertEquals(worker.claimItems(10), 10);
  assertEquals(host.halveItems(), 55);
  assertEquals(worker.claimItems(40), 50);
  assertEquals(host.halveItems(), 52);
  assertEquals(worker.claimItems(40), 52);
  assertEquals(worker.claimItems(40), 52);
  assertEquals(host.halveItems(), -1);
  worker.closeItems();
  assertEquals(host.halveItems(), -1);
});

Deno.test("a call of many that does not get on keeps what it has claimed, and gives away half of the rest", async () => {
  await using owner = new Owner();
  await owner.call("increment", [1]);
  const flag = new Flag();
  const cuts: number[] = [];
  const count = 500;
  const chunk = {
    count,
    itemEnded: () => {},
    partEnded: () => {},
    split: (at: number) => void cuts.push(at),
  };
  const results = owner.call("hold", Array.from({ length: count }, () => flag.words), { chunk });
  await flag.begun();
  owner.link.splitRunning();
  owner.link.splitRunning();
  flag.letGo();
  const { length } = await results as string[];
  assertEquals(cuts.length, 2);
  assertEquals([cuts[0] < 300, cuts[1] < cuts[0], length], [true, true, cuts[1]]);
});
