/** Determinism: D. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  all,
  Channel,
  DeadlockError,
  type Effect,
  Mutex,
  race,
  scope,
  select,
  sleep,
  spawn,
  yieldNow,
} from "../../mod.ts";
import {
  explore,
  LivelockError,
  replay,
  simulate,
  type SimulateOptions,
  type Simulation,
} from "../../testing.ts";
import { caught } from "../_caught.ts";
import { lawBy, unexplored } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

/** What a task of a generated program does, one after the other. */
type Act = "yield" | "sleep" | "send" | "receive" | "select" | "race" | "lock" | "spawn" | "fail";

const act = fc.constantFrom<Act[]>(
  "yield",
  "sleep",
  "send",
  "receive",
  "select",
  "race",
  "lock",
  "spawn",
  "fail",
);
const programsOf = (length: number) =>
  fc.array(fc.array(act, { maxLength: length }), { minLength: 1, maxLength: length });
const programs = programsOf(5);
/** Such as can be shrunk in little time. */
const small = programsOf(2);

const program = (plans: readonly (readonly Act[])[]) =>
  function* (): Body<string[]> {
    const log: string[] = [];
    const channel = new Channel<number>({ capacity: 1 });
    const mutex = new Mutex();
    function* act(what: Act, n: number): Body {
      if (what === "yield") yield* yieldNow();
      if (what === "sleep") yield* sleep(n);
      if (what === "send") yield* race([channel.send(n), sleep(2)]);
      if (what === "receive") log.push(`got ${yield* race([channel.receive(), sleep(2)])}`);
      if (what === "select") {
        log.push((yield* select({ a: sleep(1), b: sleep(1), c: channel.receive() })).key);
      }
      if (what === "race") log.push(yield* race([() => "x", () => "y"]));
      if (what === "lock") yield* mutex.withLock(() => sleep(1));
      if (what === "spawn") yield* spawn(() => void log.push(`child of ${n}`));
      if (what === "fail") throw new Error(`${n}`);
    }
    function* task(plan: readonly Act[], n: number): Body {
      for (const what of plan) {
        log.push(`${n} ${what}`);
        yield* act(what, n);
      }
    }
    for (const [n, plan] of plans.entries()) {
      const error = yield* caught(scope(() => all([() => task(plan, n), () => task(plan, n + 9)])));
      if (error !== undefined) log.push(`${error}`.replace(/task \d+/g, "task"));
    }
    return log;
  };

const ways: readonly SimulateOptions[] = [
  {},
  { strategy: "random" },
  { strategy: "pct", depth: 1 },
  { strategy: "pct", depth: 2 },
  { strategy: "pct", depth: 3 },
];

lawBy("the same seed gives the same trace, result, steps and time [D1]", async () => {
  const view = ({ value, trace, steps, time }: Simulation<string[]>) => ({
    value,
    trace,
    steps,
    time,
  });
  await fc.assert(
    fc.asyncProperty(programs, fc.integer(), async (plans, seed) => {
      for (const way of ways) {
        const options = way.strategy === undefined ? way : { ...way, seed };
        const first = await simulate(program(plans), options);
        assertEquals(view(await simulate(program(plans), options)), view(first));
      }
    }),
    { numRuns: 200 },
  );
  return { ...unexplored, random: 200, pct: [200, 200, 200], programs: 200 };
});

lawBy("what exploring finds, replay makes again, whatever the strategy [D2]", async () => {
  let found = 0;
  const runs = { random: 0, pct: 0, exhaustive: 0 };
  await fc.assert(
    fc.asyncProperty(small, fc.integer(), async (plans, seed) => {
      for (const strategy of ["random", "pct", "exhaustive"] as const) {
        const first = (await simulate(program(plans))).value.join();
        const work = function* (): Body {
          const log = (yield* program(plans)()).join();
          if (log !== first) throw new Error(log);
        };
        const report = await explore(work, { strategy, seed, runs: 20 });
        runs[strategy] += report.runs;
        const { failure } = report;
        if (failure === undefined) continue;
        found++;
        const again = await replay(work, failure.replay).then(() => undefined, (error) => error);
        assertEquals((again as Error).message, (failure.error as Error).message);
      }
    }),
    { numRuns: 30, seed: 1 },
  );
  assert(found > 30, `only ${found} orders that differ`);
  return {
    random: runs.random,
    pct: [0, 0, runs.pct],
    exhaustive: { runs: runs.exhaustive, deviations: Infinity },
    interrupted: 0,
    programs: 30,
  };
});

lawBy(
  "two locks taken in two orders end well, or in a deadlock that names both tasks and both locks [D3]",
  async () => {
    function* locking(): Body {
      const [left, right] = [new Mutex(), new Mutex()];
      const both = (first: Mutex, second: Mutex) => () =>
        first.withLock(function* () {
          yield* yieldNow();
          yield* second.withLock(() => {});
        });
      yield* spawn(both(left, right), { name: "one" });
      yield* spawn(both(right, left), { name: "other" });
    }
    const ends = { well: 0, deadlock: 0 };
    for (const strategy of ["random", "pct"] as const) {
      for (let seed = 0; seed < 300; seed++) {
        try {
          await simulate(locking, { strategy, seed, depth: 1 + seed % 3 });
          ends.well++;
        } catch (error) {
          assert(error instanceof DeadlockError);
          const waiting = error.blocked.filter(({ name }) => name === "one" || name === "other");
          assertEquals(waiting.map(({ waitsFor }) => waitsFor), [
            "mutex.acquire()",
            "mutex.acquire()",
          ]);
          ends.deadlock++;
        }
      }
    }
    assert(ends.well > 20 && ends.deadlock > 20, JSON.stringify(ends));
    return { ...unexplored, random: 300, pct: [100, 100, 100] };
  },
);

lawBy(
  "past the step bound there is a livelock report, with the steps and the tasks [D4]",
  async () => {
    function* spinning(): Body {
      yield* spawn(function* () {
        for (;;) yield* yieldNow();
      }, { name: "spinner" });
    }
    for (const strategy of ["random", "pct", "exhaustive"] as const) {
      const { failure } = await explore(spinning, { strategy, maxSteps: 50, runs: 5 });
      assert(failure!.error instanceof LivelockError);
      assertEquals(failure!.error.steps, 50);
      assert(failure!.error.tasks.some(({ name }) => name === "spinner"));
    }
    return { ...unexplored, random: 1, pct: [0, 0, 1], exhaustive: { runs: 1, deviations: 0 } };
  },
);
