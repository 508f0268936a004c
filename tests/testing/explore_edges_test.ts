import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { all, run, sleep, spawn, suspend, timeout, yieldNow } from "../../mod.ts";
import {
  DivergenceError,
  explore,
  interruptEverywhere,
  InterruptionError,
  replay,
  simulate,
} from "../../testing.ts";
import { caught } from "../_caught.ts";
import { lossy, turns } from "./_turns.ts";

Deno.test("globals: Math.random does not go with the order of tasks [D1]", async () => {
  const seen = new Set<string>();
  await explore(function* () {
    const random = Math.random() < 0.5 ? "low" : "high";
    let first: string | undefined;
    const be = (name: string) => () => void (first ??= name);
    yield* all([be("a"), be("b")]);
    seen.add(`${random} ${first}`);
  }, { globals: true, runs: 200 });
  assertEquals(seen.size, 4);
});

Deno.test("PCT finds what needs one task to be slow for hundreds of turns", async () => {
  const { ok } = await explore(function* () {
    let started = false;
    yield* all({
      slow: () => void (started = true),
      busy: function* () {
        for (let i = 0; i < 300; i++) yield* yieldNow();
        if (!started) throw new Error("it came late");
      },
    });
  }, { strategy: "pct", depth: 1, runs: 30 });
  assert(!ok);
});

Deno.test("the seed of a failure makes it again by simulate, for random and for PCT [D1]", async () => {
  for (const strategy of ["random", "pct"] as const) {
    const { failure } = await explore(lossy, { strategy, seed: 3 });
    await assertRejects(() => simulate(lossy, { strategy, seed: failure!.seed }));
  }
});

Deno.test("a root that fails unobserved fails the run", async () => {
  const error = new Error("in a root");
  const { ok, failure } = await explore(function* () {
    run(() => {
      throw error;
    });
    yield* sleep(1);
  }, { runs: 3 });
  assertEquals([ok, failure!.error], [false, error]);
});

Deno.test("a root that fails unobserved just before the program ends fails it all the same", async () => {
  await assertRejects(
    () =>
      simulate(function* () {
        run(() => {
          throw new Error("in a root");
        });
        yield* yieldNow();
      }),
    Error,
    "in a root",
  );
});

Deno.test("interruptEverywhere() sees a cleanup that fails only when it is cancelled", async () => {
  const error = await assertRejects(
    () =>
      interruptEverywhere(function* () {
        try {
          yield* yieldNow();
        } catch {
          throw new Error("broken cleanup");
        }
      }),
    InterruptionError,
  );
  assertEquals((error.cause as Error).message, "broken cleanup");
});

Deno.test("replay notices a program that fails alike, in as many steps, by other tasks [D2]", async () => {
  const program = (turns: readonly number[]) =>
    function* () {
      yield* all(turns.map((count) =>
        function* () {
          for (let left = count; left > 0; left--) yield* yieldNow();
        }
      ));
      throw new Error("alike");
    };
  const { failure } = await explore(program([1, 3]), { runs: 1 });
  await assertRejects(() => replay(program([1, 3]), failure!.replay), Error, "alike");
  await assertRejects(() => replay(program([3, 1]), failure!.replay), DivergenceError);
});

Deno.test("a root that fails is observed in time as long as something is ready, as by the host", async () => {
  const failing = () => {
    throw new Error("seen");
  };
  const { ok, complete } = await explore(function* () {
    const task = run(failing);
    yield* yieldNow();
    yield* yieldNow();
    const error = yield* caught(task);
    assertEquals((error as Error).message, "seen");
  }, { strategy: "exhaustive" });
  assert(ok && complete);
  const late = await explore(function* () {
    const task = run(failing);
    yield* sleep(1);
    yield* caught(task);
  }, { runs: 3 });
  assertEquals((late.failure!.error as Error).message, "seen");
});

Deno.test("exhaustive exploring deviates a little before it deviates much", async () => {
  const { ok, runs } = await explore(function* () {
    const order: string[] = [];
    const push = (name: string) =>
      function* () {
        for (let i = 0; i < 10; i++) {
          order.push(name);
          yield* yieldNow();
        }
      };
    yield* all(["a", "b", "c"].map(push));
    if (order[0] === "b") throw new Error("b first");
  }, { strategy: "exhaustive", runs: 100 });
  assert(!ok && runs < 100, `${runs} runs`);
});

Deno.test("exhaustive exploring says so when a run has other choices than before [D2]", async () => {
  let runs = 0;
  const { ok, failure } = await explore(function* () {
    runs++;
    yield* all(Array.from({ length: runs <= 4 ? 3 : 2 }, () => () => {}));
  }, { strategy: "exhaustive", runs: 50 });
  assertEquals([ok, (failure?.error as Error)?.name], [false, "DivergenceError"]);
});

