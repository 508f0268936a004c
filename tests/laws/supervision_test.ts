/** Supervisors: V. */
import { assert, assertEquals } from "@std/assert";
import {
  Broadcast,
  currentTask,
  type Effect,
  exponential,
  fixed,
  RestartLimitError,
  type RestartType,
  scope,
  sleep,
  spawn,
  supervise,
  type SupervisorEvent,
  suspend,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { listened, now } from "../supervision/_children.ts";
import { running } from "../../src/kernel/running.ts";
import { law } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

/** Notes when children start and stop, and that no two of one name are alive. */
class Log {
  readonly lines: string[] = [];
  readonly alive = new Set<string>();
  readonly starts = new Map<string, number>();

  child(name: string, fails = 0, turns = 1): () => Body {
    return () => this.#live(name, fails, turns);
  }

  *#live(name: string, fails: number, turns: number): Body {
    assert(!this.alive.has(name), `${name} runs twice`);
    this.alive.add(name);
    this.lines.push(`+${name}`);
    const start = (this.starts.get(name) ?? 0) + 1;
    this.starts.set(name, start);
    try {
      for (let left = turns; left > 0; left--) yield* yieldNow();
      if (start <= fails) throw new Error(`${name} fails`);
      yield* suspend();
    } finally {
      try {
        yield* yieldNow();
      } finally {
        this.alive.delete(name);
        this.lines.push(`-${name}`);
      }
    }
  }
}

const own = { interrupted: false };

law(
  "one restart more than 'maxRestarts' within the window stops the children, newest first, and fails the scope with the last cause [V1]",
  function* () {
    const log = new Log();
    const error = yield* caught(scope(function* () {
      const supervisor = yield* supervise([
        { id: "a", start: log.child("a") },
        { id: "b", start: log.child("b") },
        { id: "bad", start: log.child("bad", Infinity) },
      ], { maxRestarts: 2, within: 100, events: listened() });
      yield* supervisor.join();
    }));
    assert(error instanceof RestartLimitError, String(error));
    assertEquals((error.cause as Error).message, "bad fails");
    assertEquals([log.starts.get("bad"), log.alive.size], [3, 0]);
    const stops = ["-bad", "-b", "-a"].filter((line) => log.lines.includes(line));
    const stopped = log.lines.filter((line) => line.startsWith("-"));
    assertEquals(stopped.slice(-stops.length), stops);
  },
  { ...own, deviations: 3 },
);

for (const restart of ["permanent", "transient", "temporary"] as RestartType[]) {
  law(
    `a ${restart} child is restarted as its type says, after success, failure, and for another one's sake [V2] [V4]`,
    function* () {
      const starts = { fails: 0, succeeds: 0, bystands: 0 };
      const supervisor = yield* supervise([
        {
          id: "fails",
          restart,
          *start() {
            yield* yieldNow();
            if (starts.fails++ < 1) throw new Error("once");
            yield* suspend();
          },
        },
        {
          id: "succeeds",
          restart,
          *start() {
            yield* yieldNow();
            if (starts.succeeds++ > 0) yield* suspend();
          },
        },
      ], { events: listened() });
      yield* sleep(1);
      const again = { permanent: [2, 2], transient: [2, 1], temporary: [1, 1] }[restart];
      assertEquals([starts.fails, starts.succeeds], again);
      yield* supervisor.shutdown();
      yield* scope(function* () {
        let failed = false;
        const all = yield* supervise([
          {
            id: "bystands",
            restart,
            *start() {
              starts.bystands++;
              yield* suspend();
            },
          },
          {
            id: "fails",
            *start() {
              yield* sleep(1);
              if (failed) yield* suspend();
              failed = true;
              throw new Error("once");
            },
          },
        ], { strategy: "one_for_all", events: listened() });
        yield* sleep(3);
        assertEquals(starts.bystands, restart === "temporary" ? 1 : 2);
        yield* all.shutdown();
      });
    },
    { ...own, deviations: 3 },
  );
}

