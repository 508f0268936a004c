import { assertThrows } from "@std/assert";
import { expectOrder } from "../../testing.ts";

Deno.test("expectOrder() accepts marks in order", () => {
  const order = expectOrder();
  order(1);
  order(2);
  order.end(2);
});

Deno.test("expectOrder() throws at the mark that is out of order", () => {
  const order = expectOrder();
  order(1);
  assertThrows(() => order(3), Error, "mark 3, after mark 1: mark 2 should have been next");
});

Deno.test("expectOrder() remembers a wrong mark whose error was swallowed", () => {
  const order = expectOrder();
  order(1);
  try {
    order(1);
  } catch {
    // As a `finally` block of the program under test might.
  }
  order(2);
  assertThrows(() => order.end(2), Error, "mark 1, after mark 1");
});

Deno.test("expectOrder() throws at the end when a mark was not reached", () => {
  const order = expectOrder();
  order(1);
  assertThrows(() => order.end(2), Error, "came to mark 1, and should have come to mark 2");
});
