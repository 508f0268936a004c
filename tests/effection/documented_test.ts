/** What Effection's guides and its own tests say of it, as programs that write down what happens, by each driver. */
import { assertEquals } from "@std/assert";
import * as fx from "effection";
import type { Effect } from "../../mod.ts";
import { drivers as theirDrivers, ours } from "./_drivers.ts";

/** In Effection 4.0 a cleanup that fails crashes the scope around, too. */
const isOf40 = !("allSettled" in fx);

type Op<T = unknown> = Generator<Effect<unknown>, T, unknown>;

const drivers: [name: string, run: <T>(op: () => fx.Operation<T>) => PromiseLike<T>][] = [
  ["heddle", ours],
  ...theirDrivers,
];

function* outcome(op: fx.Operation<unknown>): Op<string> {
  try {
    return String(yield* op);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

function* fails(message: string): Op<never> {
  yield* fx.sleep(0);
  throw new Error(message);
}

function* cleaning(log: string[], name: string): Op<void> {
  try {
    yield* fx.suspend();
  } finally {
    yield* fx.sleep(0);
    log.push(name);
  }
}

const later = <T>(value: T, ms = 0) =>
  fx.call(function* () {
    yield* fx.sleep(ms);
    return value;
  });

const programs: { [documented: string]: [work: (log: string[]) => Op, log: string[]] } = {
  "call takes all that gives a value, and gives iterables as they are": [function* (log) {
    log.push(
      yield* fx.call(() => "text"),
      JSON.stringify(yield* fx.call(() => [1, 2])),
      String((yield* fx.call(() => new Map([[1, 2]]))).get(1)),
      String((yield* fx.call(() => new Set([3]))).has(3)),
      yield* fx.call(async () => await Promise.resolve("async")),
      yield* fx.call(() => later("operation")),
      yield* fx.call(() => "arguments"),
      yield* outcome(fx.call(() => Promise.reject(new Error("rejected")))),
    );
  }, ["text", "[1,2]", "2", "true", "async", "operation", "arguments", "Error: rejected"]],
  "an action comes to a result at once, later, or in its own executor": [function* (log) {
    log.push(
      yield* fx.action<string>((resolve) => (resolve("at once"), () => {})),
      yield* fx.action<string>((resolve) => {
        const id = setTimeout(() => resolve("later"), 0);
        return () => (clearTimeout(id), log.push("left 2"));
      }),
      yield* outcome(fx.action((_resolve, reject) => (reject(new Error("no")), () => {}))),
      yield* outcome(fx.action<void>(() => {
        throw new Error("executor");
      })),
    );
    log.sort();
  }, ["Error: executor", "Error: no", "at once", "later", "left 2"]],
  "all of nothing is nothing; all and race take what is there at once": [function* (log) {
    log.push(JSON.stringify(yield* fx.all([])));
    log.push(String(yield* fx.all([fx.call(() => 1), fx.call(() => 2)])));
    log.push(String(yield* fx.race([fx.call(() => 1), later(2)])));
    log.push(yield* outcome(fx.race([fails("raced"), fx.suspend()])));
    log.push(yield* outcome(fx.all([fails("all"), cleaning(log, "cleaned")])));
    log.push(yield* outcome(fx.race([later("won"), fails("too late"), later(1, 5)].reverse())));
  }, ["[]", "1,2", "1", "Error: raced", "cleaned", "Error: all", "Error: too late"]],
  "an error can be caught around the call in which it was spawned": [function* (log) {
    log.push(
      yield* outcome(fx.scoped(function* () {
        yield* fx.spawn(() => fails("child"));
        yield* cleaning(log, "body");
      })),
    );
    log.push(
      yield* outcome(fx.scoped(function* () {
        yield* fx.spawn(function* () {
          yield* fx.spawn(() => fails("grandchild"));
          yield* cleaning(log, "child");
        });
        yield* cleaning(log, "body");
      })),
    );
    log.push("on");
  }, ["body", "Error: child", "child", "body", "Error: grandchild", "on"]],
  "a halt waits for what is spawned in a finally, and fails when that does": [function* (log) {
    const task = yield* fx.spawn(function* () {
      try {
        yield* fx.suspend();
      } finally {
        const child = yield* fx.spawn(() => later("spawned in cleanup"));
        log.push(yield* child);
      }
    });
    yield* fx.sleep(0);
    yield* task.halt();
    if (!isOf40) {
      const failing = yield* fx.spawn(function* () {
        try {
          yield* fx.suspend();
        } finally {
          yield* fails("in cleanup");
        }
      });
      yield* fx.sleep(0);
      log.push(yield* outcome(failing.halt()));
      log.push(yield* outcome(failing));
    }
    const after = yield* fx.spawn(() => later("done"));
    yield* after;
    yield* after.halt();
    log.push(yield* after);
  }, ["spawned in cleanup", ...(isOf40 ? [] : Array(2).fill("Error: in cleanup")), "done"]],
  "a task that is halted twice is halted once": [function* (log) {
    const task = yield* fx.spawn(() => cleaning(log, "cleaned"));
    yield* fx.sleep(0);
    yield* fx.all([task.halt(), task.halt()]);
    yield* task.halt();
    log.push(yield* outcome(task));
  }, ["cleaned", "Error: halted"]],
  "a resource that fails in use crashes its scope, one that fails before throws": [function* (log) {
    log.push(
      yield* outcome(fx.scoped(function* () {
        yield* fx.resource<void>(function* (provide) {
          yield* fx.race([provide(), fails("in use")]);
        });
        yield* cleaning(log, "user");
      })),
    );
    log.push(yield* outcome(fx.resource<void>(() => fails("before"))));
    log.push("on");
  }, ["user", "Error: in use", "Error: before", "on"]],
  "a channel hands what is sent to all who are subscribed, in order": [function* (log) {
    const channel = fx.createChannel<string, string>();
    yield* channel.send("too early");
    const [a, b] = [yield* channel, yield* channel];
    yield* channel.send("first");
    yield* channel.send("second");
    yield* channel.close("closed");
    for (const subscription of [a, b]) {
      for (let i = 0; i < 3; i++) log.push(JSON.stringify(yield* subscription.next()));
    }
  }, [
    ...['{"done":false,"value":"first"}', '{"done":false,"value":"second"}'],
    '{"done":true,"value":"closed"}',
    ...['{"done":false,"value":"first"}', '{"done":false,"value":"second"}'],
    '{"done":true,"value":"closed"}',
  ]],
  "a queue keeps what nobody takes, and gives each value to one": [function* (log) {
    const queue = fx.createQueue<number, string>();
    queue.add(1);
    log.push(JSON.stringify(yield* queue.next()));
    const takers = [
      yield* fx.spawn(() => queue.next()),
      yield* fx.spawn(() => queue.next()),
    ];
    yield* fx.sleep(0);
    queue.add(2);
    queue.close("end");
    for (const taker of takers) log.push(JSON.stringify(yield* taker));
  }, [
    '{"done":false,"value":1}',
    '{"done":false,"value":2}',
    '{"done":true,"value":"end"}',
  ]],
  "each nests, and tells who forgot each.next()": [function* (log) {
    const count = (to: number): fx.Stream<number, void> =>
      fx.resource(function* (provide) {
        let n = 0;
        yield* provide({
          *next() {
            yield* fx.sleep(0);
            return n < to ? { done: false, value: ++n } : { done: true, value: undefined };
          },
        });
      });
    for (const outer of yield* fx.each(count(2))) {
      for (const inner of yield* fx.each(count(3))) {
        if (inner === 3) break;
        log.push(`${outer}.${inner}`);
        yield* fx.each.next();
      }
      yield* fx.each.next();
    }
    log.push(
      yield* outcome(fx.scoped(function* () {
        for (const _ of yield* fx.each(count(3))) log.push("once");
      })),
    );
    log.push((yield* outcome(fx.scoped(() => fx.each.next()))).split(":")[0]);
  }, [
    ...["1.1", "1.2", "2.1", "2.2", "once"],
    "IterationError: for each loop did not use each.next() operation before continuing",
    "IterationError",
  ]],
  "a context is its own to each scope, and missing where none set it": [function* (log) {
    const context = fx.createContext<string>("documented");
    log.push(String(yield* context.get()), (yield* outcome(context.expect())).split(":")[0]);
    yield* fx.scoped(function* () {
      yield* context.set("scoped");
      log.push(yield* yield* fx.spawn(() => context.expect()));
    });
    log.push(String(yield* context.get()));
    yield* context.set("task");
    const child = yield* fx.spawn(function* () {
      yield* context.set("child");
      return yield* context.expect();
    });
    log.push(yield* child, yield* context.expect());
    yield* context.delete();
    log.push(String(yield* context.get()));
  }, ["undefined", "MissingContextError", "scoped", "undefined", "child", "task", "undefined"]],
  "a scope runs operations for code outside of it": [function* (log) {
    const scope = yield* fx.useScope();
    const context = fx.createContext<string>("of the scope");
    scope.set(context, "set from outside");
    log.push(yield* scope.run(() => context.expect()));
    log.push(yield* yield* scope.spawn(() => later("spawned")));
    const [inner, destroy] = fx.createScope(scope);
    inner.run(() => cleaning(log, "destroyed"));
    yield* fx.sleep(0);
    yield* destroy();
    log.push("after");
  }, ["set from outside", "spawned", "destroyed", "after"]],
  "events come as operations and as streams": [function* (log) {
    const target = new EventTarget();
    setTimeout(() => target.dispatchEvent(new Event("once")), 0);
    log.push((yield* fx.once(target, "once")).type);
    const events = yield* fx.on(target, "many");
    target.dispatchEvent(new Event("many"));
    log.push(((yield* events.next()).value as Event).type);
    const signal = yield* fx.scoped(() => fx.useAbortSignal());
    log.push(String(signal.aborted));
  }, ["once", "many", "true"]],
  "resolvers settle once, for whoever waits, before or after": [function* (log) {
    const { operation, resolve, reject } = fx.withResolvers<string>();
    const before = yield* fx.spawn(() => operation);
    yield* fx.sleep(0);
    resolve("first");
    resolve("second");
    reject(new Error("third"));
    log.push(yield* before, yield* operation);
    const lifted = fx.lift((a: number, b: number) => a + b);
    log.push(String(yield* lifted(1, 2)));
  }, ["first", "first", "3"]],
  "a task is a promise, too": [function* (log) {
    const task = yield* fx.spawn(() => later("awaited"));
    log.push(yield* fx.until(task));
    const halted = yield* fx.spawn(() => fx.suspend());
    yield* fx.until(halted.halt());
    log.push(yield* outcome(fx.until(halted)));
  }, ["awaited", "Error: halted"]],
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
