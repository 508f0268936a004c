import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CancelledError,
  Channel,
  type Effect,
  run,
  Semaphore,
  sleep,
  spawn,
  suspend,
  type Task,
  yieldNow,
} from "../../mod.ts";
import { expectOrder, simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

function* failAfter(ms: number, message: string) {
  yield* sleep(ms);
  throw new Error(message);
}

Deno.test("cancel() throws a CancelledError with the reason where the task waits", async () => {
  const reason = new Error("enough");
  await simulate(function* () {
    let seen: unknown;
    const task = yield* spawn(function* waiter() {
      try {
        yield* suspend();
      } catch (error) {
        seen = error;
        throw error;
      }
    });
    yield* yieldNow();
    yield* task.cancel(reason);
    assert(seen instanceof CancelledError);
    assertEquals(seen.reason, reason);
    assertEquals(seen.cause, reason);
    assertEquals(seen.message, `Task ${task.id} 'waiter' was cancelled: enough`);
    assertEquals(task.status, "cancelled");
  });
});

Deno.test("cancel() takes whatever for a reason, even what cannot be made a string", async () => {
  for (const reason of [Symbol("s"), Object.create(null), 5n, null]) {
    const task = run(suspend);
    await task.cancel(reason);
    const error = await assertRejects(() => task, CancelledError);
    assertEquals(error.reason, reason);
  }
});

Deno.test("after cancel() has resolved no code of the task runs [S2]", async () => {
  await simulate(function* () {
    let steps = 0;
    const task = yield* spawn(function* () {
      try {
        for (;;) {
          steps++;
          yield* sleep(1);
        }
      } finally {
        yield* sleep(10);
        steps++;
      }
    });
    yield* sleep(5);
    yield* task.cancel();
    const before = steps;
    yield* sleep(100);
    assertEquals(steps, before);
  });
});

Deno.test("no statement after the cancelled point runs, but catch and finally blocks [S3]", async () => {
  const order = expectOrder();
  await simulate(function* () {
    const task = yield* spawn(function* () {
      try {
        order(1);
        yield* suspend();
        order(-1);
      } catch (error) {
        order(2);
        throw error;
      } finally {
        order(3);
        yield* sleep(5);
        order(4);
      }
      order(-1);
    });
    yield* yieldNow();
    yield* task.cancel();
    order(5);
  });
  order.end(5);
});

Deno.test("cancel() runs finally blocks that wait, and the caller of the helper does not go on [S3]", async () => {
  const log: string[] = [];
  // Each level is reached by a plain `yield*`, and its cleanup waits.
  function* helper(level: number): Generator<Effect<unknown>, string, unknown> {
    try {
      if (level === 0) yield* suspend();
      else yield* helper(level - 1);
      log.push(`after ${level}`);
    } finally {
      yield* sleep(1);
      yield* yieldNow();
      log.push(`cleaned ${level}`);
    }
    log.push(`end ${level}`);
    return "result";
  }
  const { time } = await simulate(function* () {
    const task = yield* spawn(() => helper(6));
    yield* yieldNow();
    yield* task.cancel();
    log.push("cancelled");
  });
  assertEquals(log, [0, 1, 2, 3, 4, 5, 6].map((level) => `cleaned ${level}`).concat("cancelled"));
  assertEquals(time, 7);
});

Deno.test("a second cancel() during the cleanup neither disturbs nor repeats it [S3] [S4]", async () => {
  const log: string[] = [];
  await simulate(function* () {
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        for (let i = 1; i <= 3; i++) {
          yield* sleep(2);
          log.push(`cleanup ${i}`);
        }
      }
    });
    yield* yieldNow();
    const first = task.cancel("first");
    yield* sleep(3);
    yield* task.cancel("second");
    log.push("second done");
    yield* first;
    log.push("first done");
    const error = yield* caught(task);
    assertEquals((error as CancelledError).reason, "first");
  });
  assertEquals(log, ["cleanup 1", "cleanup 2", "cleanup 3", "second done", "first done"]);
});

Deno.test("an error thrown during the cleanup is the outcome of the task, not the cancellation [S9]", async () => {
  await simulate(function* () {
    const task = run(function* () {
      try {
        yield* suspend();
      } finally {
        yield* failAfter(1, "cleanup failed");
      }
    });
    yield* yieldNow();
    const error = yield* caught(task.cancel());
    assertEquals((error as Error).message, "cleanup failed");
    assertEquals(task.status, "failed");
  });
});

