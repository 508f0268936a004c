import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";

Deno.test("a virtual clock jumps to its alarm, and never back [T6]", () => {
  const clock = new VirtualClock();
  const rang: number[] = [];
  const arm = (deadline: number) => clock.arm(deadline, () => rang.push(clock.now()));
  assertEquals([clock.jump(), clock.now()], [false, 0]);
  arm(clock.after(5));
  assertEquals([clock.jump(), clock.now()], [true, 5]);
  assertEquals(clock.jump(), false);
  arm(8);
  clock.advance(10);
  assertEquals([clock.jump(), clock.now()], [true, 15]);
  arm(20);
  clock.disarm();
  assertEquals(clock.jump(), false);
  assertEquals(rang, [5, 15]);
});
