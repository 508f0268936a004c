/** Corners of the restart rules that a simpler program does not reach. */
import { assert, assertEquals } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  Broadcast,
  type Effect,
  exponential,
  fixed,
  ready,
  scope,
  sleep,
  type Subscription,
  supervise,
  type SupervisorEvent,
  suspend,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { failing, listened, noting, now } from "./_children.ts";

/** The delays of all restarts that have been told of. */
function* delaysOf(heard: Subscription<SupervisorEvent>): Generator<Effect<unknown>, number[]> {
  const delays: number[] = [];
  while (heard.size > 0) {
    const event: SupervisorEvent = yield* heard.receive();
    if (event.type === "restarting") delays.push(event.delay);
  }
  return delays;
}

Deno.test("a stable period that ends by a restart by hand starts the delays over, as one that ends by a stop for another does [V8]", async () => {
  for (const by of ["hand", "sibling"]) {
    const { value } = await simulate(function* () {
      const delays: number[] = [];
      const events = new Broadcast<SupervisorEvent>();
      const heard = yield* events.subscribe();
      let starts = 0;
      const supervisor = yield* supervise([
        {
          id: "a",
          *start() {
            // Fails twice, is up for long, and fails again after it was restarted for another reason.
            if (++starts === 3) yield* suspend();
            if (starts > 4) yield* suspend();
            yield* sleep(1);
            throw new Error("a");
          },
        },
        { id: "b", start: by === "hand" ? suspend : failing(1, 5000) },
      ], {
        strategy: by === "hand" ? "one_for_one" : "one_for_all",
        maxRestarts: Infinity,
        backoff: exponential({ initial: 10 }),
        stableAfter: 1000,
        events,
      });
      yield* sleep(4000);
      if (by === "hand") yield* supervisor.restart("a");
      yield* sleep(8000);
      while (heard.size > 0) {
        const event = yield* heard.receive();
        if (event.type === "restarting" && event.id === "a") delays.push(event.delay);
      }
      return delays;
    });
    assertEquals(value, [10, 20, 10], by);
  }
});

Deno.test("a temporary child is not started again for another's sake, not even before it is ready [V2]", async () => {
  for (const strategy of ["one_for_all", "rest_for_one"] as const) {
    const { value } = await simulate(function* () {
      let starts = 0;
      const supervisor = yield* supervise([
        { id: "a", start: failing(1, 5) },
        {
          id: "t",
          restart: "temporary",
          ready: true,
          *start() {
            starts++;
            yield* sleep(20);
            yield* ready();
            yield* suspend();
          },
        },
      ], { strategy, events: listened() });
      return [starts, ...supervisor.children().map(({ id }) => id)];
    });
    assertEquals(value, [1, "a"], strategy);
  }
});

Deno.test("starts that come to nothing are no stable period, however far apart they lie [V8]", async () => {
  const { value } = await simulate(function* () {
    const events = new Broadcast<SupervisorEvent>();
    const heard = yield* events.subscribe();
    let starts = 0;
    yield* supervise([{
      id: "a",
      ready: true,
      *start() {
        if (++starts > 1 && starts < 6) throw new Error("not ready");
        yield* ready();
        if (starts === 1) throw new Error("up for a moment");
        yield* suspend();
      },
    }], { maxRestarts: Infinity, within: 300, backoff: exponential({ initial: 100 }), events });
    yield* sleep(60_000);
    return yield* delaysOf(heard);
  });
  assertEquals(value, [100, 200, 400, 800, 1600]);
});

Deno.test("delays that go by the one before grow with it, and start over after a stable period [V8]", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const { value } = await simulate(function* () {
      const events = new Broadcast<SupervisorEvent>();
      const heard = yield* events.subscribe();
      let starts = 0;
      yield* supervise([{
        id: "a",
        *start() {
          if (++starts === 9) yield* sleep(100_000);
          if (starts > 9) yield* suspend();
          throw new Error("a");
        },
      }], {
        maxRestarts: Infinity,
        backoff: exponential({ initial: 100, jitter: "decorrelated" }),
        events,
      });
      yield* sleep(10_000_000);
      return yield* delaysOf(heard);
    }, { seed });
    const last = value.pop()!;
    assertEquals(value.length, 8);
    // The first delay is at most three times the initial one, and each at most three times the one before.
    assert(Math.max(...value) > 300, `${seed}: ${value}`);
    assert(last <= 300, `${seed}: ${last}`);
  }
});