Deno.test("cancel() is idempotent, and all cancellers wait for the same end [S4]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        yield* sleep(10);
        log.push("cleaned");
      }
    });
    yield* yieldNow();
    for (const name of ["a", "b", "c"]) {
      yield* spawn(function* () {
        yield* task.cancel();
        log.push(name);
      });
    }
    yield* sleep(20);
    return log;
  });
  assertEquals(value, ["cleaned", "a", "b", "c"]);
});

Deno.test("cancel() starts at once, without being awaited [S4]", async () => {
  const { value } = await simulate(function* () {
    const task = yield* spawn(suspend);
    yield* yieldNow();
    void task.cancel();
    const { status } = task;
    yield* sleep(1);
    return [status, task.status];
  });
  assertEquals(value, ["cancelling", "cancelled"]);
});

Deno.test("cancelling an ended task does nothing [S5]", async () => {
  await simulate(function* () {
    const done = yield* spawn(() => 7);
    const failed = run(() => {
      throw new Error("failed");
    });
    yield* caught(failed);
    yield* sleep(1);
    for (const task of [done, failed]) {
      const { status } = task;
      yield* task.cancel();
      assertEquals(task.status, status);
    }
    assertEquals(yield* done, 7);
  });
});

Deno.test("a task that is cancelled before its first step never runs its body [S6]", async () => {
  await simulate(function* () {
    let ran = false;
    const body = () => void (ran = true);
    const child = yield* spawn(body);
    yield* child.cancel();
    const root = run(body);
    yield* root.cancel();
    yield* sleep(1);
    assertEquals([ran, child.status, root.status], [false, "cancelled", "cancelled"]);
  });
});

Deno.test("a task cancels itself: it is told at its next wait, and a wait for its own end is an error", async () => {
  const order = expectOrder();
  const task: Task<void> = run(function* () {
    order(1);
    void task.cancel();
    order(2);
    try {
      yield* yieldNow();
      order(-1);
    } finally {
      order(3);
      const error = yield* caught(task.cancel());
      assert(error instanceof TypeError);
    }
  });
  await assertRejects(() => task, CancelledError);
  order.end(3);
});

Deno.test("cancelling a task cancels all descendants, a parent's own cleanup before its children's [S7]", async () => {
  const log: string[] = [];
  function* node(name: string, children: string[]): Generator<Effect<unknown>, void, unknown> {
    for (const child of children) yield* spawn(() => node(name + child, []));
    try {
      yield* suspend();
    } finally {
      log.push(`${name} begins`);
      yield* sleep(name.length);
      log.push(`${name} ends`);
    }
  }
  await simulate(function* () {
    const task = yield* spawn(() => node("x", ["a", "b", "c"]));
    yield* sleep(1);
    yield* task.cancel();
    log.push("over");
  });
  assertEquals(log, [
    "x begins",
    "x ends",
    "xc begins",
    "xb begins",
    "xa begins",
    "xc ends",
    "xb ends",
    "xa ends",
    "over",
  ]);
});

Deno.test("children are alive while their parent's finally blocks run [S7]", async () => {
  await simulate(function* () {
    const task = yield* spawn(function* () {
      const child = yield* spawn(function* () {
        yield* sleep(5);
        return "answered";
      });
      try {
        yield* suspend();
      } finally {
        assertEquals(yield* child, "answered");
      }
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals(task.status, "cancelled");
  });
});

Deno.test("what a task was handed as it gave way unasked is not lost by a cancellation [Y1] [C3]", async () => {
  await simulate(function* () {
    const slots = new Semaphore(1);
    const taker = yield* spawn(function* () {
      for (;;) (yield* slots.acquire()).release();
    });
    yield* spawn(() => taker.cancel());
    yield* caught(taker);
    assertEquals(slots.available, 1);

    const channel = new Channel<number>({ capacity: Infinity });
    for (let n = 0; n < 1000; n++) channel.trySend(n);
    let last = -1;
    const receiver = yield* spawn(function* () {
      for (;;) last = yield* channel.receive();
    });
    yield* spawn(() => receiver.cancel());
    yield* caught(receiver);
    assertEquals(channel.tryReceive(), last + 1);
  });
});
