import { assert, assertEquals } from "@std/assert";
import "../../effection.ts";
import * as fx from "effection";
import {
  all,
  CancelledError,
  currentTask,
  race,
  run,
  scope,
  shield,
  sleep,
  spawn,
  suspend,
  until,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

const turn = () => until(new Promise<void>((resolve) => setTimeout(resolve, 0)));

Deno.test("Effection's operations run in our coroutines by plain yield* [I1]", async () => {
  const results = await run(function* () {
    yield* fx.sleep(1);
    const acted = yield* fx.action<number>((resolve) => {
      const id = setTimeout(() => resolve(1), 0);
      return () => clearTimeout(id);
    });
    const called = yield* fx.call(async () => await Promise.resolve(2));
    const task = yield* fx.spawn(function* () {
      yield* fx.sleep(1);
      return 3;
    });
    const joined = yield* task;
    const both = yield* fx.all([fx.call(() => 4), fx.until(Promise.resolve(5))]);
    const first = yield* fx.race([fx.suspend() as fx.Operation<unknown>, fx.call(() => 6)]);
    const scoped = yield* fx.scoped(function* () {
      yield* fx.spawn(() => fx.suspend());
      return 7;
    });
    return [acted, called, joined, ...both, first, scoped];
  });
  assertEquals(results, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("a resource of Effection's lives until our task ends, and is torn down before that [I2]", async () => {
  const log: string[] = [];
  const open = (name: string) =>
    fx.resource<string>(function* (provide) {
      log.push(`open ${name}`);
      try {
        yield* provide(name);
      } finally {
        yield* fx.sleep(1);
        log.push(`close ${name}`);
      }
    });
  await run(function* () {
    yield* scope(function* () {
      assertEquals(yield* open("a"), "a");
      assertEquals(yield* open("b"), "b");
      log.push("body");
    });
    log.push("after");
  });
  assertEquals(log, ["open a", "open b", "body", "close b", "close a", "after"]);
});

Deno.test("each() goes through streams of Effection's, and of ours through channels [I1]", async () => {
  const seen = await run(function* () {
    const signal = fx.createSignal<number, void>();
    const channel = fx.createChannel<number, void>();
    const seen: number[] = [];
    let subscribed = 0;
    function* noted<T>(stream: fx.Stream<T, void>) {
      const subscription = yield* stream;
      subscribed++;
      return subscription;
    }
    yield* fx.spawn(function* () {
      for (const value of yield* fx.each(noted(signal))) {
        seen.push(value);
        yield* fx.each.next();
      }
    });
    const loop = yield* spawn(function* () {
      for (const value of yield* fx.each(noted(channel))) {
        seen.push(10 * value);
        yield* fx.each.next();
      }
    });
    while (subscribed < 2) yield* turn();
    signal.send(1);
    yield* channel.send(1);
    signal.send(2);
    yield* channel.send(2);
    yield* channel.close();
    yield* loop;
    while (seen.length < 4) yield* turn();
    return seen;
  });
  assertEquals(seen.sort(), [1, 10, 2, 20].sort());
});

Deno.test("contexts of Effection's are inherited by our tasks, and restored after with() [I1]", async () => {
  const user = fx.createContext<string>("user");
  const seen = await run(function* () {
    yield* user.set("ann");
    const child = yield* spawn(function* () {
      const inherited = yield* user.expect();
      yield* user.set("bob");
      return [inherited, yield* user.expect()];
    });
    const seen = yield* child;
    const inner = yield* user.with("eve", function* () {
      const task = yield* fx.spawn(() => user.expect());
      return yield* task;
    });
    return [...seen, inner, yield* user.expect()];
  });
  assertEquals(seen, ["ann", "bob", "eve", "ann"]);
});

Deno.test("a scope of Effection's is made only for a task that needs one", async () => {
  const scopes = new Set<fx.Scope>();
  await run(function* () {
    yield* fx.sleep(0);
    yield* scope(function* () {
      scopes.add(yield* fx.useScope());
      scopes.add(yield* fx.useScope());
      yield* spawn(function* () {
        scopes.add(yield* fx.useScope());
      });
    });
  });
  assertEquals(scopes.size, 2);
});

Deno.test("a crash in a child of Effection's fails our task, once its cleanup is done [I2]", async () => {
  const log: string[] = [];
  const error = await run(function* () {
    return yield* caught(scope(function* () {
      yield* fx.spawn(function* () {
        try {
          yield* fx.suspend();
        } finally {
          yield* fx.sleep(1);
          log.push("sibling");
        }
      });
      yield* fx.spawn(function* () {
        yield* fx.sleep(1);
        throw new Error("crash");
      });
      try {
        yield* suspend();
      } catch (error) {
        log.push((error as Error).name);
        throw error;
      } finally {
        log.push("body");
      }
    }));
  });
  assertEquals((error as Error).message, "crash");
  assertEquals(log, ["CancelledError", "body", "sibling"]);
});

Deno.test("a crash within scoped() is caught around it, whatever it crosses, and the task goes on [I2]", async () => {
  for (const wait of [() => suspend(), () => fx.suspend(), () => scope(() => suspend())]) {
    const log: unknown[] = [];
    await run(function* () {
      try {
        yield* fx.scoped(function* () {
          yield* fx.spawn(function* () {
            yield* fx.sleep(1);
            throw new Error("crash");
          });
          try {
            yield* wait();
            log.push("never");
          } finally {
            yield* sleep(1);
            log.push("cleaned");
          }
          log.push("never");
        });
      } catch (error) {
        log.push((error as Error).message);
      }
      yield* sleep(1);
      const children = yield* spawn(() => sleep(0));
      yield* children;
      log.push("on");
    });
    assertEquals(log, ["cleaned", "crash", "on"]);
  }
});

Deno.test("a crash and a failing cleanup are both told, by one error [I2]", async () => {
  const error = await run(function* () {
    return yield* caught(fx.scoped(function* () {
      yield* fx.spawn(function* () {
        yield* fx.sleep(1);
        throw new Error("crash");
      });
      try {
        yield* suspend();
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new Error("cleanup");
      }
    }));
  });
  assertEquals((error as AggregateError).errors.map(({ message }) => message), [
    "crash",
    "cleanup",
  ]);
});

Deno.test("a resource that fails to start throws where it is acquired", async () => {
  const error = await run(function* () {
    return yield* caught(fx.resource(function* () {
      yield* fx.sleep(1);
      throw new Error("no");
    }));
  });
  assertEquals((error as Error).message, "no");
});

Deno.test("cancelling our task reaches Effection's children and waits for them [I2]", async () => {
  const log: string[] = [];
  await run(function* () {
    const task = yield* spawn(function* () {
      yield* fx.spawn(function* () {
        try {
          yield* fx.suspend();
        } finally {
          yield* fx.sleep(1);
          log.push("theirs");
        }
      });
      try {
        yield* fx.sleep(10_000);
      } finally {
        yield* fx.sleep(1);
        log.push("ours");
      }
    });
    yield* turn();
    yield* task.cancel();
    log.push("cancelled");
    assertEquals(task.status, "cancelled");
  });
  assertEquals(log, ["ours", "theirs", "cancelled"]);
});

Deno.test("a halt of Effection's is not lost in a coroutine of ours [S3]", async () => {
  const log: string[] = [];
  function* helper() {
    try {
      yield* fx.suspend();
    } finally {
      yield* fx.sleep(1);
      log.push("cleaned");
    }
  }
  await run(function* () {
    const task = yield* spawn(function* () {
      yield* fx.scoped(function* () {
        yield* helper();
        log.push("never");
      });
      log.push("never");
    });
    yield* turn();
    yield* task.cancel();
  });
  assertEquals(log, ["cleaned"]);
});

Deno.test("no cancellation comes into a shield or a critical region of Effection's [M1]", async () => {
  const log: string[] = [];
  function* critical(): Generator<fx.Effect<unknown>, void, unknown> {
    const routine = (yield {
      description: "useCoroutine()",
      enter: (resolve, routine) => {
        resolve({ ok: true, value: routine });
        return (left) => left({ ok: true, value: undefined });
      },
    } as fx.Effect<unknown>) as { data: { critical: boolean } };
    routine.data.critical = true;
    try {
      yield* fx.sleep(2);
      yield* sleep(2);
      log.push("critical");
    } finally {
      routine.data.critical = false;
    }
  }
  await run(function* () {
    for (const work of [critical, () => shield(() => fx.sleep(2))]) {
      const task = yield* spawn(function* () {
        yield* work();
        yield* yieldNow();
        log.push("never");
      });
      yield* turn();
      yield* task.cancel();
    }
  });
  assertEquals(log, ["critical"]);
});

Deno.test("Effection's operations can be given to whatever takes operations or thunks", async () => {
  const results = await run(function* () {
    const joined = yield* yield* spawn(() => fx.call(() => 1));
    const both = yield* all([fx.call(() => 2), () => fx.until(Promise.resolve(3))]);
    const first = yield* race([fx.suspend(), fx.call(() => 4)]);
    return [joined, ...both, first];
  });
  assertEquals(results, [1, 2, 3, 4]);
  assertEquals(await run(() => [1, 2]), [1, 2]);
  assertEquals(await run(() => new Map([[1, 2]])), new Map([[1, 2]]));
});

Deno.test("a task of ours and one of Effection's do not take each other for themselves", async () => {
  await run(function* () {
    const name = currentTask().name;
    const child = yield* fx.spawn(function* () {
      const seen = [];
      for (let i = 0; i < 2; i++) {
        seen.push(
          yield* caught((function* () {
            return currentTask().name;
          })()),
        );
        yield* fx.sleep(0);
      }
      return seen.map((error) => (error as Error).name);
    });
    assertEquals(currentTask().name, name);
    assertEquals(yield* child, ["UsageError", "UsageError"]);
  });
});

Deno.test("Effection's operations wait while virtual time stands", async () => {
  const { value, time } = await simulate(function* () {
    const task = yield* fx.spawn(function* () {
      yield* sleep(1000);
      return yield* fx.call(() => "late");
    });
    return yield* task;
  });
  assertEquals([value, time], ["late", 1000]);
});

Deno.test("halting a task of Effection's from ours waits for its cleanup; joining it then throws [I2]", async () => {
  const log: string[] = [];
  await run(function* () {
    const task = yield* fx.spawn(function* () {
      try {
        yield* sleep(10_000);
      } finally {
        yield* sleep(1);
        log.push("cleaned");
      }
    });
    yield* turn();
    yield* task.halt();
    log.push("halted");
    assertEquals(((yield* caught(task)) as Error).message, "halted");
  });
  assertEquals(log, ["cleaned", "halted"]);
  assert(CancelledError);
});
