import { assert, assertEquals } from "@std/assert";
import {
  all,
  any,
  CancelledError,
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
import { failAfter, failInCleanup, messages } from "./_failing.ts";

Deno.test("one error is thrown as itself [S9]", async () => {
  await simulate(function* () {
    const error = new Error("the only one");
    const thrown = yield* caught(scope(function* () {
      yield* spawn(function* () {
        yield* sleep(1);
        throw error;
      });
      yield* spawn(suspend);
      yield* suspend();
    }));
    assert(thrown === error);
  });
});

Deno.test("a failing body, two failing children and two failing finalisers: each error once, the body's first [S9]", async () => {
  const { value } = await simulate(function* () {
    return messages(
      yield* caught(scope(function* () {
        yield* spawn(() => failInCleanup(7, "first finaliser"));
        yield* spawn(() => failInCleanup(3, "second finaliser"));
        yield* spawn(() => failAfter(2, "first child"));
        yield* spawn(() => failAfter(2, "second child"));
        try {
          yield* suspend();
        } finally {
          yield* failAfter(1, "body");
        }
      })),
    );
  });
  assertEquals(value, [
    "body",
    "first child",
    "second child",
    "second finaliser",
    "first finaliser",
  ]);
});

Deno.test("an AggregateError says where it happened, how many there are and which was first [S9]", async () => {
  const { value } = await simulate(function* () {
    const error = yield* caught(scope(function* () {
      yield* spawn(() => failAfter(1, "one"));
      yield* spawn(() => failAfter(1, "two"));
      yield* suspend();
    }, { name: "pair" }));
    return (error as AggregateError).message.replace(/\d+ 'pair'/, "N 'pair'");
  });
  assertEquals(value, "2 errors in task N 'pair', the first: Error: one");
});

Deno.test("the error of a child that the body joins comes once [S9]", async () => {
  await simulate(function* () {
    const error = new Error("child");
    const thrown = yield* caught(scope(function* () {
      const child = yield* spawn(function* () {
        yield* sleep(1);
        throw error;
      });
      yield* child;
    }));
    assert(thrown === error);
  });
});

Deno.test("a body that wraps the error of its child has both reported [S9]", async () => {
  const { value } = await simulate(function* () {
    return messages(
      yield* caught(scope(function* () {
        const child = yield* spawn(() => failAfter(1, "child"));
        const error = yield* caught(child);
        throw new Error(`wrapped ${messages(error)}`);
      })),
    );
  });
  assertEquals(value, ["wrapped child", "child"]);
});

Deno.test("a body that fails cancels its children at once [S7] [S9]", async () => {
  const { value, time } = await simulate(function* () {
    const log: string[] = [];
    const error = yield* caught(scope(function* () {
      for (const name of ["older", "newer"]) {
        yield* spawn(function* () {
          try {
            yield* sleep(1000);
          } finally {
            log.push(name);
          }
        });
      }
      yield* failAfter(1, "body");
    }));
    return [...log, messages(error)];
  });
  assertEquals(value, ["newer", "older", "body"]);
  assertEquals(time, 1);
});

Deno.test("one error that fails several tasks is thrown as itself [S9]", async () => {
  await simulate(function* () {
    const error = new Error("shared");
    const thrown = yield* caught(scope(function* () {
      for (let i = 0; i < 3; i++) {
        yield* spawn(() => {
          throw error;
        });
      }
      yield* suspend();
    }));
    assert(thrown === error);
  });
});

Deno.test("whatever is thrown is reported, even what cannot be made a string [S9]", async () => {
  const thrown = [Symbol("s"), Object.create(null), undefined, null, 0];
  for (const verb of ["scope", "all"] as const) {
    await simulate(function* () {
      const failing = thrown.map((value) => () => {
        throw value;
      });
      const error = verb === "all"
        ? yield* caught(all(failing.map((fail) =>
          function* () {
            try {
              yield* yieldNow();
            } finally {
              fail();
            }
          }
        )))
        : yield* caught(scope(function* () {
          for (const fail of failing) {
            yield* spawn(function* () {
              try {
                yield* sleep(1);
              } finally {
                fail();
              }
            });
          }
        }));
      assert(error instanceof AggregateError);
      assertEquals(new Set(error.errors), new Set(thrown));
    });
  }
});

Deno.test("an error during the cleanup of a cancelled child reaches the scope [S9]", async () => {
  const { value } = await simulate(function* () {
    return messages(
      yield* caught(scope(function* () {
        const child = yield* spawn(() => failInCleanup(1, "cleanup"));
        yield* yieldNow();
        void child.cancel();
        yield* sleep(10);
      })),
    );
  });
  assertEquals(value, "cleanup");
});

Deno.test("a cancelled child is no failure", async () => {
  const { value } = await simulate(function* () {
    const child = yield* spawn(suspend);
    yield* yieldNow();
    yield* child.cancel();
    return "goes on";
  });
  assertEquals(value, "goes on");
});

Deno.test("every finally block runs exactly once, and one that throws does not stop the others [S8]", async () => {
  const counts = new Map<string, number>();
  function* nested(ending: string) {
    for (const depth of [1, 2, 3]) {
      const key = `${ending} ${depth}`;
      yield* spawn(function* () {
        try {
          try {
            yield* suspend();
          } finally {
            counts.set(key, (counts.get(key) ?? 0) + 1);
            yield* failAfter(0, "inner");
          }
        } finally {
          yield* sleep(1);
          counts.set(key, counts.get(key)! + 1);
        }
      });
    }
    yield* yieldNow();
    if (ending === "failure") throw new Error("body");
    if (ending === "cancellation") yield* suspend();
  }
  await simulate(function* () {
    for (const ending of ["failure", "cancellation"]) {
      const error = yield* caught(race([scope(() => nested(ending)), sleep(10)]));
      assert(error instanceof AggregateError);
      assertEquals(error.errors.length, ending === "failure" ? 4 : 3);
    }
  });
  assertEquals([...counts.values()], [2, 2, 2, 2, 2, 2]);
});

Deno.test("joining a cancelled task throws its CancelledError, which then is a failure like any other [J1]", async () => {
  await simulate(function* () {
    const other = run(suspend);
    yield* yieldNow();
    yield* other.cancel("stopped");
    const root = run(function* () {
      yield* other;
    });
    const error = yield* caught(root);
    assert(error instanceof CancelledError);
    assertEquals([error.reason, root.status], ["stopped", "failed"]);
  });
});

Deno.test("what is thrown and is no object has no identity: each time counts, but for what a join passes on [S9]", async () => {
  await simulate(function* () {
    const twice = yield* caught(scope(function* () {
      yield* spawn(() => Promise.reject("x"));
      yield* spawn(function* () {
        try {
          yield* suspend();
        } finally {
          // deno-lint-ignore no-unsafe-finally no-throw-literal -- what is tested
          throw "x";
        }
      });
    }));
    assertEquals((twice as AggregateError).errors, ["x", "x"]);
    const once = yield* caught(scope(function* () {
      yield* yield* spawn(() => Promise.reject("x"));
    }));
    assertEquals(once, "x");
    const arms = yield* caught(
      any([() => Promise.reject(undefined), () => Promise.reject(undefined)]),
    );
    assertEquals((arms as AggregateError).errors, [undefined, undefined]);
  });
});
