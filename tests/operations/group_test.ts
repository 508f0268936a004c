import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  all,
  allSettled,
  any,
  CancelledError,
  type Effect,
  type Operation,
  race,
  run,
  scope,
  sleep,
  spawn,
  suspend,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

function* after<T>(ms: number, value: T) {
  yield* sleep(ms);
  return value;
}

function* failAfter(ms: number, message: string): Generator<Effect<unknown>, never, unknown> {
  yield* sleep(ms);
  throw new Error(message);
}

/** Waits for ever; when it is cancelled it notes the beginning and the end of a cleanup that takes `ms`. */
function* lingering(log: string[], name: string, ms: number) {
  try {
    return yield* suspend();
  } finally {
    log.push(`${name} begins`);
    yield* sleep(ms);
    log.push(`${name} ends`);
  }
}

const message = (error: unknown) => (error as Error).message;

Deno.test("losers have cleaned up before race() returns; they are told newest first [R1]", async () => {
  const { value, time } = await simulate(function* () {
    const log: string[] = [];
    log.push(
      yield* race([
        () => lingering(log, "first", 5),
        after(1, "winner"),
        () => lingering(log, "second", 3),
      ]),
    );
    return log;
  });
  assertEquals(value, ["second begins", "first begins", "second ends", "first ends", "winner"]);
  assertEquals(time, 6);
});

Deno.test("race([x, suspend()]) is x, whether x succeeds, fails or is ready at once [R2]", async () => {
  await simulate(function* () {
    assertEquals(yield* race([after(3, "slow"), suspend()]), "slow");
    assertEquals(yield* race([suspend(), () => "ready"]), "ready");
    assertEquals(yield* race({ x: () => Promise.resolve(1), never: suspend() }), 1);
    assertEquals(message(yield* caught(race([suspend(), failAfter(1, "failed")]))), "failed");
  });
});

Deno.test("an arm of a race that was decided before its first step never runs [S6]", async () => {
  await simulate(function* () {
    let ran = false;
    assertEquals(yield* race([() => 1, () => void (ran = true)]), 1);
    yield* sleep(1);
    assertEquals(ran, false);
  });
});

Deno.test("cancelling a race cancels all arms and waits for them [R3]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(function* () {
      yield* race([() => lingering(log, "a", 4), () => lingering(log, "b", 2)]);
      log.push("went on");
    });
    yield* sleep(1);
    yield* task.cancel();
    log.push(task.status);
    return log;
  });
  assertEquals(value, ["b begins", "a begins", "b ends", "a ends", "cancelled"]);
});

Deno.test("cancelling a race that is decided waits for the losers, and the result is not used [R3] [S3]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const task = yield* spawn(function* () {
      yield* race([after(1, "winner"), () => lingering(log, "loser", 10)]);
      log.push("went on");
    });
    yield* sleep(5);
    yield* task.cancel();
    return [...log, task.status];
  });
  assertEquals(value, ["loser begins", "loser ends", "cancelled"]);
});

Deno.test("a loser that fails in its cleanup makes the race fail, the winner's error first [S9]", async () => {
  function* badLoser() {
    try {
      yield* suspend();
    } finally {
      yield* failAfter(1, "loser");
    }
  }
  await simulate(function* () {
    assertEquals(message(yield* caught(race([after(1, 1), badLoser]))), "loser");
    const both = yield* caught(race([badLoser, failAfter(1, "winner")]));
    assert(both instanceof AggregateError);
    assertEquals(both.errors.map(message), ["winner", "loser"]);
    assert(both.message.startsWith("2 errors in race() of 2, the first: Error: winner"));
  });
});

Deno.test("all() keeps the order and the shape of its input [R4]", async () => {
  const { value, time } = await simulate(function* () {
    const tuple: [string, number, boolean] = yield* all([
      after(3, "a"),
      () => 2,
      () => Promise.resolve(true),
    ]);
    const record: { x: number; y: string } = yield* all({ x: after(2, 1), y: () => "text" });
    return [tuple, record, yield* all([]), yield* all({})];
  });
  assertEquals(value, [["a", 2, true], { x: 1, y: "text" }, [], {}]);
  assertEquals(time, 5);
});

Deno.test("the first failure in all() cancels the rest, and is thrown when they have ended [R4]", async () => {
  const { value, time } = await simulate(function* () {
    const log: string[] = [];
    const error = yield* caught(
      all([after(1, 1), () => lingering(log, "rest", 3), failAfter(2, "failed")]),
    );
    return [...log, message(error)];
  });
  assertEquals(value, ["rest begins", "rest ends", "failed"]);
  assertEquals(time, 5);
});

