import { inspect } from "node:util";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  CancelledError,
  Channel,
  currentTask,
  run,
  scope,
  sleep,
  spawn,
  suspend,
  type Task,
  until,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

Deno.test("a scope ends only after every task in it has ended, its cleanup included [S1]", async () => {
  const { value, time } = await simulate(function* () {
    const log: string[] = [];
    yield* scope(function* () {
      yield* spawn(function* () {
        yield* spawn(function* () {
          yield* sleep(30);
          log.push("grandchild");
        });
      });
      yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          yield* sleep(50);
          log.push("daemon cleaned");
        }
      }, { daemon: true });
      yield* yieldNow();
      log.push("body");
    });
    log.push("scope");
    return log;
  });
  assertEquals(value, ["body", "grandchild", "daemon cleaned", "scope"]);
  assertEquals(time, 50);
});

Deno.test("a task whose body is over waits for its children, and says so [S1]", async () => {
  await simulate(function* () {
    const task = yield* spawn(function* () {
      yield* spawn(() => sleep(10));
      return "result";
    });
    yield* sleep(1);
    assertEquals([task.status, task.waitsFor], ["running", "the tasks of its scope"]);
    assertEquals(yield* task, "result");
  });
});

Deno.test("a daemon is cancelled when the body ends, while other children still run", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    yield* scope(function* () {
      yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          log.push("daemon");
        }
      }, { daemon: true });
      yield* spawn(function* () {
        yield* sleep(5);
        log.push("child");
      });
      yield* yieldNow();
    });
    return log;
  });
  assertEquals(value, ["daemon", "child"]);
});

Deno.test("a cancellation that arrives while daemons are told reaches the other children too [S7]", async () => {
  const { time } = await simulate(function* () {
    const task: Task<void> = yield* spawn(function* () {
      const other = yield* spawn(suspend);
      yield* spawn(function* () {
        currentTask().signal.addEventListener("abort", () => void task.cancel());
        yield* suspend();
      }, { daemon: true });
      yield* yieldNow();
      yield* yieldNow();
      assertEquals(other.status, "running");
    });
    yield* caught(task);
    assertEquals(task.status, "cancelled");
  });
  assertEquals(time, 0, "it took no force");
});

Deno.test("joining gives the outcome to every joiner, now or later, in both worlds [J1]", async () => {
  await simulate(function* () {
    const task = run(function* () {
      yield* sleep(5);
      return { answer: 42 };
    });
    const results: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      yield* spawn(function* () {
        results.push(yield* task);
      });
    }
    const promised = task.then((value) => results.push(value));
    yield* sleep(10);
    results.push(yield* task);
    yield* until(promised);
    assertEquals(results.length, 5);
    for (const result of results) assert(result === results[0]);
  });
});

Deno.test("joining a failed task throws the same error to every joiner [J1]", async () => {
  await simulate(function* () {
    const error = new Error("failed");
    const task = run(function* () {
      yield* sleep(1);
      throw error;
    });
    const seen = yield* spawn(() => caught(task));
    assert((yield* caught(task)) === error);
    assert((yield* seen) === error);
    assert((yield* caught(task)) === error);
    assert((yield* until(task.catch((reason) => reason))) === error);
  });
});

Deno.test("a joiner that is cancelled leaves the task alone [J1]", async () => {
  await simulate(function* () {
    const task = run(function* () {
      yield* sleep(10);
      return "unharmed";
    });
    const joiners: Task<unknown>[] = [];
    for (let i = 0; i < 3; i++) joiners.push(yield* spawn(() => task));
    yield* yieldNow();
    yield* joiners[0].cancel();
    yield* joiners[2].cancel();
    assertEquals(yield* joiners[1], "unharmed");
    assertEquals(task.status, "completed");
  });
});

Deno.test("a task that waits for its own end throws", async () => {
  const task: Task<unknown> = run(function* () {
    yield* yieldNow();
    yield* task;
  });
  await assertRejects(() => task, TypeError, "waits for its own end");
});

