/** Whose turn it is of the calls that no worker holds. */
import { assert, assertEquals } from "@std/assert";
import { CallLine } from "../../../src/executors/parallel/call_line.ts";
import type { RemoteCall } from "../../../src/executors/parallel/remote_call.ts";

const call = (priority: number) => ({ task: { priority }, hasTurn: false }) as RemoteCall;

/** Serves them all; after each one there is no room for the next, which goes back. */
function serve(line: CallLine): number[] {
  const served: number[] = [];
  for (;;) {
    const next = line.next();
    if (next === undefined) return served;
    served.push(next.task.priority);
    const unlucky = line.next();
    if (unlucky !== undefined) line.giveBack(unlucky);
  }
}

Deno.test("who had its turn and found no room keeps it [P7]", () => {
  for (let offset = 0; offset < 16; offset++) {
    const line = new CallLine();
    const low = call(0);
    line.giveBack(low);
    for (let n = 0; n < offset; n++) line.push(call(5));
    serve(line);
    line.giveBack(low);
    low.hasTurn = false;
    line.push(call(-1));
    for (let n = 0; n < 60; n++) line.push(call(5));
    const served = serve(line);
    assert(served.indexOf(0) < 20, `it came after ${served.indexOf(0)}`);
    assert(served.indexOf(-1) < 40, `the lowest came after ${served.indexOf(-1)}`);
    assertEquals(served.length, 62);
    assert(line.isEmpty);
  }
});

Deno.test("who comes back goes before its equals and after who is higher [P7]", () => {
  const line = new CallLine();
  const [first, second] = [call(0), call(0)];
  line.push(second);
  line.giveBack(first);
  line.push(call(1));
  assertEquals(line.next()?.task.priority, 1);
  assert(line.next() === first);
  assert(line.next() === second);
});
