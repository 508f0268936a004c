/** Scopes, their ends and their errors: S1, S7 to S10. */
import { assert, assertEquals } from "@std/assert";
import {
  currentTask,
  type Effect,
  ensure,
  run,
  scope,
  sleep,
  spawn,
  suspend,
  type Task,
  yieldNow,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { caught } from "../_caught.ts";
import { law } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

/** Waits, whatever comes, and goes on with what came: a cleanup that takes its time. */
function* linger(turns = 1): Body {
  for (let left = turns; left > 0; left--) yield* yieldNow();
}

law("a scope ends after every task in it, cleanup included [S1]", function* () {
  let alive = 0;
  function* task(depth: number): Body {
    alive++;
    try {
      if (depth > 0) yield* spawn(() => task(depth - 1), { daemon: depth === 1 });
      yield* yieldNow();
    } finally {
      try {
        yield* linger();
      } finally {
        alive--;
      }
    }
  }
  try {
    yield* scope(function* () {
      yield* spawn(() => task(2));
      yield* spawn(() => task(0));
    });
  } finally {
    assertEquals(alive, 0);
  }
}, { deviations: 4 });

law(
  "a task's own finally blocks run while its children live; then those are told, newest first, and the scope ends after the last of them [S7]",
  function* () {
    const told: string[] = [];
    let ended = 0;
    function* child(name: string): Body {
      currentTask().signal.addEventListener("abort", () => told.push(name));
      try {
        yield* suspend();
      } finally {
        try {
          yield* linger(2);
        } finally {
          ended++;
        }
      }
    }
    let begun = 0;
    const target = yield* spawn(function* () {
      begun++;
      for (const name of ["older", "newer"]) {
        yield* spawn(() => (begun++, child(name)));
      }
      try {
        yield* suspend();
      } finally {
        yield* linger(2);
        assertEquals([told, ended], [[], 0]);
      }
    });
    yield* linger(2);
    yield* target.cancel();
    assertEquals(ended, Math.max(0, begun - 1));
    assertEquals(told, ["newer", "older"].filter((name) => told.includes(name)));
  },
  { interrupted: false },
);

for (const ending of ["success", "failure", "cancellation"] as const) {
  law(
    `every finaliser runs exactly once, the newest first, also when one throws: ${ending} [S8]`,
    function* () {
      const ran: string[] = [];
      let registered = 0;
      const target = run(function* () {
        yield* ensure(function* () {
          yield* linger();
          ran.push("first");
        });
        registered++;
        yield* ensure(() => {
          ran.push("second");
          throw new Error("second");
        });
        registered++;
        yield* spawn(function* () {
          try {
            yield* linger();
          } finally {
            ran.push("child");
          }
        });
        yield* yieldNow();
        if (ending === "failure") throw new Error("body");
      });
      if (ending === "cancellation") {
        yield* spawn(function* () {
          yield* yieldNow();
          yield* caught(target.cancel());
        });
      }
      const error = yield* caught(target);
      assertEquals(
        ran.filter((name) => name !== "child"),
        ["second", "first"].slice(2 - registered),
      );
      const errors = error instanceof AggregateError ? error.errors : [error];
      const messages = errors.map((each) => (each as Error | undefined)?.message);
      if (registered === 2) assert(messages.includes("second"), String(error));
      if (ending === "failure") assertEquals(messages, ["body", "second"]);
    },
    { interrupted: false },
  );
}

law(
  "what a coroutine declares by 'using' is disposed of once, the newest first, after success, failure and cancellation [S8]",
  function* () {
    const disposed: string[] = [];
    let held = 0;
    const hold = (name: string): Disposable => {
      held++;
      return { [Symbol.dispose]: () => void disposed.push(name) };
    };
    const tasks: Task<void>[] = [];
    for (const ending of ["succeeds", "fails", "waits"]) {
      tasks.push(run(function* () {
        using _outer = hold(`${ending} outer`);
        yield* yieldNow();
        using _inner = hold(`${ending} inner`);
        yield* yieldNow();
        if (ending === "fails") throw new Error(ending);
        if (ending === "waits") yield* suspend();
      }));
    }
    yield* spawn(() => tasks[2].cancel());
    for (const task of tasks) yield* caught(task);
    assertEquals(disposed.length, held);
    for (const ending of ["succeeds", "fails", "waits"]) {
      const own = disposed.filter((name) => name.startsWith(ending));
      assertEquals(own, [`${ending} inner`, `${ending} outer`].slice(2 - own.length));
    }
  },
  { deviations: 3, interrupted: false },
);

law(
  "no error is lost or doubled: the body's first, then those of children and finalisers as they happened [S9]",
  function* () {
    const happened: Error[] = [];
    const bodyError = new Error("body");
    function fail(message: string): never {
      const error = new Error(message);
      happened.push(error);
      throw error;
    }
    const thrown = yield* caught(scope(function* () {
      yield* ensure(() => fail("older finaliser"));
      yield* ensure(function* () {
        yield* linger();
        fail("newer finaliser");
      });
      for (const name of ["one child", "another child"]) {
        yield* spawn(function* () {
          yield* yieldNow();
          fail(name);
        });
      }
      yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          yield* linger();
          fail("a child's cleanup");
        }
      });
      try {
        yield* suspend();
      } finally {
        yield* linger();
        // deno-lint-ignore no-unsafe-finally -- what is tested
        throw bodyError;
      }
    }));
    assert(thrown instanceof AggregateError);
    assertEquals(thrown.errors, [bodyError, ...happened]);
  },
  { interrupted: false },
);

law("a failure is reported exactly when nobody was told of it [S10]", function* () {
  const reported: unknown[] = [];
  running!.scheduler.onUnobserved = (task) => reported.push(task.failure);
  const error = new Error("nobody's?");
  const failing = run(function* (): Body {
    yield* sleep(1);
    throw error;
  });
  let told = false;
  const joiner = run(function* () {
    told = (yield* caught(failing)) === error;
  });
  yield* sleep(1);
  yield* joiner.cancel();
  yield* sleep(1);
  assertEquals([failing.status, reported], ["failed", told ? [] : [error]]);
}, { deviations: 3, interrupted: false });
