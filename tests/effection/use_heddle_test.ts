import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { useHeddle } from "../../effection.ts";
import * as fx from "effection";
import { sleep } from "../../mod.ts";
import { drivers } from "./_drivers.ts";
import { type Participant, Rounds, type Turn } from "../../src/effection/rounds.ts";

function onHeddle<T>(op: () => fx.Operation<T>): fx.Task<T> {
  return fx.run(function* () {
    assert(yield* useHeddle());
    return yield* yield* fx.spawn(op);
  });
}

Deno.test("a loop near the root starves neither deeper tasks nor the host [F1] [F2]", async () => {
  let hostTurns = 0;
  const timer = setInterval(() => hostTurns++, 0);
  let steps = 0;
  const deep = await onHeddle(function* () {
    const found = fx.withResolvers<number>();
    let over = false;
    yield* fx.spawn(function* () {
      yield* fx.spawn(function* () {
        yield* fx.spawn(function* () {
          for (let i = 0; i < 10; i++) yield* fx.call(() => i);
          yield* fx.sleep(1);
          over = true;
          found.resolve(steps);
        });
        yield* fx.suspend();
      });
      yield* fx.suspend();
    });
    // A loop which in Effection would never let the others, nor the timers, have a turn.
    while (!over && steps < 5_000_000) {
      steps++;
      yield* fx.call(() => {});
      yield* fx.action<void>((resolve) => {
        resolve();
        return () => {};
      });
    }
    return yield* found.operation;
  });
  clearInterval(timer);
  assert(deep < 5_000_000, "the deep task ended while the loop was running");
  assert(hostTurns > 0);
});

Deno.test("steps that take long let the host have its turn between them [F2]", async () => {
  let isDue = false;
  setTimeout(() => isDue = true, 0);
  const steps = await onHeddle(function* () {
    let steps = 0;
    while (!isDue && steps < 500) {
      yield* fx.call(() => {
        for (const until = performance.now() + 1; performance.now() < until;);
      });
      yield* fx.createContext("none", steps++).get();
    }
    return steps;
  });
  assert(steps < 100, `${steps} steps of a millisecond were taken before a timer that was due`);
});

Deno.test("a halt is not lost when a finally waits below a plain yield* [S3]", async () => {
  const log: string[] = [];
  function* inner() {
    try {
      yield* fx.suspend();
    } finally {
      yield* fx.sleep(1);
      log.push("inner");
    }
  }
  function* middle() {
    try {
      yield* inner();
      log.push("never");
    } finally {
      yield* sleep(1);
      log.push("middle");
    }
    log.push("never");
  }
  await onHeddle(function* () {
    const task = yield* fx.spawn(function* () {
      yield* middle();
      log.push("never");
      yield* fx.sleep(1);
      log.push("never");
    });
    yield* fx.sleep(1);
    yield* task.halt();
    log.push("halted");
  });
  assertEquals(log, ["inner", "middle", "halted"]);
});

Deno.test("a catch sees no halt, and an error of cleanup takes its place as in the language", async () => {
  const log: string[] = [];
  function* fails() {
    try {
      yield* fx.suspend();
    } finally {
      yield* fx.sleep(1);
      // deno-lint-ignore no-unsafe-finally
      throw new Error("cleanup");
    }
  }
  await onHeddle(function* () {
    const quiet = yield* fx.spawn(function* () {
      try {
        yield* fx.suspend();
      } catch {
        log.push("never");
      }
    });
    const loud = yield* fx.spawn(function* () {
      try {
        yield* fails();
      } catch (error) {
        log.push((error as Error).message);
        yield* fx.sleep(1);
        log.push("handled");
      }
    });
    yield* fx.sleep(1);
    yield* quiet.halt();
    yield* loud.halt();
  });
  assertEquals(log, ["cleanup", "handled"]);
});

for (const [driver, drive] of drivers) {
  Deno.test(`an error of cleanup that is caught at once ends the halt, as in the language, run by ${driver}`, async () => {
    const log: string[] = [];
    function* fails() {
      try {
        yield* fx.suspend();
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new Error("cleanup");
      }
    }
    function* catches() {
      try {
        yield* fails();
      } catch (error) {
        log.push((error as Error).message);
        yield* fx.sleep(1);
        log.push("handled");
      }
    }
    await drive(function* () {
      const task = yield* fx.spawn(function* () {
        yield* catches();
        log.push("went on");
      });
      yield* fx.sleep(1);
      yield* task.halt();
    });
    assertEquals(log, ["cleanup", "handled", "went on"]);
  });
}

Deno.test("a generator that user code leaves while a routine is returned from is left as ever", async () => {
  const log: string[] = [];
  function* numbers() {
    try {
      yield 1;
    } finally {
      log.push("left");
    }
  }
  await onHeddle(function* () {
    const task = yield* fx.spawn(function* () {
      try {
        yield* fx.suspend();
      } finally {
        for (const _ of numbers()) break;
        yield* fx.sleep(1);
        log.push("cleaned");
      }
    });
    yield* fx.sleep(1);
    yield* task.halt();
  });
  assertEquals(log, ["left", "cleaned"]);
});

Deno.test("Rounds gives everyone a turn a round, the lower number first [F1]", () => {
  const rounds = new Rounds<Turn & { readonly name: string }>(1);
  const turn = (name: string, priority: number, whose: Participant) => {
    rounds.add({ name, priority, whose, round: 0, order: 0 });
  };
  const [a, b, c] = [{ lastRound: -1, turns: 0 }, { lastRound: -1, turns: 0 }, {
    lastRound: -1,
    turns: 0,
  }];
  turn("b1", 2, b);
  turn("a1", 1, a);
  const taken = [rounds.take()];
  turn("a2", 1, a);
  turn("c1", 3, c);
  while (rounds.size > 0) taken.push(rounds.take());
  assertEquals(taken.map((turn) => turn!.name), ["a1", "b1", "c1", "a2"]);
  assertEquals(rounds.take(), undefined);
});

Deno.test("Rounds gives turns as a list that is sorted anew each time would [F1]", () => {
  const numbers = fc.record({ priority: fc.nat(3), whose: fc.nat(4), take: fc.nat(2) });
  fc.assert(fc.property(fc.array(numbers), fc.integer({ min: 1, max: 3 }), (steps, most) => {
    const participants = Array.from({ length: 5 }, () => ({ lastRound: -1, turns: 0 }));
    const rounds = new Rounds<Turn>(most);
    const list: { turn: Turn; round: number }[] = [];
    const had = new Map<string, number>();
    const key = (whose: Participant, round: number) => `${participants.indexOf(whose)} ${round}`;
    let round = 0;
    const take = () => {
      list.sort((a, b) => a.round - b.round || a.turn.priority - b.turn.priority);
      const first = list.shift();
      assertStrictEquals(rounds.take(), first?.turn);
      if (first === undefined) return;
      round = first.round;
      const turns = key(first.turn.whose, round);
      had.set(turns, (had.get(turns) ?? 0) + 1);
    };
    for (const { priority, whose, take: times } of steps) {
      const turn = { priority, whose: participants[whose], round: 0, order: 0 };
      const isThrough = (had.get(key(turn.whose, round)) ?? 0) >= most;
      list.push({ turn, round: isThrough ? round + 1 : round });
      rounds.add(turn);
      for (let i = 0; i < times; i++) take();
    }
    while (list.length > 0) take();
  }));
});