for (const strategy of ["one_for_all", "rest_for_one", "one_for_one"] as const) {
  law(
    `${strategy} stops those it concerns newest first, and starts them in order [V3]`,
    function* () {
      const log = new Log();
      const supervisor = yield* supervise([
        { id: "a", start: log.child("a") },
        {
          id: "b",
          *start() {
            log.lines.push("+b");
            yield* sleep(1);
            if (log.lines.includes("-b")) yield* suspend();
            log.lines.push("-b");
            throw new Error("b fails");
          },
        },
        { id: "c", start: log.child("c") },
      ], { strategy, events: listened() });
      yield* sleep(1);
      yield* sleep(1);
      const since = log.lines.slice(log.lines.indexOf("-b"));
      const stops = since.filter((line) => line.startsWith("-"));
      const starts = since.filter((line) => line.startsWith("+"));
      assertEquals(
        [stops, starts.toSorted()],
        {
          one_for_all: [["-b", "-c", "-a"], ["+a", "+b", "+c"]],
          rest_for_one: [["-b", "-c"], ["+b", "+c"]],
          one_for_one: [["-b"], ["+b"]],
        }[strategy],
      );
      yield* supervisor.shutdown();
      assertEquals(log.alive.size, 0);
    },
    { ...own, deviations: 3 },
  );
}

law(
  "'shutdown' bounds each stop: a child that does not end in time is ended by force [V5]",
  function* () {
    running!.scheduler.instrument = { cancellationIgnored() {} };
    const supervisor = yield* supervise([
      {
        id: "hung",
        shutdown: 7,
        *start() {
          try {
            yield* suspend();
          } finally {
            yield* suspend();
          }
        },
      },
      { id: "good", start: () => sleep(1000) },
    ], { events: listened() });
    yield* yieldNow();
    yield* supervisor.shutdown();
    assert(now() <= 7, `it took ${now()} ms`);
  },
  own,
);

law(
  "a supervisor obeys a stop during a restart and during a backoff, and leaves no orphan [V6] [V7]",
  function* () {
    const log = new Log();
    function* supervised(): Body {
      yield* supervise([
        { id: "a", start: log.child("a", 1, 2) },
        { id: "b", start: log.child("b", 1) },
      ], { strategy: "one_for_all", backoff: fixed(5), events: listened() });
      yield* suspend();
    }
    try {
      const task = yield* spawn(supervised);
      for (let left = 3; left > 0; left--) yield* yieldNow();
      yield* task.cancel();
      assertEquals([log.alive.size, now()], [0, 0]);
      const begun = log.lines.length;
      yield* sleep(20);
      assertEquals(log.lines.length, begun);
    } finally {
      if (!currentTask().signal.aborted) assertEquals(log.alive.size, 0);
    }
  },
  { deviations: 2 },
);

law(
  "delays follow the backoff up to its cap, and start over after a stable period [V8]",
  function* () {
    const events = new Broadcast<SupervisorEvent>();
    const delays: number[] = [];
    yield* spawn(function* () {
      const heard = yield* events.subscribe();
      for (let next = yield* heard.next(); !next.done; next = yield* heard.next()) {
        if (next.value.type === "restarting") delays.push(next.value.delay);
      }
    }, { daemon: true });
    yield* sleep(0);
    let starts = 0;
    const supervisor = yield* supervise([{
      id: "bad",
      *start() {
        // The fifth run is stable, and fails after that.
        if (++starts === 5) yield* sleep(100);
        if (starts > 6) yield* suspend();
        throw new Error("bad");
      },
    }], {
      backoff: exponential({ initial: 2, factor: 2, max: 9 }),
      stableAfter: 50,
      maxRestarts: 99,
      events,
    });
    yield* sleep(1000);
    yield* supervisor.shutdown();
    assertEquals(delays, [2, 4, 8, 9, 2, 4]);
  },
  { ...own, deviations: 4 },
);
