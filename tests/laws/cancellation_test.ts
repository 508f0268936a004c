/** Cancellation, and its limits: S2 to S6, S11, S12. */
import { assert, assertEquals } from "@std/assert";
import {
  CancelledError,
  currentTask,
  type Effect,
  run,
  scope,
  sleep,
  spawn,
  suspend,
  type Task,
  yieldNow,
} from "../../mod.ts";
import { traceSpawns } from "../../src/kernel/spawn_trace.ts";
import { running } from "../../src/kernel/running.ts";
import { caught } from "../_caught.ts";
import { law } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

/** Waits, whatever comes, and goes on with what came: a cleanup that takes its time. */
function* linger(turns = 1): Body {
  for (let left = turns; left > 0; left--) yield* yieldNow();
}

law("when cancel() has resolved, no code of the task runs again [S2] [S4]", function* () {
  let steps = 0;
  const target = yield* spawn(function* () {
    try {
      for (;; steps++) yield* yieldNow();
    } finally {
      yield* linger(2);
      steps++;
    }
  });
  for (const turns of [0, 1]) {
    yield* spawn(function* () {
      yield* linger(turns);
      yield* target.cancel();
      const before = steps;
      assertEquals(target.status, "cancelled");
      yield* linger(3);
      assertEquals(steps, before);
    });
  }
}, { deviations: 6 });

law(
  "no statement after the cancelled point runs, through nested helpers whose finally blocks wait, with a second cancel on the way [S3]",
  function* () {
    let told = false;
    let cleaned = 0;
    function* helper(level: number): Body {
      try {
        if (level === 0) yield* linger(2);
        else yield* helper(level - 1);
        assert(!told, "it went on after the point");
      } finally {
        yield* linger();
        if (told) cleaned++;
      }
      assert(!told, "the caller of a helper went on");
    }
    const target = yield* spawn(() => helper(2));
    function* cancel(turns: number): Body {
      yield* linger(turns);
      told = true;
      const { status } = target;
      yield* target.cancel();
      if (status === "pending") assertEquals(cleaned, 0);
    }
    yield* spawn(() => cancel(0));
    yield* spawn(() => cancel(1));
  },
);

law(
  "a failure elsewhere, in the middle of a cleanup that a cancellation began, disturbs neither it nor its callers [S3] [S8] [S9]",
  function* () {
    const cleaned: number[] = [];
    function* helper(level: number): Body {
      let told = false;
      try {
        if (level === 0) yield* suspend();
        else yield* helper(level - 1);
        assert(false, "it went on after the point");
      } catch (error) {
        told = true;
        throw error;
      } finally {
        assert(told);
        yield* linger();
        cleaned.push(level);
      }
    }
    let failed = false;
    let begun = false;
    const error = yield* caught(scope(function* () {
      const target = yield* spawn(function* () {
        begun = true;
        yield* helper(2);
      });
      yield* spawn(function* () {
        yield* linger(2);
        failed = true;
        throw new Error("elsewhere");
      });
      yield* linger();
      yield* target.cancel();
    }));
    assertEquals(cleaned, begun ? [0, 1, 2] : []);
    if (error instanceof CancelledError) throw error;
    assertEquals((error as Error | undefined)?.message, failed ? "elsewhere" : undefined);
  },
);

law(
  "a second failure and a cancel, in the middle of a cleanup that a failure began, disturb neither it nor its callers [S3] [S4] [S9]",
  function* () {
    const cleaned: number[] = [];
    const thrown: Error[] = [];
    let begun = false;
    function fail(message: string): never {
      const error = new Error(message);
      thrown.push(error);
      throw error;
    }
    function* helper(level: number): Body {
      try {
        if (level === 0) yield* suspend();
        else yield* helper(level - 1);
        assert(false, "it went on after the point");
      } finally {
        yield* linger(2);
        cleaned.push(level);
      }
    }
    const target = run(() =>
      scope(function* () {
        yield* spawn(function* () {
          begun = true;
          yield* helper(2);
        });
        yield* spawn(function* () {
          yield* yieldNow();
          fail("first");
        });
        yield* spawn(function* () {
          try {
            yield* suspend();
          } finally {
            yield* yieldNow();
            fail("second");
          }
        });
      })
    );
    yield* linger(3);
    yield* caught(target.cancel());
    assertEquals(cleaned, begun ? [0, 1, 2] : []);
    const error = yield* caught(target);
    const errors = error instanceof AggregateError ? error.errors : [error];
    if (thrown.length > 0) assertEquals(errors, thrown);
    else assert(error instanceof CancelledError);
  },
  { deviations: 3, interrupted: false },
);

