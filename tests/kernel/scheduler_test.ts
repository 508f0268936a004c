import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals } from "@std/assert";
import {
  all,
  Channel,
  type Effect,
  Mutex,
  type Operation,
  run,
  Scheduler,
  scope,
  sleep,
  spawn,
  suspend,
  type Task,
  until,
  yieldNow,
} from "../../mod.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";
import { ignoredCancellations } from "./_ignored.ts";
import { expectOrder, simulate } from "../../testing.ts";

type Coroutine = Generator<Effect<unknown>, void, unknown>;

/** Counts the host's own turns while `body` runs. */
async function turnsDuring(body: () => PromiseLike<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const turn = (): void => {
    turns++;
    if (!over) setTimeout(turn, 0);
  };
  setTimeout(turn, 0);
  await body();
  over = true;
  return turns;
}

Deno.test("every ready task runs within a bounded number of steps [F1]", async () => {
  const n = 1000;
  const { trace } = await simulate(function* () {
    for (let i = 0; i < n; i++) {
      yield* spawn(function* () {
        for (let turn = 0; turn < 3; turn++) yield* yieldNow();
      });
    }
  });
  const last = new Map<number, number>();
  let longest = 0;
  trace.forEach(({ task }, step) => {
    if (last.has(task)) longest = Math.max(longest, step - last.get(task)!);
    last.set(task, step);
  });
  assert(longest <= n + 5, `a ready task was passed over for ${longest} steps`);
});

Deno.test("a task whose waits are all ready gives way all the same [F1]", async () => {
  const { value } = await simulate(function* () {
    let alive = true;
    let taken = 0;
    const buffered = new Channel<number>({ capacity: 1 });
    yield* spawn(function* greedy() {
      while (alive) {
        yield* buffered.send(1);
        yield* buffered.receive();
        taken++;
      }
    });
    yield* yieldNow();
    alive = false;
    return taken;
  });
  assert(value > 0 && value <= 256, `it took ${value} in a row`);
});

Deno.test("callers that hand the thread to callees do not keep the others waiting [F1]", async () => {
  const { trace } = await simulate(function* () {
    yield* spawn(function* caller() {
      for (let i = 0; i < 1000; i++) yield* scope(() => i);
    });
    yield* spawn(function* other() {
      for (let i = 0; i < 10; i++) yield* yieldNow();
    });
  });
  const others = trace.flatMap(({ name }, step) => name === "other" ? [step] : []);
  const gaps = others.map((step, i) => step - (others[i - 1] ?? 0));
  assert(Math.max(...gaps) <= 2 * 64 + 5, `passed over for ${Math.max(...gaps)} steps`);
});

Deno.test("a low priority is served though higher ones are always ready [F1]", async () => {
  for (const spinners of [1, 2, 20]) {
    const { steps } = await simulate(function* () {
      let done = false;
      yield* spawn(function* low() {
        for (let i = 0; i < 5; i++) yield* yieldNow();
        done = true;
      }, { priority: -5 });
      for (let i = 0; i < spinners; i++) {
        yield* spawn(function* high() {
          while (!done) yield* yieldNow();
        }, { priority: i % 3 });
      }
    });
    assert(steps < 500, `${steps} steps beside ${spinners}`);
  }
});

/** Holds the thread. */
function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** How many of `most` turns of a loop of 1 ms each are taken before a timer of the host that is due at once fires. */
async function turnsBeforeTimer(
  most: number,
  turn: () => Operation<unknown>,
): Promise<number> {
  let turns = 0;
  let atTimer = Infinity;
  await run(function* () {
    // What the loop needs to learn of its steps.
    for (let i = 0; i < 1000; i++) yield* turn();
    setTimeout(() => atTimer = turns, 0);
    for (; turns < most && atTimer === Infinity; turns++) {
      spin(1);
      yield* turn();
    }
  });
  return atTimer;
}

const ready = new Channel<number>({ capacity: 8 });
const busyLoops: { [of: string]: () => Operation<unknown> } = {
  "yieldNow": yieldNow,
  "promises": () => until(Promise.resolve()),
  "spawns": () => spawn(() => 1),
  "spawns and joins": function* () {
    yield* yield* spawn(() => 1);
  },
  "empty all": () => all([]),
  "locks that are free": () => lock.withLock(() => 1),
  "sends and receives that are ready": function* () {
    yield* ready.send(1);
    yield* ready.receive();
  },
};
const lock = new Mutex();

for (const [name, turn] of Object.entries(busyLoops)) {
  Deno.test(`the host gets its turn beside a busy loop of ${name} [F2]`, async () => {
    const turns = await turnsBeforeTimer(300, turn);
    assert(turns <= 60, `a timer that was due fired after ${turns} turns of 1 ms`);
  });
}

Deno.test("sleepers wake beside a busy loop [F2] [T1]", async () => {
  let turns = 0;
  await run(function* () {
    const sleeper = yield* spawn(() => sleep(5));
    for (; turns < 300 && sleeper.status !== "completed"; turns++) {
      spin(1);
      yield* yieldNow();
    }
  });
  assert(turns <= 60, `a sleep of 5 ms took ${turns} turns of 1 ms`);
});

Deno.test("host timers get a turn between steps that are long [F2]", async () => {
  const turns = await turnsDuring(() =>
    run(function* () {
      for (let i = 0; i < 1000; i++) yield* yieldNow();
      for (let i = 0; i < 100; i++) {
        spin(1);
        yield* yieldNow();
      }
    })
  );
  assert(turns >= 4, `the host had ${turns} turns in 100 steps of 1 ms`);
});

