/** Programs of both libraries, ended before each of their steps. */
import { assert, assertEquals } from "@std/assert";
import * as fx from "effection";
import {
  all,
  Channel,
  collect,
  createContext,
  type Effect,
  ensure,
  GreenPool,
  map,
  type Operation,
  pipeline,
  race,
  resource,
  retry,
  scope,
  select,
  Semaphore,
  shield,
  sleep,
  spawn,
  supervise,
  suspend,
  timeout,
  use,
  yieldNow,
} from "../../mod.ts";
import { interruptEverywhere } from "../../testing.ts";
import { drivers } from "./_drivers.ts";

type Body<T = unknown> = () => Operation<T>;
type Coroutine<T = unknown> = Generator<Effect<unknown>, T, unknown>;

/** Who is inside of what, and who has left it, in order. */
class Visits {
  readonly log: string[] = [];
  #names = 0;

  /** Runs `inner`, and cleans up with waits of both libraries. */
  *in<T>(inner: () => Operation<T>, name = `${++this.#names}`): Coroutine<T> {
    this.log.push(`+${name}`);
    try {
      return yield* inner();
    } finally {
      // A cancellation may come here, too, to what has been left in peace before.
      try {
        yield* sleep(1);
        yield* fx.call(() => yieldNow());
      } finally {
        this.log.push(`-${name}`);
      }
    }
  }

  /** Each that was entered was left, once. */
  check(): void {
    const of = (sign: string) => this.log.filter((mark) => mark[0] === sign).map((m) => m.slice(1));
    assertEquals(of("-").sort(), of("+").sort(), this.log.join());
  }

  /** And in the order that nests. */
  checkNesting(): void {
    const open: string[] = [];
    for (const mark of this.log) {
      if (mark.startsWith("+")) open.push(mark.slice(1));
      else assertEquals(open.pop(), mark.slice(1), this.log.join());
    }
    assertEquals(open, [], this.log.join());
  }
}

/** Both libraries, five deep; each level cleans up with waits. */
function* sandwich(visits: Visits, innermost: Body): Coroutine {
  return yield* visits.in(() =>
    fx.scoped(() =>
      visits.in(() =>
        scope(() =>
          visits.in(() =>
            fx.scoped(function* () {
              const task = yield* fx.spawn(() =>
                visits.in(() => race([() => visits.in(innermost), suspend()]))
              );
              return yield* task;
            })
          )
        )
      )
    )
  );
}

Deno.test("ours in theirs in ours in theirs unwinds inside out, cancelled before each step [I2] [S3]", async () => {
  for (const innermost of [() => sleep(5), () => fx.call(() => sleep(5))]) {
    let visits = new Visits();
    let most = 0;
    await interruptEverywhere(() => sandwich(visits = new Visits(), innermost), () => {
      visits.checkNesting();
      most = Math.max(most, visits.log.length);
    });
    assertEquals(most, 10);
  }
});

for (const [driver, run] of drivers) {
  Deno.test(`theirs in ours in theirs in ours unwinds inside out, halted after each turn, run by ${driver} [I2] [S3]`, async () => {
    for (let turns = 0, isOver = false; !isOver; turns++) {
      const visits = new Visits();
      const task = run(() => sandwich(visits, () => sleep(2)));
      task.catch(() => {});
      let isThere = false;
      task.then(() => isThere = true, () => {});
      await run(function* () {
        for (let i = 0; i < turns; i++) yield* i % 8 < 7 ? yieldNow() : sleep(0);
      });
      isOver = isThere;
      await task.halt();
      visits.checkNesting();
      assert(turns < 1000);
      if (isOver) assertEquals(visits.log.length, 10);
    }
  });
}

/** Operations of Effection's that come to their end. */
const theirs: { [name: string]: (visits: Visits) => Body } = {
  "call": (visits) => () => fx.call(() => visits.in(() => sleep(1))),
  "action": () => () => fx.action<void>((resolve) => (resolve(), () => {})),
  "withResolvers": () =>
    function* () {
      const { operation, resolve } = fx.withResolvers<void>();
      yield* fx.spawn(function* () {
        yield* sleep(1);
        resolve();
      });
      yield* operation;
    },
  "all": (visits) => () => fx.all([visits.in(() => sleep(1)), visits.in(() => yieldNow())]),
  "race": (visits) => () => fx.race([visits.in(() => sleep(1)), visits.in(() => fx.suspend())]),
  "scoped with a child": (visits) => () =>
    fx.scoped(function* () {
      yield* fx.spawn(() => visits.in(() => suspend()));
      yield* visits.in(() => sleep(1));
    }),
  "spawn and join": (visits) =>
    function* () {
      yield* yield* fx.spawn(() => visits.in(() => sleep(1)));
    },
  "halt": (visits) =>
    function* () {
      const task = yield* fx.spawn(() => visits.in(() => fx.suspend()));
      yield* sleep(1);
      yield* task.halt();
    },
  "resource": (visits) =>
    function* () {
      yield* fx.resource<void>((provide) =>
        visits.in(function* () {
          yield* sleep(1);
          yield* provide();
        })
      );
      yield* visits.in(() => sleep(1));
    },
  "ensure": (visits) => () =>
    fx.scoped(function* () {
      yield* fx.ensure(() => visits.in(() => sleep(1)));
      yield* sleep(1);
    }),
  "a context": (visits) => () =>
    fx.createContext<number>("number").with(1, () => visits.in(() => sleep(1))),
  "each over a queue": (visits) =>
    function* () {
      const channel = fx.createChannel<number, void>();
      yield* fx.spawn(function* () {
        yield* sleep(1);
        for (let i = 0; i < 2; i++) yield* channel.send(i);
        yield* channel.close();
      });
      for (const _ of yield* fx.each(channel)) {
        yield* visits.in(() => sleep(1));
        yield* fx.each.next();
      }
    },
};