Deno.test("what a restart by hand came to is over with it: the next restart is one by rule", async () => {
  // In its second start, which is by hand, the child fails, completes, or is stopped; in its third it is not ready at first.
  for (const second of ["fails", "completes", "is stopped"]) {
    const { value } = await simulate(function* () {
      let starts = 0, others = 0;
      const supervisor = yield* supervise([
        {
          id: "other",
          *start() {
            if (others++ === 0) {
              yield* sleep(50);
              throw new Error("other");
            }
            yield* suspend();
          },
        },
        {
          id: "a",
          ready: true,
          *start() {
            starts++;
            if (starts === 2 && second === "fails") throw new Error("second");
            if (starts === 2 && second === "completes") return;
            if (starts === 2) yield* suspend();
            if (starts === 3) throw new Error("third");
            yield* ready();
            yield* suspend();
          },
        },
      ], { strategy: "one_for_all", maxRestarts: 10, events: listened() });
      const restart = supervisor.restart("a");
      restart.catch(() => {});
      yield* sleep(1);
      if (second === "is stopped") yield* supervisor.stop("a");
      yield* sleep(1000);
      return supervisor.children().map(({ status }) => status);
    });
    assertEquals(value, ["running", "running"], second);
  }
});

Deno.test("a start that was too late says nothing of the next one", async () => {
  const { value } = await simulate(function* () {
    let starts = 0;
    const supervisor = yield* supervise([{
      id: "a",
      restart: "transient",
      startTimeout: 10,
      *start() {
        starts++;
        if (starts === 2) yield* suspend();
        yield* ready();
        if (starts === 1) throw new Error("once");
        yield* sleep(5);
      },
    }]);
    yield* sleep(1000);
    return [supervisor.children()[0].status, starts];
  });
  assertEquals(value, ["completed", 3]);
});

Deno.test("the start timeout of a child that is down does not cut the delay of its group short [V8]", async () => {
  const { value } = await simulate(function* () {
    const at: number[] = [];
    yield* supervise([{
      id: "a",
      startTimeout: 50,
      *start() {
        at.push(now());
        if (at.length === 2) throw new Error("not ready");
        yield* ready();
        if (at.length > 1) yield* suspend();
        yield* sleep(5);
        throw new Error("once");
      },
    }], { strategy: "one_for_all", backoff: fixed(1000) });
    yield* sleep(5000);
    return at;
  });
  assertEquals(value, [0, 1005, 2005]);
});

Deno.test("a temporary child that is being restarted by hand comes back, also when its group restarts [V2]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervisor = yield* supervise([
      { id: "t", restart: "temporary", start: noting(log, "t", 20) },
      { id: "a", start: failing(1, 5) },
    ], { strategy: "one_for_all" });
    yield* sleep(1);
    yield* supervisor.restart("t");
    yield* sleep(0);
    return log.join(" ");
  });
  assertEquals(value, "+t -t +t");
});

Deno.test("a restart by hand and one of the group that meet run a child once at a time, and all come up", async () => {
  const { value } = await simulate(function* () {
    let alive = 0, most = 0;
    const supervisor = yield* supervise([
      {
        id: "a",
        *start() {
          most = Math.max(most, ++alive);
          try {
            yield* suspend();
          } finally {
            yield* sleep(50);
            alive--;
          }
        },
      },
      { id: "b", start: failing(1, 5) },
      { id: "c", start: suspend },
    ], { strategy: "rest_for_one" });
    yield* sleep(1);
    void supervisor.restart("a");
    yield* sleep(200);
    return [most, ...supervisor.children().map(({ status }) => status)];
  });
  assertEquals(value, [1, "running", "running", "running"]);
});

Deno.test("a child that is being removed cannot be restarted", async () => {
  const { value } = await simulate(function* () {
    const supervisor = yield* supervise([{ id: "a", start: noting([], "a", 5) }]);
    yield* sleep(1);
    const removed = supervisor.remove("a");
    const error = yield* caught(supervisor.restart("a"));
    yield* removed;
    return [(error as Error)?.name, supervisor.children().length];
  });
  assertEquals(value, ["UnknownChildError", 0]);
});

Deno.test("children that are stopped with all are told why, with what the supervisor failed with", async () => {
  const told: string[] = [];
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* supervise([
        {
          id: "a",
          *start() {
            const why = yield* caught(suspend());
            told.push((why as Error).message);
          },
        },
        { id: "b", start: failing(1, 1) },
      ], { maxRestarts: 0 });
      yield* suspend();
    }))
  );
  assertEquals([(value as Error).name, told], ["RestartLimitError", ["The supervisor failed"]]);
});
