import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as fx from "effection";
import { scope, sleep, suspend, yieldNow } from "../../mod.ts";
import { cancelAtEveryStep } from "../kernel/_sweep.ts";
import { drivers as theirDrivers, ours } from "./_drivers.ts";

type Op<T> = Generator<fx.Effect<unknown>, T, unknown>;

/** Who runs a program written for Effection. */
const drivers: [name: string, run: <T>(op: () => fx.Operation<T>) => PromiseLike<T>][] = [
  ["heddle", ours],
  ...theirDrivers,
];

/** Effection 4.0 tears a scope down oldest first, in whatever runs it; 4.1 newest first. */
const isOf40 = !("allSettled" in fx);

/** What Effection documents of itself, as programs that write down what happens. */
const programs: { [documented: string]: [work: (log: string[]) => Op<unknown>, log: string[]] } = {
  "a child is halted when its parent returns": [function* (log) {
    yield* fx.scoped(function* () {
      yield* fx.spawn(function* () {
        try {
          yield* fx.suspend();
        } finally {
          log.push("halted");
        }
      });
      yield* fx.sleep(1);
      log.push("returned");
    });
    log.push("after");
  }, ["returned", "halted", "after"]],
  "children are halted newest first, cleanup awaited": [function* (log) {
    yield* fx.scoped(function* () {
      for (const name of ["a", "b", "c"]) {
        yield* fx.spawn(function* () {
          try {
            yield* fx.suspend();
          } finally {
            yield* fx.sleep(1);
            log.push(name);
          }
        });
      }
      yield* fx.sleep(1);
    });
  }, isOf40 ? ["a", "b", "c"] : ["c", "b", "a"]],
  "an error in a child crashes the parent and its other children": [function* (log) {
    try {
      yield* fx.scoped(function* () {
        yield* fx.spawn(function* () {
          try {
            yield* fx.suspend();
          } finally {
            log.push("sibling");
          }
        });
        yield* fx.spawn(function* () {
          yield* fx.sleep(1);
          throw new Error("crash");
        });
        try {
          yield* fx.suspend();
        } finally {
          log.push("parent");
        }
      });
    } catch (error) {
      log.push((error as Error).message);
    }
  }, ["parent", "sibling", "crash"]],
  "race halts the losers before it returns": [function* (log) {
    const loser = (name: string) =>
      fx.call(function* () {
        try {
          yield* fx.suspend();
        } finally {
          yield* fx.sleep(1);
          log.push(name);
        }
      });
    const won = yield* fx.race([
      loser("loser") as fx.Operation<string>,
      fx.call(function* () {
        yield* fx.sleep(1);
        return "winner";
      }),
    ]);
    log.push(won);
  }, ["loser", "winner"]],
  "all keeps the order, and fails with the first error": [function* (log) {
    const after = (ms: number, value: string) =>
      fx.call(function* () {
        yield* fx.sleep(ms);
        return value;
      });
    log.push(...(yield* fx.all([after(5, "a"), after(1, "b")])));
    try {
      yield* fx.all([
        fx.suspend(),
        fx.call(function* () {
          yield* fx.sleep(1);
          throw new Error("failed");
        }),
      ]);
    } catch (error) {
      log.push((error as Error).message);
    }
  }, ["a", "b", "failed"]],
  "ensure runs newest first, and may wait": [function* (log) {
    yield* fx.scoped(function* () {
      yield* fx.ensure(() => void log.push("first"));
      yield* fx.ensure(function* () {
        yield* fx.sleep(1);
        log.push("second");
      });
      log.push("body");
    });
  }, isOf40 ? ["body", "first", "second"] : ["body", "second", "first"]],
  "a context is inherited live by children, and restored after with": [function* (log) {
    const name = fx.createContext<string>("name", "none");
    log.push(yield* name.expect());
    yield* name.with("inner", function* () {
      const child = yield* fx.spawn(function* () {
        yield* fx.sleep(1);
        return yield* name.expect();
      });
      log.push(yield* child);
    });
    log.push(yield* name.expect());
  }, ["none", "inner", "none"]],
  "an action is discarded once, whether it resolves or is halted": [function* (log) {
    const acted = (ms: number) =>
      fx.action<void>((resolve) => {
        const id = setTimeout(resolve, ms);
        return () => {
          clearTimeout(id);
          log.push("discarded");
        };
      });
    yield* acted(1);
    const task = yield* fx.spawn(() => acted(10_000));
    yield* fx.sleep(1);
    yield* task.halt();
  }, ["discarded", "discarded"]],
  "joining a halted task throws, and so does a failed one": [function* (log) {
    const halted = yield* fx.spawn(() => fx.suspend());
    yield* halted.halt();
    try {
      yield* halted;
    } catch (error) {
      log.push((error as Error).message);
    }
  }, ["halted"]],
  "each goes through a stream until it closes, and leaves it on break": [function* (log) {
    const stream: fx.Stream<number, void> = fx.resource(function* (provide) {
      let n = 0;
      try {
        yield* provide({
          *next() {
            yield* fx.sleep(0);
            return n++ < 5 ? { done: false, value: n } : { done: true, value: undefined };
          },
        });
      } finally {
        log.push("closed");
      }
    });
    yield* fx.scoped(function* () {
      for (const value of yield* fx.each(stream)) {
        log.push(String(value));
        if (value === 2) break;
        yield* fx.each.next();
      }
    });
  }, ["1", "2", "closed"]],
};

