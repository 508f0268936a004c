/** The bridge to Effection: I. */
import { assert, assertEquals } from "@std/assert";
import "../../effection.ts";
import * as fx from "effection";
import {
  CancelledError,
  currentTask,
  type Effect,
  Latch,
  scope,
  spawn,
  suspend,
  until,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { law } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;
type Theirs<T> = Generator<fx.Effect<unknown>, T, unknown>;

/** A program that does not wait for time, so that who runs it makes no difference. */
function* program(log: string[]): Theirs<string> {
  const child = yield* fx.spawn(function* (): Theirs<string> {
    try {
      log.push("child");
      return yield* fx.call(() => "result");
    } finally {
      log.push("child over");
    }
  });
  const joined = yield* child;
  const [a, b] = yield* fx.all([fx.call(() => 1), fx.call(() => 2)]);
  const raced = yield* fx.race([fx.suspend() as fx.Operation<unknown>, fx.call(() => 3)]);
  return `${joined} ${a} ${b} ${raced}`;
}

/** What Effection makes of it. */
const theirs = (async () => {
  const log: string[] = [];
  return { result: await fx.run(() => program(log)), log };
})();

law(
  "an operation of Effection's gives the same result, in the same order, here and there, whoever else is ready [I1]",
  function* () {
    const { log, result: expected } = yield* until(theirs);
    function* busy(): Body {
      for (let left = 3; left > 0; left--) yield* yieldNow();
    }
    yield* spawn(busy);
    assertEquals(yield* compared(log), expected);
  },
  { deviations: 2, interrupted: false },
);

function* compared(theirs: readonly string[]): Body<string> {
  const ours: string[] = [];
  const result = yield* scope(() => program(ours));
  assertEquals(ours, theirs);
  return result;
}

law(
  "a cancel of ours halts Effection's operations below and waits for them, those of ours in their cleanup too [I2]",
  function* () {
    let inside = 0;
    const latch = new Latch();
    function* held(): Theirs<void> {
      inside++;
      try {
        yield* fx.suspend();
      } finally {
        // Ours in theirs, in the cleanup.
        yield* yieldNow() as unknown as fx.Operation<void>;
        inside--;
      }
    }
    const target = yield* spawn(function* () {
      yield* fx.spawn(held);
      yield* fx.scoped(function* () {
        yield* fx.spawn(held);
        yield* fx.suspend();
      });
    });
    yield* spawn(() => latch.open());
    yield* latch.wait();
    yield* target.cancel();
    assertEquals([inside, target.status], [0, "cancelled"]);
  },
  { interrupted: false },
);

law("a halt of theirs cancels our operation and waits for its cleanup [I2]", function* () {
  let inside = 0;
  function* ours(): Body {
    inside++;
    try {
      yield* suspend();
    } finally {
      try {
        yield* yieldNow();
      } finally {
        inside--;
      }
    }
  }
  const error = yield* caught(scope(function* () {
    const task = yield* fx.spawn(function* () {
      yield* scope(ours) as unknown as fx.Operation<void>;
    });
    yield* yieldNow();
    yield* fx.call(() => task.halt());
    assertEquals(inside, 0);
  }));
  if (currentTask().signal.aborted) throw error;
  assert(error === undefined || error instanceof CancelledError, String(error));
  assertEquals(inside, 0);
}, { interrupted: false });
