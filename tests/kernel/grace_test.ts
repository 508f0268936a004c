import { assert, assertEquals } from "@std/assert";
import {
  type Effect,
  race,
  run,
  scope,
  shield,
  sleep,
  spawn,
  suspend,
  type Task,
  yieldNow,
} from "../../mod.ts";
import { expectOrder, simulate } from "../../testing.ts";
import { running } from "../../src/kernel/running.ts";
import { caught } from "../_caught.ts";
import { ignoredCancellations } from "./_ignored.ts";

Deno.test("a catch that swallows a cancellation is ended by force when the grace time is over [S11]", async () => {
  const { time } = await simulate(function* () {
    const ignored = ignoredCancellations();
    let left = false;
    const task = yield* spawn(function* stubborn() {
      for (;;) {
        try {
          yield* sleep(100);
        } catch {
          // Goes on as if nothing had been.
        } finally {
          left = true;
        }
      }
    });
    yield* sleep(10);
    yield* task.cancel(undefined, { grace: 250 });
    assertEquals(task.status, "cancelled");
    assert(left);
    assertEquals(ignored, [`stubborn ${task.id} returned`]);
  });
  assertEquals(time, 260);
});

Deno.test("the grace time is five seconds, unless a scope or a root says otherwise [S11]", async () => {
  function* stubborn() {
    for (;;) {
      try {
        yield* suspend();
      } catch {
        // Goes on as if nothing had been.
      }
    }
  }
  const timeToCancel = async (work: () => Generator, grace?: number) => {
    const { time } = await simulate(function* () {
      ignoredCancellations();
      const task = run(work, { grace });
      yield* yieldNow();
      yield* yieldNow();
      yield* task.cancel();
    });
    return time;
  };
  assertEquals(await timeToCancel(stubborn), 5000);
  assertEquals(await timeToCancel(stubborn, 70), 70);
  assertEquals(await timeToCancel(stubborn, 0), 0);
  const { time } = await simulate(function* () {
    ignoredCancellations();
    yield* race([sleep(10), scope(stubborn, { grace: 30 })]);
  });
  assertEquals(time, 40, "a scope may be stricter than the cancellation that reaches it");
});

Deno.test("a task that only yields cannot outlive its grace time either [S11]", async () => {
  await simulate(function* () {
    const ignored = ignoredCancellations();
    const task = yield* spawn(function* spinner() {
      for (;;) {
        try {
          for (;;) yield* yieldNow();
        } catch {
          // Goes on as if nothing had been.
        }
      }
    });
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 0 });
    assertEquals(task.status, "cancelled");
    assertEquals(ignored, [`spinner ${task.id} returned`]);
  });
});

Deno.test("a hung finaliser holds its canceller no longer than the grace time [S12]", async () => {
  const { time } = await simulate(function* () {
    const ignored = ignoredCancellations();
    let later = false;
    const task = yield* spawn(function* hung() {
      try {
        try {
          yield* suspend();
        } finally {
          yield* suspend();
          later = true;
        }
      } finally {
        yield* suspend();
        later = true;
      }
    });
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 40 });
    yield* sleep(1000);
    assertEquals(later, false);
    assertEquals(ignored, [`hung ${task.id} abandoned`]);
  });
  assertEquals(time, 1040);
});

Deno.test("a deep tree is not given the grace time once per level [S12]", async () => {
  function* level(left: number): Generator<Effect<unknown>, void, unknown> {
    if (left > 0) yield* spawn(() => level(left - 1));
    try {
      yield* suspend();
    } finally {
      yield* suspend();
    }
  }
  const { time } = await simulate(function* () {
    const ignored = ignoredCancellations();
    const task = yield* spawn(() => level(9));
    yield* sleep(1);
    yield* task.cancel(undefined, { grace: 100 });
    assertEquals(ignored.length, 10);
  });
  assertEquals(time, 101);
});

Deno.test("a second cancel() with less grace shortens the first; one with more does not prolong it [S12]", async () => {
  const timeWith = async (first: number, second: number) => {
    const { time } = await simulate(function* () {
      ignoredCancellations();
      const task = yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          yield* suspend();
        }
      });
      yield* yieldNow();
      void task.cancel(undefined, { grace: first });
      yield* sleep(10);
      yield* task.cancel(undefined, { grace: second });
    });
    return time;
  };
  assertEquals(await timeWith(1000, 20), 30);
  assertEquals(await timeWith(100, 5000), 100);
  assertEquals(await timeWith(100, 0), 10);
});

