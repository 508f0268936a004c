import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import {
  all,
  CancelledError,
  ensure,
  GreenPool,
  run,
  type RunOptions,
  Scheduler,
  scope,
  sleep,
  spawn,
  suspend,
  timeout,
  until,
  yieldNow,
} from "../../mod.ts";
import { expectOrder, simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";
import { ignoredCancellations } from "./_ignored.ts";

Deno.test("run() takes its first step in a microtask, not at once", async () => {
  const order = expectOrder();
  const task = run(() => order(2));
  order(1);
  await task;
  order.end(2);
});

Deno.test("run() is cancelled by its signal, with the reason of that", async () => {
  const controller = new AbortController();
  const task = run(suspend, { signal: controller.signal });
  await run(yieldNow);
  controller.abort("stop it");
  const error = await assertRejects(() => task, CancelledError, "was cancelled by its signal");
  assertEquals(error.reason, "stop it");
});

Deno.test("run() with an aborted signal never runs the body [S6]", async () => {
  let ran = false;
  const task = run(() => void (ran = true), { signal: AbortSignal.abort(new Error("late")) });
  const error = await assertRejects(() => task, CancelledError);
  assertEquals([ran, (error.cause as Error).message], [false, "late"]);
});

Deno.test("run() lets go of its signal when it has ended", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    addEventListener.apply(signal, args as never);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    removeEventListener.apply(signal, args as never);
  };
  const task = run(() => sleep(0), { signal });
  assertEquals(listeners, 1);
  await task;
  assertEquals(listeners, 0);
});

Deno.test("run() inside a task uses the scheduler of that task", async () => {
  const { value, time } = await simulate(function* () {
    return yield* run(function* () {
      yield* sleep(50);
      return "virtual";
    });
  });
  assertEquals([value, time], ["virtual", 50]);
});

Deno.test("'enter' wraps every step of the task and its descendants", async () => {
  const inside: boolean[] = [];
  let entered = false;
  const enter: RunOptions["enter"] = (step) => {
    entered = true;
    try {
      return step();
    } finally {
      entered = false;
    }
  };
  function* child() {
    inside.push(entered);
    try {
      yield* suspend();
    } finally {
      inside.push(entered);
      yield* yieldNow();
      inside.push(entered);
    }
  }
  await run(function* () {
    inside.push(entered);
    const task = yield* spawn(child);
    yield* scope(() => yieldNow());
    inside.push(entered);
    yield* task.cancel();
  }, { enter });
  assertEquals(inside, [true, true, true, true, true]);
  assertEquals(entered, false);
});

Deno.test("'enter' carries an AsyncLocalStorage through waits, children, arms, pools and cleanups", async () => {
  const storage = new AsyncLocalStorage<string>();
  const enter = storage.run("inside", () => AsyncLocalStorage.snapshot());
  const seen: unknown[] = [];
  const look = () => void seen.push(storage.getStore());
  await run(function* () {
    look();
    yield* sleep(1);
    look();
    yield* until(new Promise<void>((resolve) => setTimeout(resolve, 0)));
    look();
    yield* yield* spawn(function* () {
      yield* yieldNow();
      look();
    });
    yield* all([look, () => Promise.resolve().then(look)]);
    yield* ensure(look);
    yield* new GreenPool().submit(function* () {
      yield* yieldNow();
      look();
    });
    yield* caught(timeout(0, function* () {
      try {
        yield* suspend();
      } finally {
        yield* yieldNow();
        look();
      }
    }));
  }, { enter });
  assertEquals(seen, Array.from({ length: 9 }, () => "inside"));
  assertEquals(storage.getStore(), undefined);
});

Deno.test("'enter' wraps the finally blocks of a task that is ended by force too", async () => {
  let depth = 0;
  let seen = 0;
  await simulate(function* () {
    ignoredCancellations();
    const task = run(function* () {
      try {
        try {
          yield* suspend();
        } finally {
          yield* suspend();
        }
      } finally {
        seen = depth;
      }
    }, {
      enter: (step) => {
        depth++;
        try {
          return step();
        } finally {
          depth--;
        }
      },
    });
    yield* yieldNow();
    yield* task.cancel(undefined, { grace: 5 });
  });
  assertEquals([depth, seen], [0, 1]);
});

const brokenEnters: [what: string, enter: (calls: number, step: () => unknown) => unknown][] = [
  ["throws before its first step", () => fail()],
  ["throws before a later step", (calls, step) => calls > 2 ? fail() : step()],
  ["throws after a later step", (calls, step) => [step(), calls > 2 && fail()][0]],
  ["calls the step twice", (_calls, step) => [step(), step()][0]],
  ["does not call the step", (calls, step) => calls > 2 ? undefined : step()],
  ["calls the step too late", (calls, step) => calls > 2 ? queueMicrotask(quietly(step)) : step()],
];

function fail(): never {
  throw new Error("broken");
}

function quietly(step: () => unknown): () => void {
  return () => void assertThrows(step, TypeError, "too late");
}

for (const [what, enter] of brokenEnters) {
  for (const wait of ["yieldNow", "sleep"]) {
    Deno.test(`a task whose 'enter' ${what} fails, after it was unwound (${wait})`, async () => {
      await simulate(function* () {
        let calls = 0;
        let open = 0;
        const task = run(function* () {
          open++;
          try {
            for (;;) yield* wait === "sleep" ? sleep(1) : yieldNow();
          } finally {
            open--;
          }
        }, { enter: ((step: () => unknown) => enter(++calls, step)) as never });
        const error = yield* caught(task);
        assert(error instanceof Error && /broken|'enter'/.test(error.message), String(error));
        assertEquals([task.status, open], ["failed", 0]);
        yield* sleep(5);
      });
    });
  }
}

Deno.test("run() checks its arguments", () => {
  const wrong: [unknown, RunOptions | undefined, string][] = [
    [sleep(1), undefined, "'work' must be a function: current value is an operation: wrap"],
    [undefined, undefined, "'work' must be a function: current value is undefined"],
    [suspend, { name: 5 as never }, "'name' must be a string: current value is 5"],
    [suspend, { daemon: 1 as never }, "'daemon' must be a boolean"],
    [suspend, { priority: "1" as never }, "'priority' must be a whole number"],
    [
      suspend,
      { signal: {} as never },
      "'signal' must be an AbortSignal: current value is an object",
    ],
    [suspend, { scheduler: {} as never }, "'scheduler' must be a Scheduler"],
    [suspend, { enter: true as never }, "'enter' must be a function: current value is true"],
    [suspend, { grace: "1" as never }, "'grace' must be a number of milliseconds"],
  ];
  for (const [work, options, message] of wrong) {
    assertThrows(() => run(work as never, options), TypeError, message);
  }
  assertThrows(() => run(suspend, { priority: 0.5 }), RangeError, "'priority'");
  assertThrows(() => run(suspend, { grace: -1 }), RangeError, "'grace'");
});

Deno.test("run() on a scheduler of one's own leaves the others alone", async () => {
  const scheduler = new Scheduler();
  assertEquals(await run(() => "mine", { scheduler }), "mine");
  assertEquals(scheduler.roots.children, null);
});