for (const [documented, [work, expected]] of Object.entries(programs)) {
  for (const [driver, drive] of drivers) {
    Deno.test(`Effection: ${documented}, run by ${driver} [I1]`, async () => {
      const log: string[] = [];
      await drive(() => work(log));
      assertEquals(log, expected);
    });
  }
}

Deno.test("cancelled at every step, a mixture of both libraries leaves nothing behind [I2]", async () => {
  let most = 0;
  const make = () => {
    let inside = 0;
    let entered = 0;
    function* visit(inner: () => fx.Operation<unknown>): Op<void> {
      inside++;
      entered++;
      try {
        yield* inner();
      } finally {
        try {
          yield* yieldNow();
        } finally {
          inside--;
        }
      }
    }
    return {
      *work() {
        const task = yield* fx.spawn(() =>
          visit(() => scope(() => visit(() => fx.scoped(() => visit(() => suspend())))))
        );
        yield* visit(() =>
          fx.race([
            fx.call(() => visit(() => sleep(5))),
            scope(() => visit(() => fx.suspend())) as fx.Operation<void>,
          ])
        );
        yield* fx.resource<void>(function* (provide) {
          yield* visit(() => provide());
        });
        yield* task.halt();
        yield* visit(() => fx.all([sleep(1), yieldNow()]));
      },
      check() {
        most = Math.max(most, entered);
        assertEquals(inside, 0);
      },
    };
  };
  const steps = await cancelAtEveryStep(make);
  assert(steps > 20 && most > 6, `${steps} steps, ${most} visits`);
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => void await cancelAtEveryStep(make, seed)),
    { numRuns: 5 },
  );
});

Deno.test("halted after any number of turns, a mixture run by Effection leaves nothing behind [I2]", async () => {
  for (const [driver, drive] of drivers.filter(([name]) => name !== "heddle")) {
    for (let turns = 0; turns < 12; turns++) {
      const log: string[] = [];
      const layer = function* (name: string, inner: () => fx.Operation<unknown>): Op<void> {
        log.push(`+${name}`);
        try {
          yield* inner();
        } finally {
          log.push(`-${name}`);
        }
      };
      await drive(function* () {
        const task = yield* fx.spawn(() =>
          layer("a", () => scope(() => layer("b", () => fx.scoped(() => layer("c", suspend)))))
        );
        for (let i = 0; i < turns; i++) yield* yieldNow();
        yield* task.halt();
      });
      const open: string[] = [];
      for (const mark of log) {
        if (mark.startsWith("+")) open.push(mark.slice(1));
        else assertEquals(open.pop(), mark.slice(1), `${driver}, ${turns}: ${log}`);
      }
      assertEquals(open, [], `${driver}, ${turns}: ${log}`);
    }
  }
});