Deno.test("a task that has cleaned up in time leaves no timer of its grace time behind [T5]", async () => {
  const { time } = await simulate(function* () {
    const task = yield* spawn(function* () {
      yield* spawn(suspend);
      try {
        yield* suspend();
      } finally {
        yield* sleep(10);
      }
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals(running!.scheduler.timerCount, 0);
  });
  assertEquals(time, 10);
});

Deno.test("a task that takes the grace time from itself, while it runs, is ended at its next wait [S12]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    ignoredCancellations();
    const task: Task<void> = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        void task.cancel(undefined, { grace: 0 });
        order(1);
        yield* suspend();
        order(-1);
      }
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals(task.status, "cancelled");
  });
  order.end(1);
});

Deno.test("a grace time of Infinity waits for the cleanup however long it takes", async () => {
  const { time } = await simulate(function* () {
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        yield* sleep(1_000_000);
      }
    });
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: Infinity });
  });
  assertEquals(time, 1_000_000);
});

Deno.test("a task that ends another by force, whose finally cancels the first, is told at its next wait [S3]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    ignoredCancellations();
    const other = run(function* () {
      try {
        yield* suspend();
      } catch {
        // Goes on as if nothing had been.
      }
      try {
        yield* suspend();
      } finally {
        order(2);
        void first.cancel();
      }
    });
    const first = run(function* () {
      yield* sleep(1);
      void other.cancel();
      yield* sleep(1);
      order(1);
      void other.cancel(undefined, { grace: 0 });
      order(3);
      yield* sleep(1);
      order(-1);
    });
    yield* caught(first);
    yield* caught(other);
    assertEquals([first.status, other.status], ["cancelled", "cancelled"]);
  });
  order.end(3);
});

Deno.test("cancel() checks its options", () => {
  const task = run(suspend);
  for (const grace of [-1, NaN]) {
    assertThrowsLike(() => task.cancel(undefined, { grace }), RangeError);
  }
  assertThrowsLike(() => task.cancel(undefined, { grace: "5" as never }), TypeError);
  return task.cancel();
});

function assertThrowsLike(body: () => unknown, ErrorClass: new (message: string) => Error) {
  try {
    body();
  } catch (error) {
    assert(error instanceof ErrorClass);
    assert(error.message.startsWith("Cannot cancel: 'grace' must be a number of milliseconds"));
    return;
  }
  throw new Error("it did not throw");
}

Deno.test("the grace time begins when a shield lets the cancellation through [S11] [M2]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(function* () {
      try {
        yield* shield(() => sleep(500));
        yield* sleep(1000);
      } finally {
        yield* sleep(5);
        log.push("cleaned");
      }
    });
    yield* sleep(1);
    yield* task.cancel("enough", { grace: 10 });
    return log;
  });
  assertEquals(value, ["cleaned"]);
});

Deno.test("a scope's own grace time bounds its tasks in a cancellation from outside too [S12]", async () => {
  const { time } = await simulate(
    function* () {
      ignoredCancellations();
      const task = yield* spawn(() =>
        scope(function* () {
          try {
            yield* sleep(1e6);
          } finally {
            yield* sleep(1e6);
          }
        }, { grace: 20 })
      );
      yield* sleep(1);
      yield* task.cancel();
    },
  );
  assertEquals(time, 21);
});

Deno.test("a body that catches the failure of a child it joined, and goes on, is told of the cancellation before it is forced [S3] [S11]", async () => {
  const order = expectOrder();
  const { time } = await simulate(function* () {
    const ignored = ignoredCancellations();
    const error = yield* caught(scope(function* () {
      const failing = yield* spawn(function* () {
        yield* sleep(1);
        throw new Error("the child's");
      });
      const other = yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          order(4);
        }
      });
      yield* caught(failing);
      order(1);
      try {
        yield* other;
      } finally {
        order(2);
        yield* sleep(1);
        order(3);
      }
    }, { grace: 100 }));
    assertEquals((error as Error).message, "the child's");
    assertEquals(ignored, []);
  });
  order.end(4);
  assertEquals(time, 102);
});

Deno.test("a shield in a cleanup outlasts the grace time, and what comes after it does not [M1] [S12]", async () => {
  const log: string[] = [];
  const { time } = await simulate(function* () {
    const ignored = ignoredCancellations();
    const task = yield* spawn(function* careful() {
      try {
        yield* suspend();
      } finally {
        yield* shield(() => sleep(100));
        log.push("saved");
        yield* suspend();
      }
    });
    yield* yieldNow();
    yield* task.cancel("enough", { grace: 10 });
    assertEquals([task.status, ignored.length], ["cancelled", 1]);
  });
  assertEquals([log, time], [["saved"], 100]);
});

Deno.test("a second cancellation that leaves less time counts from when the first is delivered [S4] [S11]", async () => {
  const { time } = await simulate(function* () {
    ignoredCancellations();
    const task = yield* spawn(function* stubborn() {
      yield* shield(() => sleep(100));
      yield* caught(suspend());
      yield* suspend();
    });
    yield* yieldNow();
    void task.cancel();
    yield* task.cancel("now", { grace: 10 });
  });
  assertEquals(time, 110);
});