law(
  "cancel() is idempotent: all cancellers wait for one cleanup, and the first one's reason stays [S4]",
  function* () {
    let begun = 0;
    let cleanups = 0;
    const asked: number[] = [];
    const target = yield* spawn(function* () {
      begun++;
      try {
        yield* suspend();
      } finally {
        yield* linger(2);
        cleanups++;
      }
    });
    for (const name of [1, 2, 3]) {
      yield* spawn(function* () {
        asked.push(name);
        yield* target.cancel(`by ${name}`);
        assertEquals([target.status, cleanups], ["cancelled", begun]);
      });
    }
    const error = yield* caught(target);
    if (currentTask().signal.aborted) throw error;
    assert(error instanceof CancelledError);
    assertEquals(error.reason, `by ${asked[0]}`);
  },
);

law(
  "a cancellation and an end never both happen; after the end it does nothing [S5] [J1]",
  function* () {
    let over = false;
    const target = yield* spawn(function* () {
      yield* yieldNow();
      over = true;
      return 7;
    });
    yield* spawn(() => target.cancel());
    const error = yield* caught(target);
    if (error !== undefined && currentTask().signal.aborted) throw error;
    const { status } = target;
    assertEquals(status, over ? "completed" : "cancelled");
    yield* target.cancel();
    assertEquals(target.status, status);
    if (over) assertEquals(yield* target, 7);
    else assert(error instanceof CancelledError);
  },
);

law("a task that is cancelled before its first step never runs its body [S6]", function* () {
  const targets: Task<void>[] = [];
  const begun = new Set<number>();
  for (const at of [0, 1]) targets.push(yield* spawn(() => void begun.add(at)));
  yield* spawn(function* () {
    for (const [at, target] of targets.entries()) {
      const { status } = target;
      yield* target.cancel();
      assertEquals(begun.has(at), status !== "pending");
    }
  });
});

law(
  "a task that swallows its cancellation is ended when the grace time is over, and an event says which, spawned where [S11]",
  function* () {
    const events: string[] = [];
    running!.scheduler.instrument = {
      cancellationIgnored: ({ name, spawnedAt }) => void events.push(`${name} ${spawnedAt}`),
    };
    const untrace = traceSpawns();
    let begun = 0;
    let cleaned = 0;
    const target = run(function* stubborn() {
      try {
        begun++;
        for (;;) yield* caught(sleep(7));
      } finally {
        cleaned++;
      }
    });
    untrace();
    for (const grace of [20, 30]) {
      yield* spawn(() => target.cancel(undefined, { grace }));
    }
    yield* caught(target);
    assertEquals([target.status, cleaned, events.length], ["cancelled", begun, begun]);
    const now = running!.scheduler.clock.now();
    if (begun > 0) {
      assert(/^stubborn Error: spawned here.*\n.*cancellation_test/.test(events[0]), events[0]);
      assertEquals(now, 20);
    }
  },
  { interrupted: false },
);

law(
  "a hung finaliser holds its cancellers no longer than the shortest grace time, however deep it is [S12]",
  function* () {
    let ignored = 0;
    running!.scheduler.instrument = { cancellationIgnored: () => void ignored++ };
    let begun = 0;
    function* hung(depth: number): Body {
      begun++;
      if (depth > 0) yield* spawn(() => hung(depth - 1));
      try {
        yield* suspend();
      } finally {
        yield* suspend();
        assert(false, "it went on");
      }
    }
    const target = run(() => hung(1));
    const { clock } = running!.scheduler;
    for (const grace of [30, 10, 20]) {
      yield* spawn(function* () {
        const before = clock.now();
        yield* target.cancel(undefined, { grace });
        assert(clock.now() - before <= grace, `${clock.now() - before} ms`);
      });
    }
    yield* caught(target);
    yield* sleep(100);
    assertEquals([ignored, target.status], [begun, "cancelled"]);
  },
  { interrupted: false },
);
