import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RingQueue } from "../../src/kernel/ring_queue.ts";

Deno.test("a ring queue does what an array does, through growing, shrinking and clearing", () => {
  const action = fc.oneof(
    { weight: 9, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 9, arbitrary: fc.record({ shift: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 1, arbitrary: fc.constant({ clear: true }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = new RingQueue<number>();
      const model: number[] = [];
      let next = 0;
      for (const each of actions) {
        if ("push" in each) {
          for (let i = 0; i < each.push; i++) {
            queue.push(next);
            model.push(next++);
          }
        } else if ("shift" in each) {
          for (let i = 0; i < each.shift; i++) assertEquals(queue.shift(), model.shift());
        } else {
          queue.clear();
          model.length = 0;
        }
        assertEquals([queue.size, queue.peek()], [model.length, model[0]]);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a ring queue that held very many holds few again", () => {
  const queue = new RingQueue<number>();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) queue.push(i);
    for (let i = 0; i < 10_000; i++) assertEquals(queue.shift(), i);
    assertEquals(queue.shift(), undefined);
  }
});
