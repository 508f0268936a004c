/** Time: T. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  all,
  CancelledError,
  type Effect,
  type Operation,
  race,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  yieldNow,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { caught } from "../_caught.ts";
import { law, lawOfAll } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

const now = () => running!.scheduler.clock.now();
const timers = () => running!.scheduler.timerCount;

law("sleep(d) wakes at now + d [T1]", function* () {
  function* sleeper(...times: number[]): Body {
    for (const ms of times) {
      const before = now();
      yield* sleep(ms);
      assertEquals(now() - before, ms);
    }
  }
  yield* all([sleeper(3, 0, 2), sleeper(1, 4), sleeper(5)]);
  assertEquals(now(), 5);
});

/** A tree of waits. */
type Wait = number | { readonly race: readonly Wait[] } | { readonly all: readonly Wait[] };

const { wait } = fc.letrec<{ wait: Wait }>((tie) => ({
  wait: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.integer({ min: 0, max: 9 }),
    fc.record({ race: fc.array(tie("wait"), { minLength: 1, maxLength: 4 }) }),
    fc.record({ all: fc.array(tie("wait"), { minLength: 1, maxLength: 4 }) }),
  ),
}));

function lengthOf(wait: Wait): number {
  if (typeof wait === "number") return wait;
  return "race" in wait
    ? Math.min(...wait.race.map(lengthOf))
    : Math.max(...wait.all.map(lengthOf));
}

function operationOf(wait: Wait): Operation<unknown> {
  if (typeof wait === "number") return sleep(wait);
  return "race" in wait ? race(wait.race.map(operationOf)) : all(wait.all.map(operationOf));
}

lawOfAll(
  "race of waits ends at the minimum, all at the maximum, nested as they may be, and no timer is left [T1] [T2] [T5]",
  wait,
  (wait) =>
    function* () {
      yield* operationOf(wait);
      assertEquals([now(), timers()], [lengthOf(wait), 0]);
    },
);

lawOfAll(
  "of nested timeouts the earliest rules, and is the one that throws [T4] [E3]",
  fc.record({
    limits: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
    work: fc.integer({ min: 0, max: 30 }),
  }),
  ({ limits, work }) =>
    function* () {
      const nested = limits.reduce<() => Operation<unknown>>(
        (inner, ms) => () => timeout(ms, inner),
        () => sleep(work),
      );
      const error = yield* caught(nested());
      const earliest = Math.min(...limits);
      assertEquals(now(), Math.min(earliest, work));
      if (work < earliest) assertEquals(error, undefined);
      if (work > earliest) {
        assert(error instanceof TimeoutError);
        assert(error.message.includes(`${earliest} ms`), error.message);
      }
      assertEquals(timers(), 0);
    },
);

law("equal deadlines fire in the order in which they were set [T3]", function* () {
  const set: string[] = [];
  const woken: string[] = [];
  const { scheduler } = running!;
  // Who is woken is seen where the scheduler is told, since a schedule may run them in another order.
  const enqueue = scheduler.enqueue.bind(scheduler);
  const waiting = new Set<unknown>();
  scheduler.enqueue = (task) => {
    if (waiting.delete(task)) woken.push(task.name);
    enqueue(task);
  };
  const sleeper = (name: string, first: number) =>
    spawn(function* () {
      yield* sleep(first);
      set.push(name);
      waiting.add(running);
      yield* sleep(5 - first);
    }, { name });
  for (const [name, first] of [["a", 2], ["b", 0], ["c", 2], ["d", 1]] as const) {
    yield* sleeper(name, first);
  }
  yield* sleep(9);
  assertEquals(woken, set);
}, { interrupted: false });

law("a cancelled timer never fires and is freed [T5]", function* () {
  let woken = 0;
  const sleepers = [];
  for (const ms of [1, 1, 2]) {
    sleepers.push(
      yield* spawn(function* () {
        yield* sleep(ms);
        woken++;
      }),
    );
  }
  yield* yieldNow();
  for (const sleeper of sleepers) {
    const { waitsFor } = sleeper as unknown as { waitsFor: string | undefined };
    const before = timers();
    void sleeper.cancel();
    assertEquals(timers(), waitsFor === undefined ? before : before - 1);
  }
  for (const sleeper of sleepers) yield* sleeper.cancel();
  assertEquals([timers(), now()], [0, 0]);
  yield* sleep(10);
  assertEquals(woken, 0);
});

law("virtual time moves only when nothing is ready [T6]", function* () {
  let ready = 3;
  function* busy(): Body {
    for (let left = 3; left > 0; left--) yield* yieldNow();
    ready--;
  }
  for (let left = 3; left > 0; left--) yield* spawn(busy);
  yield* sleep(1);
  assertEquals(ready, 0);
}, { deviations: 4 });

law(
  "a timeout ends work that swallows it no later than its cleanup, and its result comes if it is in time [T4] [S1]",
  function* () {
    let cleaned = 0;
    const error = yield* caught(timeout(2, function* () {
      try {
        yield* sleep(2);
        yield* sleep(1);
      } finally {
        yield* sleep(1);
        cleaned++;
      }
    }));
    if (error instanceof CancelledError) throw error;
    assert(error instanceof TimeoutError);
    assertEquals([cleaned, now(), timers()], [1, 3, 0]);
  },
);