Deno.test("replay notices another outcome of the same steps [D2]", async () => {
  let message = "first";
  const program = function* () {
    yield* yieldNow();
    throw new Error(message);
  };
  const { failure } = await explore(program, { runs: 1 });
  message = "another";
  await assertRejects(() => replay(program, failure!.replay), DivergenceError);
});

Deno.test("shrinking keeps the failure that was found, and numbers tasks as the story does", async () => {
  const program = function* () {
    const order = yield* turns(2);
    if (order.startsWith("bcb")) throw new Error("expected status 200, got 500");
    if (order[0] === "b") throw new Error("expected status 200, got 404");
  };
  for (let seed = 1; seed < 40; seed++) {
    const { failure } = await explore(program, { seed, runs: 1 });
    if (failure === undefined) continue;
    const found = await assertRejects(() => simulate(program, { seed })) as Error;
    assertEquals((failure.error as Error).message, found.message);
  }
  const { failure } = await explore(function* () {
    yield* spawn(suspend, { name: "stuck" });
  });
  assertMatch(
    failure!.story,
    /task 2 'stuck' waits for suspend\(\)\n[\s\S]*Then it failed[\s\S]*task 2 'stuck'/,
  );
});

Deno.test("a livelock is found and told in a bounded time", async () => {
  const spin = function* () {
    for (;;) yield* yieldNow();
  };
  const { failure } = await explore(() => all([spin, spin]), { runs: 1, maxSteps: 20_000 });
  assertEquals((failure!.error as Error).name, "LivelockError");
});

Deno.test("interruptEverywhere() refuses a generator as a check", async () => {
  const error = await assertRejects(() =>
    interruptEverywhere(() => yieldNow(), function* () {
      yield 1;
    }), InterruptionError);
  assertMatch(error.message, /no generator function/);
});

Deno.test("a replay string says how the run was set up [D2]", async () => {
  const program = function* () {
    const random = Math.random();
    try {
      yield* timeout(3, function* () {
        for (;;) yield* yieldNow();
      });
    } catch {
      throw new Error(`late: ${random}`);
    }
  };
  const options = { globals: true, stepCost: 0.5, maxSteps: 99, patience: 0, seed: 5 };
  const { failure } = await explore(program, options);
  assertMatch(failure!.replay, /:g,c0\.5,p0,m99$/);
  await assertRejects(() => replay(program, failure!.replay), Error, "late: 0.");
  await assertRejects(() => replay(program, failure!.replay, { stepCost: 1 }), DivergenceError);
  await assertRejects(() => replay(program, `${failure!.replay},x`), TypeError, "replay string");
});

Deno.test("shrinking takes no run that it broke off for the livelock it looks for", async () => {
  const program = function* () {
    const wants = { a: false, b: false };
    const polite = (me: "a" | "b", other: "a" | "b") =>
      function* () {
        for (;;) {
          wants[me] = true;
          yield* yieldNow();
          if (!wants[other]) break;
          wants[me] = false;
          yield* yieldNow();
        }
        wants[me] = false;
      };
    yield* all([polite("a", "b"), polite("b", "a")]);
  };
  const { failure } = await explore(program, { strategy: "pct", maxSteps: 1500 });
  assertEquals((failure!.error as Error).name, "LivelockError");
  assertMatch(failure!.story, /^1500 steps, 2 switches/);
  const error = await assertRejects(() => replay(program, failure!.replay)) as Error;
  assertEquals(error.name, "LivelockError");
});

Deno.test("replay tells what a program that has changed came to instead [D2]", async () => {
  const { failure } = await explore(lossy);
  const text = failure!.replay;
  const right = await assertRejects(() => replay(() => turns(2), text), DivergenceError);
  assertMatch(right.message, /did not follow its recording, but ended well after \d+ steps: /);
  const other = () => {
    throw new Error("another");
  };
  const wrong = await assertRejects(() => replay(other, text), DivergenceError);
  assertMatch(wrong.message, /, but failed after 1 step with Error: another: /);
});

Deno.test("replay takes its string as it is copied, and refuses what is none", async () => {
  const { failure } = await explore(lossy);
  const text = failure!.replay;
  await assertRejects(() => replay(lossy, ` ${text}\n`), Error, "lost");
  for (const none of ["", "h1", "h2:1:1:0", "h1:1:1:zz*zzzzzzzz", `${text}:m`, `${text}:mg`, 3]) {
    await assertRejects(() => replay(lossy, none as string), TypeError, "replay string");
  }
});
