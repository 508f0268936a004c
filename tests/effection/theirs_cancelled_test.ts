import { assertEquals } from "@std/assert";
import "../../effection.ts";
import * as fx from "effection";
import { type Effect, type Operation, run, scope, spawn, suspend, timeout } from "../../mod.ts";
import { caught } from "../_caught.ts";
import { turn, visit } from "./_drivers.ts";

type Coroutine = Generator<Effect<unknown>, unknown, unknown>;

/** Waits of Effection's that never end by themselves, and how many bodies in each begin, to be cleaned up. */
const waits: {
  [name: string]: [bodies: number, make: (log: string[]) => () => Operation<unknown>];
} = {
  "sleep": [0, () => () => fx.sleep(1e6)],
  "suspend": [0, () => () => fx.suspend()],
  "action": [1, (log) => () =>
    fx.action<void>(() => {
      log.push("+");
      return () => void log.push("-");
    })],
  "until": [0, () => () => fx.until(new Promise(() => {}))],
  "call": [1, (log) => () => fx.call(() => visit(log, fx.suspend))],
  "withResolvers": [0, () => () => fx.withResolvers().operation],
  "queue.next": [0, () => () => fx.createQueue<number, void>().next()],
  "each": [0, () =>
    function* () {
      for (const _ of yield* fx.each(fx.createSignal<number, void>())) yield* fx.each.next();
    }],
  "a subscription": [0, () =>
    function* () {
      yield* (yield* fx.createChannel<number, void>()).next();
    }],
  "once": [0, () => () => fx.once(new EventTarget(), "never")],
  "on": [0, () =>
    function* () {
      yield* (yield* fx.on(new EventTarget(), "never")).next();
    }],
  "race": [2, (log) => () => fx.race([visit(log, fx.suspend), visit(log, suspend)])],
  "all": [2, (log) => () => fx.all([visit(log, fx.suspend), visit(log, suspend)])],
  "scoped": [1, (log) => () => fx.scoped(() => visit(log, suspend))],
  "scoped with a child": [2, (log) => () =>
    fx.scoped(function* () {
      yield* fx.spawn(() => visit(log, suspend));
      yield* visit(log, fx.suspend);
    })],
  "spawn": [1, (log) =>
    function* () {
      yield* fx.spawn(() => visit(log, fx.suspend));
      yield* suspend();
    }],
  "a join": [1, (log) =>
    function* () {
      yield* yield* fx.spawn(() => visit(log, fx.suspend));
    }],
  "resource in use": [1, (log) =>
    function* () {
      yield* fx.resource<void>((provide) => visit(log, () => provide()));
      yield* fx.suspend();
    }],
  "resource not yet there": [1, (log) => () =>
    fx.resource<void>(function* () {
      yield* visit(log, fx.suspend);
    })],
  "ensure": [1, (log) =>
    function* () {
      log.push("+");
      yield* fx.ensure(function* () {
        yield* fx.sleep(1);
        log.push("-");
      });
      yield* suspend();
    }],
  "useAbortSignal": [1, (log) =>
    function* () {
      const signal = yield* fx.useAbortSignal();
      log.push("+");
      signal.addEventListener("abort", () => log.push("-"));
      yield* suspend();
    }],
  "context.with": [
    1,
    (log) => () => fx.createContext<number>("number").with(1, () => visit(log, fx.suspend)),
  ],
  "scope.run": [1, (log) =>
    function* () {
      const around = yield* fx.useScope();
      around.run(() => visit(log, fx.suspend));
      yield* suspend();
    }],
};

const places: { [name: string]: (work: () => Coroutine) => Operation<unknown> } = {
  "bare": (work) => work(),
  "in a scope": (work) => scope(work),
  "in a timeout": (work) => timeout(1e6, work),
  "in scoped": (work) => fx.scoped(work),
  "in a spawned task": (work) =>
    scope(function* () {
      yield* yield* spawn(work);
    }),
};

for (const [name, [bodies, make]] of Object.entries(waits)) {
  Deno.test(`a cancellation in Effection's ${name} reaches its cleanup and waits [I2] [S3]`, async () => {
    for (const [place, within] of Object.entries(places)) {
      const log: string[] = [];
      const outer: string[] = [];
      const body = make(log);
      const task = run(() =>
        within(function* () {
          outer.push("begun");
          try {
            yield* body();
            outer.push("never");
          } finally {
            yield* fx.sleep(0);
            outer.push("cleaned");
          }
          outer.push("never");
        })
      );
      task.catch(() => {});
      while (outer.length === 0 || log.length < bodies) await turn();
      await turn();
      await task.cancel();
      assertEquals([place, task.status, ...outer], [place, "cancelled", "begun", "cleaned"]);
      assertEquals(log.sort().join(""), "+".repeat(bodies) + "-".repeat(bodies), place);
    }
  });
}

Deno.test("each operation of Effection's throws the very error in our coroutines [I1]", async () => {
  const error = new RangeError("the very one");
  const fail = (): never => {
    throw error;
  };
  const failing: { [name: string]: () => Operation<unknown> } = {
    call: () => fx.call(fail),
    "call of an async function": () => fx.call(() => Promise.reject(error)),
    until: () => fx.until(Promise.reject(error)),
    action: () => fx.action<void>((_resolve, reject) => (reject(error), () => {})),
    "action that throws": () => fx.action<void>(fail),
    "discard that throws": () => fx.action<void>((resolve) => (resolve(), fail)),
    all: () => fx.all([fx.suspend(), fx.call(fail)]),
    race: () => fx.race([fx.suspend(), fx.call(fail)]),
    scoped: () => fx.scoped(fail),
    resource: () => fx.resource(fail),
    *join() {
      yield* yield* fx.spawn(fail);
    },
    *crash() {
      yield* fx.spawn(fail);
      yield* suspend();
    },
    *withResolvers() {
      const { operation, reject } = fx.withResolvers<void>();
      reject(error);
      yield* operation;
    },
    ensure: () => fx.ensure(fail),
    *"a child in a child"() {
      yield* fx.spawn(function* () {
        yield* fx.spawn(fail);
        yield* fx.suspend();
      });
      yield* fx.suspend();
    },
  };
  await run(function* () {
    for (const [name, work] of Object.entries(failing)) {
      for (const [place, within] of [["scope", scope], ["scoped", fx.scoped]] as const) {
        const thrown = yield* caught(within(work));
        assertEquals([name, place, thrown === error], [name, place, true]);
      }
    }
  });
});

Deno.test("a second crash in a scope of Effection's does not cut the cleanup after the first [S8] [S9]", async () => {
  const log: string[] = [];
  const error = await run(() =>
    caught(fx.scoped(function* () {
      const [first, second] = [fx.withResolvers<void>(), fx.withResolvers<void>()];
      for (const crash of [first, second]) {
        yield* fx.spawn(function* () {
          yield* crash.operation;
          throw new Error(crash === first ? "first" : "second");
        });
      }
      yield* turn();
      first.resolve();
      try {
        yield* suspend();
      } finally {
        second.resolve();
        yield* turn();
        yield* turn();
        log.push("cleaned");
      }
    }))
  );
  assertEquals(log, ["cleaned"]);
  const told: Error[] = error instanceof AggregateError ? error.errors : [error as Error];
  // Effection 4.0 keeps the first crash, and drops those that follow.
  const all = "allSettled" in fx ? ["first", "second"] : ["first"];
  assertEquals(told.map(({ message }) => message), all);
});
