import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  action,
  all,
  Channel,
  DeadlockError,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  until,
  yieldNow,
} from "../../mod.ts";
import { DivergenceError, explore, NotRepeatedError, replay, simulate } from "../../testing.ts";

/** A promise that settles some turns of the host later: what input and output look like. */
async function turns(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  return "read";
}

Deno.test("simulate() says that time moved on while the host was waited for [D2]", async () => {
  const { outside, value } = await simulate(function* reader() {
    try {
      return yield* timeout(1000, () => until(turns(3)));
    } catch (error) {
      return error;
    }
  });
  assert(value instanceof TimeoutError);
  assertEquals(outside, [
    "task 2 'timeout' waited for until(promise) at 0 ms: the host took longer than a turn, and time moved on to 1000 ms",
  ]);
});

Deno.test("simulate() with patience lets the host bring what is waited for before a timer", async () => {
  const { value, time, outside } = await simulate(function* reader() {
    return yield* timeout(1000, () => until(turns(3)));
  }, { patience: 5000 });
  assertEquals([value, time, outside], ["read", 0, []]);
});

Deno.test("simulate() says that the host took its time, and of callbacks too [D2]", async () => {
  const { outside } = await simulate(function* () {
    yield* spawn(function* caller() {
      yield* action<void>((resolve) => void setTimeout(resolve, 0));
    });
    yield* until(turns(2));
  });
  assertEquals(outside, [
    "task 1 'anonymous' waited for until(promise) at 0 ms: the host took its time",
    "task 2 'caller' waited for action() at 0 ms: the host took its time",
  ]);
});

Deno.test("promises that settle in a turn are under control [D2]", async () => {
  const { outside } = await simulate(function* () {
    yield* timeout(1, () => until(Promise.resolve(1)));
    yield* until(async () => {
      for (let i = 0; i < 9; i++) await null;
    });
    yield* sleep(1);
  });
  assertEquals(outside, []);
});

Deno.test("a failure tells what was outside of its control, in its fields and its story [D2]", async () => {
  const program = function* reader() {
    yield* until(turns(2));
    throw new Error("broken");
  };
  const { failure } = await explore(program, { runs: 1 });
  const line = "task 1 'reader' waited for until(promise) at 0 ms: the host took its time";
  assertEquals(failure!.outside, [line]);
  assertMatch(
    failure!.story,
    /it failed: Error: broken\nOutside of the simulation's control:\n {2}/,
  );
  assertStringIncludes(failure!.story, line);
  await assertRejects(() => replay(program, failure!.replay), Error, "broken");
});

Deno.test("what does not come about again says what was outside of its control [D2]", async () => {
  let runs = 0;
  const program = function* reader() {
    const said = yield* until(turns(1).then(() => runs++));
    if (said === 1) throw new Error("the second time only");
  };
  const { failure } = await explore(program, { runs: 5 });
  assert(failure!.error instanceof NotRepeatedError);
  assertEquals(failure!.error.outside.length, 1);
  assertStringIncludes(failure!.error.message, "'reader' waited for until(promise)");
  let text = "first";
  const changing = function* changing() {
    yield* until(turns(1));
    throw new Error(text);
  };
  const { failure: other } = await explore(changing, { runs: 1 });
  text = "other";
  const error = await assertRejects(() => replay(changing, other!.replay), DivergenceError);
  assertStringIncludes(error.message, "'changing' waited for until(promise)");
});

Deno.test("a wait that the host cannot end is a deadlock all the same [D3]", async () => {
  const error = await assertRejects(() => simulate(() => new Channel().receive()));
  assertEquals((error as Error).name, "DeadlockError");
});

Deno.test("a callback that nobody calls is a deadlock, after the host had its time [D3]", async () => {
  const program = function* () {
    yield* action<void>(() => () => {});
  };
  const error = await assertRejects(() => simulate(program, { hostTimeout: 5 }), DeadlockError);
  assertEquals(error.hostTimeout, 5);
  assertMatch(error.message, /nothing has come from outside for 5 ms/);
  assertMatch(error.message, /task 1 'program' waits for action\(\)/);
  const late = () => new Promise<string>((resolve) => void setTimeout(resolve, 5, "late"));
  const { value } = await simulate(() => until(late()), { hostTimeout: Infinity });
  assertEquals(value, "late");
  for (const hostTimeout of [-1, NaN]) {
    await assertRejects(() => simulate(program, { hostTimeout }), RangeError, "'hostTimeout'");
  }
});

Deno.test("a wake-up of the host that is lost in some order is found, shrunk and replayed [D2]", async () => {
  const program = function* () {
    const waiting: (() => void)[] = [];
    let isReady = false;
    yield* all({
      *consumer() {
        if (isReady) return;
        yield* yieldNow();
        yield* action<void>((resolve) => {
          waiting.push(resolve);
          return () => {};
        });
      },
      *producer() {
        yield* yieldNow();
        isReady = true;
        for (const wake of waiting) wake();
      },
    });
  };
  const { failure } = await explore(program, { hostTimeout: 10 });
  assertMatch(failure!.story, /5 steps, 3 switches/);
  await assertRejects(() => replay(program, failure!.replay), DeadlockError, "'hostTimeout'");
});