Deno.test("the host gets its turn between long steps from the first one on [F2]", async () => {
  let steps = 0;
  let turnAfter = Infinity;
  setTimeout(() => turnAfter = steps, 0);
  function* long() {
    steps++;
    spin(3);
  }
  const scheduler = new Scheduler();
  await Promise.all(Array.from({ length: 40 }, () => run(long, { scheduler })));
  assert(turnAfter <= 12, `the host's turn came after ${turnAfter} steps of 3 ms`);
});

Deno.test("a step costs no look at the clock or its alarm, however many tasks are asleep [F3]", async () => {
  let looks = 0;
  class CountingClock extends VirtualClock {
    override now(): number {
      looks++;
      return super.now();
    }
    override arm(deadline: number, due: () => void): void {
      looks++;
      super.arm(deadline, due);
    }
  }
  const scheduler = new Scheduler({ clock: new CountingClock(), budget: Infinity });
  const looked = await run(function* () {
    const sleepers = yield* spawn(function* () {
      for (let i = 0; i < 2000; i++) yield* spawn(() => sleep(1000 + i));
    });
    yield* yieldNow();
    yield* yieldNow();
    const before = looks;
    for (let i = 0; i < 1000; i++) yield* yieldNow();
    const during = looks - before;
    yield* sleepers.cancel();
    return during;
  }, { scheduler });
  assertEquals(looked, 0);
});

Deno.test("a long line of tasks that each spawn the next ends, fails and is cancelled without overflow [S1]", async () => {
  const length = 50_000;
  function* link(left: number, last: () => Operation<unknown>): Coroutine {
    if (left > 0) yield* spawn(() => link(left - 1, last));
    else yield* last();
  }
  await run(() => link(length, function* () {}));
  const failed = run(() =>
    link(length, function* () {
      throw new Error("far down");
    })
  );
  assertEquals(await failed.then(() => "", (error) => error.message), "far down");
  await simulate(function* () {
    const task = run(() => link(length, suspend));
    yield* sleep(1);
    yield* task.cancel();
    assertEquals(task.status, "cancelled");
  }, { maxSteps: 1_000_000 });
});

Deno.test("scopes in scopes are cancelled and forced without overflow, however deep [S7] [S12]", async () => {
  const depth = 3_000;
  let open = 0;
  function* nest(left: number, stubborn: boolean): Coroutine {
    open++;
    try {
      if (left > 0) yield* scope(() => nest(left - 1, stubborn));
      else yield* suspend();
    } finally {
      open--;
      if (stubborn) yield* suspend();
    }
  }
  await simulate(function* () {
    ignoredCancellations();
    for (const stubborn of [false, true]) {
      const task = run(() => nest(depth, stubborn));
      yield* sleep(1);
      yield* task.cancel(undefined, { grace: 10 });
      assertEquals([task.status, open], ["cancelled", 0]);
    }
  }, { maxSteps: 1_000_000 });
});

Deno.test("a task that drives another scheduler, a task of which cancels it, is told at its next wait [S3]", async () => {
  const order = expectOrder();
  const clock = new VirtualClock();
  const inner = new Scheduler({ clock });
  const outer: Task<void> = run(function* () {
    order(1);
    clock.jump();
    order(3);
    yield* yieldNow();
    order(-1);
  });
  run(function* () {
    yield* sleep(10);
    order(2);
    void outer.cancel();
  }, { scheduler: inner });
  inner.runNow();
  await outer.then(() => {}, () => {});
  assertEquals(outer.status, "cancelled");
  order.end(3);
});

Deno.test("an instrument hears what tasks do", async () => {
  const heard: string[] = [];
  const scheduler = new Scheduler();
  const hear = (what: string) => (task: { name: string; status: string }) =>
    void heard.push(`${what} ${task.name} ${task.status}`);
  scheduler.instrument = {
    taskSpawned: hear("spawned"),
    taskResumed: hear("resumed"),
    taskParked: hear("parked"),
    taskEnded: hear("ended"),
  };
  await run(function* main() {
    yield* spawn(function* child() {});
    yield* yieldNow();
  }, { scheduler });
  assertEquals(heard, [
    "spawned main pending",
    "resumed main pending",
    "spawned child pending",
    "parked main running",
    "resumed child pending",
    "ended child completed",
    "resumed main running",
    "ended main completed",
  ]);
});

Deno.test("ended tasks are held by nobody while their scope lives: not by it, their joiners or the timers [F4]", async () => {
  const tasks: WeakRef<object>[] = [];
  function* child(n: number) {
    if (n % 2 === 0) yield* sleep(0);
    return n;
  }
  const gate = Promise.withResolvers<void>();
  const program = run(function* () {
    for (let i = 0; i < 2000; i++) {
      const task = yield* spawn(() => child(i));
      if (i % 3 === 0) yield* task.cancel();
      else yield* task;
      tasks.push(new WeakRef(task));
    }
    yield* until(gate.promise);
  });
  while (tasks.length < 2000) await run(() => sleep(0));
  // A weak reference that was just made holds its target until the end of the turn.
  await run(() => sleep(0));
  collectGarbage();
  const alive = tasks.filter((task) => task.deref() !== undefined).length;
  gate.resolve();
  await program;
  assert(alive <= 5, `${alive} of 2000 ended tasks are held`);
});

/** Collects all garbage, now. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

Deno.test("an instrument that throws does not keep the other tasks from running", async () => {
  const scheduler = new Scheduler();
  const errors: unknown[] = [];
  const heard = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error);
  };
  addEventListener("error", heard);
  const broken = new Error("the instrument is broken");
  scheduler.instrument = {
    taskResumed: (task) => {
      if (task.name !== "first") return;
      scheduler.instrument = null;
      throw broken;
    },
  };
  run(() => 1, { scheduler, name: "first" });
  assertEquals(await run(() => 2, { scheduler, name: "second" }), 2);
  removeEventListener("error", heard);
  assertEquals(errors, [broken]);
});
