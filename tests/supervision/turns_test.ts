/** Whose turn it is when a restart of several and a restart by hand meet, and that "at once" is at once on any clock. */
import { assertEquals } from "@std/assert";
import { simulate } from "../../testing.ts";
import { type Effect, fixed, ready, sleep, supervise, suspend, yieldNow } from "../../mod.ts";
import { HostClock } from "../../src/kernel/clock.ts";
import { run } from "../../src/kernel/run.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";
import { ignoredCancellations } from "../kernel/_ignored.ts";
import { failing, noting, now } from "./_children.ts";

/** A child that fails in its first run, `after` so long, and notes when it was started. */
function failingOnce(log: string[], name: string, after: number) {
  let starts = 0;
  return function* (): Generator<Effect<unknown>, void, unknown> {
    log.push(`${now()} ${name}`);
    if (starts++ > 0) return yield* suspend();
    yield* sleep(after);
    throw new Error(name);
  };
}

Deno.test("a restart by hand does not wait for the delay of a restart that does not concern the child [V6]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "db", start: noting(log, "db") },
      { id: "web", start: failing(1) },
    ], { strategy: "rest_for_one", backoff: fixed(30_000) });
    yield* sleep(10);
    yield* supervisor.restart("db");
    yield* sleep(0);
    const then = [now(), ...log, ...supervisor.children().map(({ status }) => status)];
    yield* sleep(29_989);
    const before = supervisor.children()[1].status;
    yield* sleep(2);
    return [then, before, supervisor.children()[1].status];
  });
  assertEquals(value, [
    [10, "+db", "-db", "+db", "running", "restarting"],
    "restarting",
    "running",
  ]);
});

Deno.test("a restart by hand does not wait for the stops of a restart that does not concern the child [V6]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "db", start: suspend },
      { id: "web", start: failing(1, 5) },
      { id: "slow", start: noting(log, "slow", 100) },
    ], { strategy: "rest_for_one" });
    yield* sleep(10);
    yield* supervisor.restart("db");
    const then = [now(), ...supervisor.children().map(({ status }) => status)];
    yield* sleep(100);
    return [then, supervisor.children().map(({ status }) => status)];
  });
  assertEquals(value, [
    [10, "running", "restarting", "stopping"],
    ["running", "running", "running"],
  ]);
});

Deno.test("a later child is not restarted before an earlier one that is restarted by hand is ready [V3]", async () => {
  for (const stopTakes of [0, 20]) {
    const { value } = await simulate(function* () {
      const log: string[] = [];
      let starts = 0;
      const supervisor = yield* supervise([
        {
          id: "db",
          ready: true,
          *start() {
            yield* sleep(starts++ === 0 ? 0 : 100);
            log.push(`${now()} db is ready`);
            yield* ready();
            try {
              yield* suspend();
            } finally {
              if (stopTakes > 0) yield* sleep(stopTakes);
            }
          },
        },
        { id: "web", start: failingOnce(log, "web", 10) },
      ], { strategy: "rest_for_one" });
      yield* sleep(5);
      void supervisor.restart("db");
      yield* sleep(300);
      return [...log];
    });
    assertEquals(value, [
      "0 db is ready",
      "0 web",
      `${105 + stopTakes} db is ready`,
      `${105 + stopTakes} web`,
    ]);
  }
});

Deno.test("a restart by hand of an earlier child does not wait for a later one to be ready", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: suspend }], { strategy: "one_for_all" });
    void supervisor.start({ id: "slow", start: suspend, startTimeout: Infinity }).catch(() => {});
    const third = supervisor.start({ id: "third", start: suspend });
    third.catch(() => {});
    yield* sleep(1);
    yield* supervisor.restart("a");
    return [now(), ...supervisor.children().map(({ status }) => status)];
  });
  assertEquals(value, [1, "running", "starting", "pending"]);
});

Deno.test("when a restart fails, those that stood in line after it wait for the next delay too [V3] [V4]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    let starts = 0;
    yield* supervise([
      {
        id: "a",
        ready: true,
        *start() {
          log.push(`${now()} a`);
          if (++starts === 2) {
            yield* sleep(10);
            throw new Error("not ready");
          }
          yield* ready();
          yield* sleep(10);
          if (starts === 1) throw new Error("a");
          yield* suspend();
        },
      },
      {
        id: "b",
        *start() {
          log.push(`${now()} b`);
          yield* suspend();
        },
      },
    ], { strategy: "rest_for_one", backoff: fixed(100) });
    yield* sleep(1000);
    return [...log];
  });
  assertEquals(value, ["0 a", "0 b", "110 a", "220 a", "220 b"]);
});

/** Rounds up, as the host's clock does, but by so much that it shows. */
class CoarseClock extends HostClock {
  override after(ms: number): number {
    return super.after(ms) + 50;
  }
}

/** How many timers are set in this scheduler from now on. */
function timersOf(scheduler: Scheduler): { count: number } {
  const timers = { count: 0 };
  const { setTimer } = scheduler;
  scheduler.setTimer = (...args) => {
    timers.count++;
    setTimer.apply(scheduler, args);
  };
  return timers;
}

Deno.test("a restart without a delay sets no timer, whatever the clock rounds to [V8]", async () => {
  for (const strategy of ["one_for_one", "one_for_all", "rest_for_one"] as const) {
    const scheduler = new Scheduler({ clock: new CoarseClock() });
    const timers = timersOf(scheduler);
    const restarts = await run(function* () {
      const supervisor = yield* supervise([{ id: "a", start: failing(3) }], { strategy });
      for (let i = 0; i < 50; i++) yield* yieldNow();
      return supervisor.children()[0].restarts;
    }, { scheduler });
    assertEquals([restarts, timers.count], [3, 0], strategy);
  }
});

Deno.test('shutdown: "immediate" gives no time, whatever the clock rounds to [V5]', async () => {
  const scheduler = new Scheduler({ clock: new CoarseClock() });
  const timers = timersOf(scheduler);
  const forced = await run(function* () {
    const forced = ignoredCancellations();
    const supervisor = yield* supervise([{
      id: "a",
      shutdown: "immediate",
      *start() {
        try {
          yield* suspend();
        } finally {
          yield* suspend();
        }
      },
    }]);
    yield* yieldNow();
    yield* supervisor.stop("a");
    return forced.length;
  }, { scheduler });
  assertEquals([forced, timers.count], [1, 0]);
});
