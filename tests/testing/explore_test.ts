import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  Channel,
  currentTask,
  Mutex,
  run,
  scope,
  select,
  Semaphore,
  sleep,
  spawn,
  suspend,
  timeout,
  TimeoutError,
  until,
  UsageError,
  yieldNow,
} from "../../mod.ts";
import {
  assertNoLeaks,
  DivergenceError,
  explore,
  interruptEverywhere,
  InterruptionError,
  LeakError,
  NotRepeatedError,
  replay,
  schedules,
  simulate,
} from "../../testing.ts";
import { lossy, turns } from "./_turns.ts";

Deno.test("exhaustive exploring runs every order once [D1]", async () => {
  const seen: string[] = [];
  const { ok, complete, runs } = await explore(function* () {
    seen.push(yield* turns(1));
  }, { strategy: "exhaustive" });
  assert(ok && complete);
  assertEquals(runs, seen.length);
  assertEquals(new Set(seen), new Set(["abc", "acb", "bac", "bca", "cab", "cba"]));
});

Deno.test("exhaustive exploring within a bound deviates no more often than that", async () => {
  const orders = async (deviations: number) => {
    const seen = new Set<string>();
    const { complete } = await explore(function* () {
      seen.add(yield* turns(2));
    }, { strategy: "exhaustive", deviations, runs: 100_000 });
    assert(complete);
    return seen.size;
  };
  assertEquals(await orders(0), 1);
  const [one, two, all] = [await orders(1), await orders(2), await orders(Infinity)];
  assert(one > 1 && one < two && two < all, `${one} ${two} ${all}`);
  assertEquals(all, 90);
});

Deno.test("exploring tries the cases of a select too [R5]", async () => {
  const seen = new Set<string>();
  const program = function* () {
    const a = new Channel<number>({ capacity: 1 });
    a.trySend(1);
    const b = new Channel<number>({ capacity: 1 });
    b.trySend(2);
    const { key } = yield* select({ a: a.receive(), b: b.receive(), c: sleep(0) });
    seen.add(key);
  };
  const { complete } = await explore(program, { strategy: "exhaustive", runs: 100_000 });
  assert(complete);
  assertEquals(seen, new Set(["a", "b"]));
});

Deno.test("exploring stops at its budget of runs, and of time, and tells of its progress", async () => {
  const progress: number[] = [];
  const report = await explore(() => turns(2), {
    runs: 7,
    onProgress: (runs) => progress.push(runs),
  });
  assertEquals([report.ok, report.runs, report.complete], [true, 7, false]);
  assertEquals(progress, [1, 2, 3, 4, 5, 6, 7]);
  assertEquals((await explore(() => turns(2), { timeBudget: 0 })).runs, 1);
});

Deno.test("the same seed explores the same, and replay makes the failure again [D1] [D2]", async () => {
  for (const strategy of ["random", "pct"] as const) {
    const [a, b] = [
      await explore(lossy, { strategy, seed: 9 }),
      await explore(lossy, { strategy, seed: 9 }),
    ];
    assertEquals(a.failure!.replay, b.failure!.replay);
    assertEquals(a.failure!.story, b.failure!.story);
    await assertRejects(() => replay(lossy, a.failure!.replay), Error, "an increment is lost");
  }
});

Deno.test("replay says so when the program is another one, and refuses what is no replay string [D2]", async () => {
  const { failure } = await explore(lossy);
  await assertRejects(() => replay(() => turns(2), failure!.replay), DivergenceError);
  for (const text of ["", "h1", "h1:1", "h1:1:2:-1", 5, null, "h1:1:zz:0.."]) {
    await assertRejects(() => replay(lossy, text as string), TypeError, "replay string");
  }
});

Deno.test("exploring says so when the program depends on something that is not under its control [D2]", async () => {
  let runs = 0;
  const { failure } = await explore(function* () {
    yield* yieldNow();
    if (runs++ === 3) throw new Error("now and then");
  });
  assert(failure!.error instanceof NotRepeatedError);
});

Deno.test("globals: Math.random follows the seed, Date and performance.now the virtual clock [D1]", async () => {
  const real = { random: Math.random, Date, now: performance.now };
  const program = function* () {
    const numbers = [Math.random()];
    const began = [Date.now(), performance.now(), new Date().getTime()];
    yield* sleep(3_600_000);
    numbers.push(Math.random());
    assertEquals([Date.now(), performance.now(), +new Date()], began.map((at) => at + 3_600_000));
    assertEquals(new Date(0).toISOString(), "1970-01-01T00:00:00.000Z");
    assert(new Date() instanceof Date);
    return numbers;
  };
  const run = async (seed: number) => (await simulate(program, { globals: true, seed })).value;
  assertEquals(await run(1), await run(1));
  assert((await run(1))[0] !== (await run(2))[0]);
  assertEquals({ random: Math.random, Date, now: performance.now }, real);
});

