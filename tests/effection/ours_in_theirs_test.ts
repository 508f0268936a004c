import { assertEquals, assertStrictEquals } from "@std/assert";
import * as fx from "effection";
import {
  all,
  Broadcast,
  Channel,
  createContext,
  currentTask,
  ensure,
  GreenPool,
  Mutex,
  race,
  resource,
  scope,
  sleep,
  spawn,
  suspend,
  timeout,
  UsageError,
  use,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { drivers, turn } from "./_drivers.ts";

for (const [driver, run] of drivers) {
  const test = (name: string, body: () => Promise<void>) =>
    Deno.test(`${name}, run by ${driver}`, body);

  test("our operations run in Effection by plain yield* [I1]", async () => {
    const pool = new GreenPool({ size: 2 });
    const results = await run(function* () {
      yield* sleep(1);
      yield* yieldNow();
      const channel = new Channel<number>();
      yield* fx.spawn(() => channel.send(1));
      const received = yield* channel.receive();
      const submitted = yield* pool.submit(function* () {
        yield* sleep(1);
        return 2;
      });
      const both = yield* all([() => 3, function* () {
        yield* sleep(1);
        return 4;
      }]);
      const first = yield* race([suspend(), () => 5]);
      const mapped = yield* pool.map([6, 7], (n) => n).collect();
      return [received, submitted, ...both, first, ...mapped];
    });
    await pool.close();
    assertEquals(results, [1, 2, 3, 4, 5, 6, 7]);
  });

  test("code of Effection's belongs to no task of ours, whatever it has waited for [I1]", async () => {
    const wrong: string[] = [];
    const look = (where: string) => {
      try {
        wrong.push(`${where}: ${currentTask().name}`);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    };
    const visit = function* (where: string, wait: () => fx.Operation<unknown>) {
      try {
        yield* wait();
        look(where);
      } finally {
        look(`${where}, on the way out`);
      }
    };
    await run(function* () {
      yield* visit("sleep", () => sleep(1));
      yield* visit("scope", () => scope(() => {}));
      yield* visit("ensure", () => ensure(() => {}));
      yield* visit("resource", () =>
        resource<void>(function* (provide) {
          yield* sleep(1);
          yield* provide();
        }));
      for (const wait of [suspend, () => resource<void>(() => suspend()), () => scope(suspend)]) {
        const task = yield* fx.spawn(() => visit("a halt", wait));
        yield* turn();
        yield* task.halt();
        look("after a halt");
      }
      const failing = () => fx.scoped(() => visit("a crash", () => resource(fail)));
      const fail = () => {
        throw new Error("crash");
      };
      yield* caught(failing());
      look("after a crash");
      yield* visit("a scope of Effection's", () => fx.scoped(() => ensure(() => sleep(1))));
    });
    assertEquals(wrong, []);
  });

  test("errors cross intact, both ways [I1]", async () => {
    const cause = new TypeError("cause");
    const thrown = Object.assign(new RangeError("ours", { cause }), { code: 7 });
    await run(function* () {
      const error = yield* caught(scope(() => {
        throw thrown;
      }));
      assertStrictEquals(error, thrown);
      const theirs = yield* caught(scope(() =>
        fx.call(() => {
          throw thrown;
        })
      ));
      assertStrictEquals(theirs, thrown);
      assertEquals(((yield* caught(timeout(1, suspend()))) as Error).name, "TimeoutError");
    });
  });

  test("halt reaches our cleanup and waits for it [I2]", async () => {
    const log: string[] = [];
    let begun = false;
    const task = run(function* () {
      try {
        yield* scope(function* () {
          try {
            begun = true;
            yield* suspend();
          } finally {
            yield* sleep(2);
            log.push("ours");
          }
        });
        log.push("never");
      } finally {
        log.push("theirs");
      }
    });
    while (!begun) await turn();
    await task.halt();
    assertEquals(log, ["ours", "theirs"]);
  });

  test("what fails while it is halted is told to who halts [I2]", async () => {
    let begun = false;
    const task = run(() =>
      scope(function* () {
        try {
          begun = true;
          yield* suspend();
        } finally {
          // deno-lint-ignore no-unsafe-finally
          throw new Error("cleanup");
        }
      })
    );
    task.catch(() => {});
    while (!begun) await turn();
    const error = await task.halt().then(() => undefined, (error) => error);
    assertEquals(error?.message, "cleanup");
  });

  test("ensure, resource, use and subscribe bind to Effection's scope, newest first [S8]", async () => {
    const log: string[] = [];
    const mutex = new Mutex();
    const news = new Broadcast<string>();
    await run(function* () {
      yield* fx.scoped(function* () {
        yield* ensure(function* () {
          yield* sleep(1);
          log.push("ensured");
        });
        const value = yield* resource<string>(function* (provide) {
          try {
            yield* provide("value");
          } finally {
            yield* sleep(1);
            log.push("released");
          }
        });
        yield* use(mutex.acquire());
        const subscription = yield* news.subscribe();
        news.publish("news");
        log.push(value, yield* subscription.receive());
        assertEquals([mutex.locked, news.subscribers], [true, 1]);
      });
      log.push("after");
      assertEquals([mutex.locked, news.subscribers], [false, 0]);
    });
    assertEquals(log, ["value", "news", "released", "ensured", "after"]);
  });

  test("cleanup of both worlds that is bound to one scope runs newest first [S8]", async () => {
    const log: string[] = [];
    await run(function* () {
      yield* fx.ensure(() => void log.push("theirs, first"));
      yield* ensure(() => void log.push("ours"));
      yield* fx.ensure(() => void log.push("theirs, last"));
    });
    assertEquals(log, ["theirs, last", "ours", "theirs, first"]);
  });

  test("spawn makes a child of Effection's scope: its crash crashes the scope, its end halts it [I2]", async () => {
    const log: string[] = [];
    await run(function* () {
      yield* fx.scoped(function* () {
        const task = yield* spawn(function* () {
          yield* sleep(1);
          return "joined";
        });
        log.push(yield* task);
        yield* spawn(function* () {
          try {
            yield* suspend();
          } finally {
            log.push("halted");
          }
        });
        yield* turn();
      });
      const error = yield* caught(fx.scoped(function* () {
        yield* spawn(function* () {
          yield* sleep(1);
          throw new Error("crash");
        });
        try {
          yield* fx.suspend();
        } finally {
          log.push("unwound");
        }
      }));
      log.push((error as Error).message);
    });
    assertEquals(log, ["joined", "halted", "unwound", "crash"]);
  });

  test("our contexts are inherited through Effection's scopes, and back [I1]", async () => {
    const user = createContext<string>("user", "nobody");
    const seen = await run(function* () {
      const before = yield* user.expect();
      yield* user.set("ann");
      const child = yield* fx.spawn(function* () {
        const inherited = yield* user.expect();
        const deeper = yield* user.with("bob", function* () {
          return yield* yield* fx.spawn(() => user.expect());
        });
        return [inherited, deeper];
      });
      return [before, yield* user.expect(), ...(yield* child)];
    });
    assertEquals(seen, ["nobody", "ann", "ann", "bob"]);
  });

  test("a wait for a resource can be halted, and then it is torn down [M3]", async () => {
    const log: string[] = [];
    await run(function* () {
      const task = yield* fx.spawn(function* () {
        yield* resource<void>(function* (provide) {
          try {
            yield* sleep(10_000);
            yield* provide();
          } finally {
            yield* sleep(1);
            log.push("torn down");
          }
        });
        log.push("never");
      });
      yield* turn();
      yield* task.halt();
      log.push("halted");
    });
    assertEquals(log, ["torn down", "halted"]);
  });

  test("a wait that is halted leaves the scope usable for what comes after", async () => {
    const log: string[] = [];
    const mutex = new Mutex();
    await run(function* () {
      const permit = yield* mutex.acquire();
      const outcome = yield* caught(fx.scoped(function* () {
        yield* fx.spawn(function* () {
          yield* sleep(1);
          throw new Error("crash");
        });
        try {
          yield* use(mutex.acquire());
        } finally {
          yield* ensure(() => void log.push("ensured in cleanup"));
        }
      }));
      log.push((outcome as Error).message);
      permit.release();
      assertEquals(mutex.locked, false);
    });
    assertEquals(log, ["ensured in cleanup", "crash"]);
  });

  test("ours in theirs in ours in theirs unwinds inside out [I2]", async () => {
    const log: string[] = [];
    let begun = 0;
    const layer = function* (name: string, inner: fx.Operation<void>) {
      begun++;
      try {
        yield* inner;
        log.push(`never ${name}`);
      } finally {
        yield* sleep(1);
        yield* fx.sleep(1);
        log.push(name);
      }
    };
    const task = run(() =>
      layer(
        "theirs 1",
        scope(() =>
          layer(
            "ours 1",
            fx.scoped(() =>
              layer("theirs 2", race([() => layer("ours 2", fx.suspend()), suspend()]))
            ),
          )
        ),
      )
    );
    while (begun < 4) await turn();
    await task.halt();
    assertEquals(log, ["ours 2", "theirs 2", "ours 1", "theirs 1"]);
  });
}
