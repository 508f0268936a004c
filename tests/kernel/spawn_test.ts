import { assertEquals, assertThrows } from "@std/assert";
import { run, spawn, suspend, type TaskOptions, yieldNow } from "../../mod.ts";
import { expectOrder, simulate } from "../../testing.ts";

Deno.test("spawn() goes on at once; the child takes its first step when its turn comes", async () => {
  const order = expectOrder();
  await simulate(function* () {
    yield* spawn(() => order(3));
    yield* spawn(() => order(4));
    order(1);
    order(2);
    yield* yieldNow();
    order(5);
  });
  order.end(5);
});

Deno.test("spawn() of an operation that is run twice makes two children", async () => {
  let ran = 0;
  await simulate(function* () {
    const spawning = spawn(() => ++ran);
    const first = yield* spawning;
    const second = yield* spawning;
    assertEquals([yield* first, yield* second], [1, 2]);
  });
});

Deno.test("a child may be spawned in a finally block, and is cancelled with the rest of the scope [S7]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        const helper = yield* spawn(() => "helped");
        log.push(yield* helper);
        yield* spawn(function* () {
          try {
            yield* suspend();
          } finally {
            log.push("cancelled");
          }
        });
        yield* yieldNow();
      }
    });
    yield* yieldNow();
    yield* task.cancel();
    return log;
  });
  assertEquals(value, ["helped", "cancelled"]);
});

Deno.test("a priority is inherited, and the higher one runs first", async () => {
  const order: string[] = [];
  await run(function* () {
    yield* spawn(() => order.push("low"), { priority: -1 });
    yield* spawn(() => order.push("middle"));
    yield* spawn(function* () {
      order.push("high");
      yield* spawn(() => order.push("child of high"));
    }, { priority: 1 });
  });
  assertEquals(order, ["high", "child of high", "middle", "low"]);
});

Deno.test("spawn() checks its arguments", () => {
  const wrong: [unknown, TaskOptions | undefined, string][] = [
    [
      suspend(),
      undefined,
      "Cannot spawn: 'work' must be a function: current value is an operation",
    ],
    [[1], undefined, "current value is an array of 1"],
    [suspend, { name: null as never }, "'name' must be a string: current value is null"],
    [suspend, { daemon: "yes" as never }, `'daemon' must be a boolean: current value is "yes"`],
    [suspend, { priority: null as never }, "'priority' must be a whole number"],
  ];
  for (const [work, options, message] of wrong) {
    assertThrows(() => spawn(work as never, options), TypeError, message);
  }
  assertThrows(() => spawn(suspend, { priority: NaN }), RangeError, "'priority'");
});