Deno.test("all() throws several failures together, in the order in which they happened [S9]", async () => {
  await simulate(function* () {
    const error = yield* caught(all({
      late: function* () {
        try {
          yield* suspend();
        } finally {
          yield* failAfter(1, "second");
        }
      },
      early: () => failAfter(1, "first"),
    }));
    assert(error instanceof AggregateError);
    assertEquals(error.errors.map(message), ["first", "second"]);
  });
});

Deno.test("allSettled() gives every outcome, and none concerns another", async () => {
  const { value, time } = await simulate(function* () {
    const error = new Error("no");
    const stopped = run(suspend);
    yield* yieldNow();
    yield* stopped.cancel();
    const outcomes = yield* allSettled({
      good: after(5, 1),
      bad: () => Promise.reject(error),
      stopped,
    });
    assert(outcomes.stopped.status === "rejected");
    assert(outcomes.stopped.reason instanceof CancelledError);
    return [outcomes.good, outcomes.bad, error];
  });
  assertEquals(value.slice(0, 2), [
    { status: "fulfilled", value: 1 },
    { status: "rejected", reason: value[2] },
  ]);
  assertEquals(time, 5);
});

Deno.test("any() gives the first success, and all errors when there is none [S9]", async () => {
  await simulate(function* () {
    assertEquals(
      yield* any([failAfter(1, "a"), after(3, "late"), after(2, "first"), suspend()]),
      "first",
    );
    const error = yield* caught(any([failAfter(2, "b"), failAfter(1, "a")]));
    assert(error instanceof AggregateError);
    assertEquals(error.errors.map(message), ["a", "b"]);
  });
});

Deno.test("a child that fails elsewhere in the scope unwinds the operation that the body waits in [S9]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const error = yield* caught(scope(function* () {
      yield* spawn(() => failAfter(2, "child"));
      yield* race([
        () => lingering(log, "arm", 3),
        () => all([() => lingering(log, "inner", 1), suspend()]),
      ]);
    }));
    return [...log, message(error)];
  });
  assertEquals(value, ["inner begins", "arm begins", "inner ends", "arm ends", "child"]);
});

Deno.test("a scope gives what its body returns, and its errors stay inside a try around it [S9]", async () => {
  const { value } = await simulate(function* () {
    const error = yield* caught(scope(function* () {
      yield* spawn(() => failAfter(1, "inside"));
      return "never";
    }));
    return [message(error), yield* scope(() => after(1, "result")), yield* scope(() => [1])];
  });
  assertEquals(value, ["inside", "result", [1]]);
});

Deno.test("all(), race() and scope() check their arguments", () => {
  const wrongs: [() => Operation<unknown>, string][] = [
    [() => all(5 as never), "Cannot run all: it takes an array or a record of operations"],
    [() => all(sleep(1) as never), "current value is an operation"],
    [() => all(after(1, 1) as never), "current value is an operation"],
    [
      () => all([sleep(1), 5 as never]),
      "entry '1' must be an operation or a function: current value is 5",
    ],
    [() => race({ a: Promise.resolve() as never }), "entry 'a' must be an operation or a function"],
    [() => race([]), "Cannot run race: there must be at least one operation"],
    [() => any([]), "Cannot run any"],
    [() => allSettled(null as never), "Cannot run allSettled"],
    [() => scope(sleep(1) as never), "Cannot scope: 'work' must be a function"],
    [() => scope(suspend, { onError: "ignore" as never }), `'onError' must be "fail" or "isolate"`],
    [() => scope(suspend, { name: 1 as never }), "'name' must be a string"],
    [() => scope(suspend, { grace: "1" as never }), "'grace' must be a number"],
  ];
  for (const [make, words] of wrongs) assertThrows(make, TypeError, words);
  assertThrows(() => scope(suspend, { grace: -1 }), RangeError, "'grace'");
});

Deno.test("a cancelled allSettled() or any() is cancelled, whatever arms have failed; what fails in the cleanup counts [S9] [R3]", async () => {
  await simulate(function* () {
    for (const absorb of [allSettled, any]) {
      const task = yield* spawn(function* () {
        yield* absorb([() => failAfter(1, "absorbed"), suspend()]);
      });
      yield* sleep(2);
      yield* task.cancel();
      assertEquals(task.status, "cancelled");
      assertEquals(
        yield* race([absorb([() => failAfter(1, "arm"), suspend()]), after(3, "in time")]),
        "in time",
      );
      const error = yield* caught(scope(function* () {
        const failing = yield* spawn(() =>
          absorb([function* () {
            try {
              yield* suspend();
            } finally {
              yield* failAfter(1, "cleanup");
            }
          }])
        );
        yield* sleep(1);
        yield* failing.cancel();
      }));
      assertEquals((error as Error).message, "cleanup");
    }
  });
});
