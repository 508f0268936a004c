import { assertEquals } from "@std/assert";
import "../../effection.ts";
import * as fx from "effection";
import {
  createContext,
  type Effect,
  ensure,
  race,
  resource,
  run as runOurs,
  scope,
  sleep,
  spawn,
  supervise,
  suspend,
  until,
  use,
} from "../../mod.ts";
import { abortSignal } from "../../effection.ts";
import { caught } from "../_caught.ts";
import { drivers } from "./_drivers.ts";

type Body = () => Generator<Effect<unknown>, void, unknown>;

const all: [name: string, run: (body: Body) => PromiseLike<void>][] = [
  ["heddle", (body) => runOurs(body)],
  ...drivers,
];

const user = createContext<string>("user", "nobody");
const theirUser = fx.createContext<string>("their user", "nobody");

function* users() {
  return [yield* user.expect(), yield* theirUser.expect()].join();
}

for (const [driver, run] of all) {
  const test = (name: string, body: Body) =>
    Deno.test(`${name}, run by ${driver}`, async () => await run(body));

  test("what is bound in a scope of Effection's is bound to it [I2]", function* () {
    const log: string[] = [];
    yield* ensure(() => void log.push("never before the task ends"));
    let signal: AbortSignal | undefined;
    yield* fx.scoped(function* () {
      signal = yield* abortSignal();
      yield* ensure(function* () {
        yield* sleep(1);
        log.push("ensured");
      });
      yield* use({ [Symbol.dispose]: () => void log.push("disposed") });
      yield* resource<void>(function* (provide) {
        try {
          yield* provide();
        } finally {
          log.push("released");
        }
      });
      yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          yield* sleep(1);
          log.push("halted");
        }
      });
      yield* fx.scoped(function* () {
        yield* ensure(() => void log.push("inner"));
      });
      yield* race([function* () {
        yield* ensure(() => void log.push("race"));
      }]);
      yield* sleep(1);
      log.push("body");
    });
    assertEquals(log, ["inner", "race", "body", "halted", "released", "disposed", "ensured"]);
    assertEquals(signal?.aborted, true);
  });

  test("a supervisor lives in the scope of Effection's in which it was started [I2]", function* () {
    const supervisor = yield* fx.scoped(function* () {
      const supervisor = yield* supervise([{ id: "a", start: () => suspend() }]);
      assertEquals(supervisor.children()[0].status, "running");
      return supervisor;
    });
    assertEquals(supervisor.children()[0].status, "stopped");
  });

  test("contexts that are set in a scope of Effection's hold to its end, in all tasks there [I1]", function* () {
    yield* user.set("outer");
    yield* fx.scoped(function* () {
      yield* user.set("inner");
      yield* theirUser.set("inner");
      assertEquals(yield* users(), "inner,inner");
      assertEquals(yield* scope(users), "inner,inner");
      assertEquals(yield* yield* spawn(users), "inner,inner");
      assertEquals(yield* yield* fx.spawn(users), "inner,inner");
      assertEquals(yield* yield* fx.spawn(() => scope(users)), "inner,inner");
      yield* fx.scoped(function* () {
        yield* user.set("deepest");
        assertEquals(yield* users(), "deepest,inner");
      });
      assertEquals(yield* users(), "inner,inner");
    });
    assertEquals(yield* users(), "outer,nobody");
    assertEquals(yield* scope(users), "outer,nobody");
  });

  test("what fails in a scope of Effection's is caught around it [I2]", function* () {
    const log: string[] = [];
    const failing: (() => fx.Operation<unknown>)[] = [
      function* () {
        yield* spawn(function* () {
          yield* sleep(1);
          throw new Error("child");
        });
        try {
          yield* suspend();
        } finally {
          yield* sleep(1);
          log.push("unwound");
        }
      },
      function* () {
        yield* yield* spawn(function* () {
          yield* sleep(1);
          throw new Error("joined");
        });
      },
      function* () {
        yield* resource(function* () {
          throw new Error("resource");
        });
      },
      function* () {
        yield* ensure(() => {
          throw new Error("cleanup");
        });
      },
    ];
    for (const work of failing) {
      log.push(((yield* caught(fx.scoped(work))) as Error).message);
    }
    yield* yield* spawn(() => sleep(0));
    assertEquals(log, ["unwound", "child", "joined", "resource", "cleanup"]);
  });

  test("a failure that is caught in a scope of Effection's is not told again [S9]", function* () {
    const caughtInside = yield* fx.scoped(function* () {
      return yield* caught(resource(function* () {
        throw new Error("resource");
      }));
    });
    assertEquals((caughtInside as Error).message, "resource");
  });

  test("a wait to bind something in a scope of Effection's can be left [M3]", function* () {
    const log: string[] = [];
    const task = yield* fx.spawn(() =>
      scope(() =>
        fx.scoped(function* () {
          yield* resource<void>(function* () {
            log.push("acquiring");
            try {
              yield* suspend();
            } finally {
              yield* sleep(1);
              log.push("given up");
            }
          });
          log.push("never");
        })
      )
    );
    while (log.length === 0) {
      yield* until(new Promise<void>((resolve) => setTimeout(resolve, 0)));
    }
    yield* task.halt();
    log.push("halted");
    assertEquals(log, ["acquiring", "given up", "halted"]);
  });
}