/** Operations of ours that come to their end. */
const ours: { [name: string]: (visits: Visits) => Body } = {
  "sleep": () => () => sleep(1),
  "scope": (visits) => () =>
    scope(function* () {
      yield* spawn(() => visits.in(() => sleep(1)));
      yield* visits.in(() => fx.call(() => sleep(1)));
    }),
  "all": (visits) => () => all([() => visits.in(() => sleep(1)), () => visits.in(yieldNow)]),
  "race": (visits) => () => race([() => visits.in(() => sleep(1)), () => visits.in(fx.suspend)]),
  "select": () => () => select({ a: new Channel().receive(), b: sleep(1) }),
  "timeout": (visits) => () => timeout(100, () => visits.in(() => sleep(1))),
  "retry": (visits) => () => retry({ attempts: 2 }, () => visits.in(() => sleep(1))),
  "shield": (visits) => () => shield(() => visits.in(() => sleep(1))),
  "context": (visits) => () => createContext("c").with(1, () => visits.in(() => sleep(1))),
  "a channel": (visits) => () =>
    scope(function* () {
      const channel = new Channel<number>();
      yield* spawn(() => visits.in(() => channel.send(1)));
      yield* channel.receive();
    }),
  "a semaphore": (visits) => () => {
    const semaphore = new Semaphore(1);
    const work = () => semaphore.withPermit(() => visits.in(() => sleep(1)));
    return all([work, work]);
  },
  "resource, use, ensure": (visits) => () =>
    fx.scoped(function* () {
      yield* resource<void>((provide) => visits.in(() => provide()));
      yield* use({ [Symbol.asyncDispose]: () => Promise.resolve() });
      yield* ensure(() => visits.in(() => sleep(1)));
      yield* sleep(1);
    }),
  "a pool": (visits) => () =>
    scope(function* () {
      const pool = new GreenPool({ size: 2 });
      yield* ensure(() => pool.close({ drain: false }));
      yield* pool.map([1, 2, 3], () => visits.in(() => sleep(1))).collect();
    }),
  "a pipeline": (visits) => () =>
    pipeline([1, 2], map((n: number) => visits.in(() => fx.call(() => n))), collect()),
  "supervise": (visits) => () =>
    fx.scoped(function* () {
      yield* supervise([{ id: "a", start: () => visits.in(fx.suspend) }]);
      yield* sleep(1);
    }),
};

/** Effection 4.0 goes on without a cleanup when whoever waits for it is halted. */
const forgetsCleanup = !("allSettled" in fx);
/** Those that wait for cleanup of Effection's before they are over: a second end there is what 4.0 gets wrong. */
const awaitsCleanup = new Set([
  "scoped with a child",
  "halt",
  "resource",
  "ensure",
  "resource, use, ensure",
]);

for (const [driver, run] of drivers) {
  const outcome = forgetsCleanup ? "is forgotten, as 4.0 does" : "is waited for all the same";
  Deno.test(`a cleanup whose waiter is halted ${outcome}, run by ${driver} [S1]`, async () => {
    const log: string[] = [];
    const finish = Promise.withResolvers<void>();
    await run(function* () {
      yield* fx.scoped(function* () {
        const task = yield* fx.spawn(function* () {
          try {
            yield* fx.suspend();
          } finally {
            log.push("cleaning");
            yield* fx.until(finish.promise);
            log.push("cleaned");
          }
        });
        yield* fx.sleep(0);
        const waiter = yield* fx.spawn(() => task.halt());
        yield* fx.sleep(0);
        yield* waiter.halt();
        if (!forgetsCleanup) finish.resolve();
      });
      log.push("over");
    });
    assertEquals(log, forgetsCleanup ? ["cleaning", "over"] : ["cleaning", "cleaned", "over"]);
    finish.resolve();
  });
}

const places: { [name: string]: (work: () => Coroutine) => Body } = {
  "bare": (work) => work,
  "in scoped": (work) => () => fx.scoped(work),
  "in a task of Effection's": (work) =>
    function* () {
      yield* yield* fx.spawn(work);
    },
  "in a scope": (work) => () => scope(work),
};

for (const [library, operations] of Object.entries({ "Effection's": theirs, ours })) {
  for (const [name, make] of Object.entries(operations)) {
    if (forgetsCleanup && awaitsCleanup.has(name)) continue;
    Deno.test(`${name} of ${library} leaves nothing behind, cancelled before each step [I2] [S3]`, async () => {
      for (const [place, within] of Object.entries(places)) {
        let visits = new Visits();
        const work = () => {
          visits = new Visits();
          const body = make(visits);
          return within(() => visits.in(body, "outer"))();
        };
        await interruptEverywhere(work, () => {
          try {
            visits.check();
          } catch (error) {
            throw new Error(`${place}: ${(error as Error).message}`, { cause: error });
          }
        });
      }
    });
  }
}