Deno.test("status tells where a task stands", async () => {
  await simulate(function* () {
    const seen: string[] = [];
    const task = yield* spawn(function* () {
      seen.push(task.status);
      try {
        yield* suspend();
      } finally {
        yield* sleep(1);
      }
    });
    seen.push(task.status);
    yield* yieldNow();
    seen.push(task.status);
    void task.cancel();
    seen.push(task.status);
    yield* sleep(2);
    seen.push(task.status);
    assertEquals(seen, ["pending", "running", "running", "cancelling", "cancelled"]);
    const done = run(() => 1);
    const failed = run(() => {
      throw new Error("failed");
    });
    yield* caught(failed);
    assertEquals([done.status, failed.status], ["completed", "failed"]);
  });
});

Deno.test("toString() and inspection tell id, name, status and what the task waits for", async () => {
  await simulate(function* () {
    const jobs = new Channel<number>();
    const task = yield* spawn(function* consumer() {
      yield* jobs.receive();
    });
    yield* yieldNow();
    const text = `Task ${task.id} 'consumer' (running, waits for channel.receive())`;
    assertEquals(String(task), text);
    assertEquals(Deno.inspect(task), text);
    assertEquals(Deno.inspect({ task }), `{ task: ${text} }`);
    assertEquals(inspect(task), text);
    assertEquals(inspect([task], { breakLength: Infinity }), `[ ${text} ]`);
    assertEquals(task.waitsFor, "channel.receive()");
    void task.cancel();
    assertEquals(String(task), `Task ${task.id} 'consumer' (cancelling)`);
    yield* sleep(1);
    assertEquals(String(task), `Task ${task.id} 'consumer' (cancelled)`);
    assertEquals(Object.prototype.toString.call(task), "[object Task]");
  });
});

Deno.test("JSON.stringify() writes id, name, status of a task and what it waits for, not what it holds", async () => {
  await simulate(function* () {
    const task = yield* spawn(() => sleep(1), { name: "sleeper" });
    yield* yieldNow();
    const { id } = task;
    const written = (value: unknown) => JSON.parse(JSON.stringify(value));
    const asleep = { id, name: "sleeper", status: "running", waitsFor: "sleep(1)" };
    assertEquals(written({ task }), { task: asleep });
    yield* task;
    assertEquals(written(task), { id, name: "sleeper", status: "completed" });
    assertEquals(task.toJSON(), written(task));
  });
});

Deno.test("a task is named by its options, by its function, or not at all", async () => {
  const names = [
    run(function* gardener() {}).name,
    run(() => 1, { name: "given" }).name,
    run(() => 1).name,
  ];
  assertEquals(names, ["gardener", "given", "anonymous"]);
  assert((await run(yieldNow)) === undefined);
});

Deno.test("'await using' cancels a task and waits for its cleanup", async () => {
  const log: string[] = [];
  {
    await using task = run(function* () {
      try {
        yield* suspend();
      } finally {
        yield* yieldNow();
        log.push("cleaned");
      }
    });
    await run(yieldNow);
    assertMatch(task.status, /running/);
  }
  log.push("left");
  assertEquals(log, ["cleaned", "left"]);
});

Deno.test("a cancelled root rejects with its CancelledError", async () => {
  const task = run(suspend);
  await task.cancel("no more");
  const error = await assertRejects(() => task, CancelledError, "no more");
  assertEquals(error.reason, "no more");
});

Deno.test("then, catch and finally of a task are those of a promise", async () => {
  const log: unknown[] = [];
  const done = run(() => 7);
  assertEquals(await done.then((value) => value + 1), 8);
  assertEquals(await done.finally(() => log.push("finally")), 7);
  const failed = run(() => Promise.reject(new Error("no")));
  assertEquals(await failed.catch((error) => error.message), "no");
  assertEquals(log, ["finally"]);
});