Deno.test("stepCost: a task that only yields meets its timeout [T1] [D4]", async () => {
  const { time } = await simulate(function* () {
    try {
      yield* timeout(10, function* () {
        for (;;) yield* yieldNow();
      });
    } catch (error) {
      assert(error instanceof TimeoutError);
    }
  }, { stepCost: 1 });
  assert(time >= 10 && time < 20, `${time}`);
});

Deno.test("a simulation tells what was left behind: tasks, permits, values", async () => {
  const { leaks } = await simulate(function* () {
    run(suspend, { name: "orphan" });
    const semaphore = new Semaphore(3);
    yield* semaphore.acquire();
    yield* semaphore.acquire();
    yield* new Mutex().acquire();
    const channel = new Channel<number>({ capacity: 2 });
    yield* channel.send(1);
    new Channel<number>({ capacity: 2 });
  });
  assertEquals(leaks.map(({ kind }) => kind).sort(), ["permit", "permit", "task", "value"]);
  assertMatch(
    leaks.map(({ what }) => what).join(),
    /'orphan'.*2 permits of a semaphore.*1 permit of a mutex.*1 value in a channel/s,
  );
});

Deno.test("assertNoLeaks() looks at the program that runs, or at what came of it", async () => {
  const simulation = await simulate(function* () {
    assertNoLeaks();
    const mutex = new Mutex();
    const permit = yield* mutex.acquire();
    assertThrows(() => assertNoLeaks(), LeakError, "1 permit of a mutex");
    permit.release();
    const child = yield* spawn(suspend, { name: "child" });
    assertThrows(() => assertNoLeaks(), LeakError, "'child'");
    yield* child.cancel();
    assertNoLeaks();
  });
  assertNoLeaks(simulation);
  assertThrows(() => assertNoLeaks(), UsageError);
});

Deno.test("interruptEverywhere() cancels before each step, and names the step at which something is wrong [S8]", async () => {
  await interruptEverywhere(function* () {
    yield* scope(() => sleep(1));
    yield* yieldNow();
  });
  let semaphore = new Semaphore(1);
  const leaky = function* () {
    semaphore = new Semaphore(1);
    const permit = yield* semaphore.acquire();
    yield* yieldNow();
    permit.release();
    yield* yieldNow();
  };
  const error = await assertRejects(() => interruptEverywhere(leaky), InterruptionError);
  assertEquals([error.step, (error.cause as Error).name], [1, "LeakError"]);
  let calls = 0;
  const currentStep = () => calls++;
  const checked = await assertRejects(
    () => interruptEverywhere(() => turns(1), () => currentStep() < 2),
    InterruptionError,
  );
  assertEquals(checked.step, 2);
});

Deno.test("interruptEverywhere() takes a failure of the program for what it is", async () => {
  const error = await assertRejects(
    () =>
      interruptEverywhere(function* () {
        try {
          yield* yieldNow();
        } finally {
          yield* yieldNow();
          // deno-lint-ignore no-unsafe-finally -- what is tested
          throw new Error("broken cleanup");
        }
      }),
    InterruptionError,
  );
  assertEquals((error.cause as Error).message, "broken cleanup");
});

Deno.test("schedules() work with fast-check, and shrink to the interleaving that matters [D1]", async () => {
  const property = fc.asyncProperty(schedules(), async (schedule) => {
    await simulate(function* () {
      const order = yield* turns(1);
      if (order === "cba") throw new Error("the order that must not be");
    }, { schedule });
  });
  const { failed, counterexample } = await fc.check(property, { numRuns: 1000, seed: 4 });
  assert(failed);
  assertEquals(counterexample![0].decisions, [2, 1]);
  await simulate(() => turns(3), { schedule: { decisions: [] } });
});

Deno.test("promises of the host are waited for in an exploration", async () => {
  const { ok } = await explore(function* () {
    assertEquals(yield* until(Promise.resolve(currentTask().name.length > 0)), true);
  }, { runs: 20 });
  assert(ok);
});

Deno.test("what is no option is refused", async () => {
  const nothing = () => {};
  for (
    const options of [
      { runs: 0 },
      { runs: 1.5 },
      { seed: 0.5 },
      { strategy: "best" },
      { depth: 0 },
      { deviations: -1 },
      { timeBudget: -1 },
      { onProgress: 5 },
      { maxSteps: 0 },
      { stepCost: -1 },
      { globals: 1 },
    ]
  ) {
    const error = await assertRejects(() => explore(nothing, options as never));
    assertMatch((error as Error).message, /^Cannot explore: '/);
  }
  await assertRejects(() => explore(5 as never), TypeError, "'work' must be a function");
  await assertRejects(() => simulate(nothing, { schedule: {} as never }), TypeError, "'schedule'");
  await assertRejects(() => interruptEverywhere(nothing, 5 as never), TypeError, "'check'");
});
