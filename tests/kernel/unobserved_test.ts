import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  all,
  type Effect,
  Latch,
  type Operation,
  run,
  scope,
  select,
  sleep,
  spawn,
  suspend,
  type Task,
  timeout,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { failAfter, failInCleanup, messages } from "./_failing.ts";
import { unhandledDuring } from "./_unhandled.ts";

Deno.test("a failing root that nobody observes is an unhandled rejection [S10]", async () => {
  const error = new Error("nobody looks");
  const reasons = await unhandledDuring(() => {
    run(() => {
      throw error;
    });
  });
  assertEquals(reasons, [error]);
});

Deno.test("a failing root that is awaited, joined or caught is not reported [S10]", async () => {
  const fail = () => failAfter(1, "seen");
  const reasons = await unhandledDuring(async () => {
    await assertRejects(() => run(fail), Error, "seen");
    await run(function* () {
      yield* caught(run(fail));
    });
    await run(fail).catch(() => {});
    const early = run(fail);
    await early.cancel();
  });
  assertEquals(reasons, []);
});

Deno.test("a failing root that is cancelled but not joined is reported, once [S10]", async () => {
  const reasons = await unhandledDuring(async () => {
    const task = run(() => failInCleanup(0, "in cleanup"));
    await run(yieldNow);
    void task.cancel();
  });
  assertEquals(reasons.map(messages), ["in cleanup"]);
});

Deno.test("a failing child in an isolating scope is reported when the scope ends, unless it was joined [S10]", async () => {
  const log: string[] = [];
  const reasons = await unhandledDuring(() =>
    run(function* () {
      const value = yield* scope(function* () {
        const seen = yield* spawn(() => failAfter(0, "seen"));
        yield* spawn(() => failAfter(0, "unseen"));
        const late = yield* spawn(() => failAfter(0, "seen late"));
        const sibling = yield* spawn(function* () {
          yield* sleep(3);
          return "sibling lives";
        });
        yield* caught(seen);
        log.push(yield* sibling);
        yield* caught(late);
        return "body ends";
      }, { onError: "isolate" });
      log.push(value);
    })
  );
  assertEquals(log, ["sibling lives", "body ends"]);
  assertEquals(reasons.map(messages), ["unseen"]);
});

Deno.test("an isolating scope that lives long keeps no failure that nobody can ask for, and each is reported once [S10] [F4]", async () => {
  const count = 50_000;
  const times = new Uint8Array(count + 1);
  let reported = 0;
  const listener = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    times[event.reason.n]++;
    reported++;
  };
  function* failing(n: number): Generator<Effect<unknown>, never, unknown> {
    throw { n };
  }
  globalThis.addEventListener("unhandledrejection", listener);
  let grown = 0;
  let held: Task<never> | undefined;
  try {
    await run(() =>
      scope(function* () {
        held = yield* spawn(() => failing(count));
        const before = heapUsed();
        for (let n = 0; n < count; n++) {
          const task = yield* spawn(() => failing(n));
          if (n % 2 === 0) yield* caught(task);
        }
        // A task may be in a register, or wherever else the collector sees it, for some turns more.
        for (let turn = 0; turn < 50 && reported < count / 2; turn++) {
          yield* sleep(0);
          heapUsed();
        }
        grown = heapUsed() - before;
        assertEquals(times[count], 0, "it is held, and so may be joined yet");
      }, { onError: "isolate" })
    );
    assertEquals(held?.status, "failed");
    await run(() => sleep(0));
  } finally {
    globalThis.removeEventListener("unhandledrejection", listener);
  }
  const expected = times.map((_, n) => n === count || n % 2 === 1 ? 1 : 0);
  assertEquals(times, expected);
  assert(grown < 1e6, `the scope holds ${grown} bytes more than before`);
});

/** What is alive, in bytes. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return Deno.memoryUsage().heapUsed;
}

Deno.test("a joiner that left before the failure has not observed it [S10]", async () => {
  const reasons = await unhandledDuring(() =>
    run(function* () {
      yield* scope(function* () {
        const left = yield* spawn(() => failAfter(2, "left by its only joiner"));
        const half = yield* spawn(() => failAfter(2, "left by one of two"));
        yield* caught(timeout(1, all([left, half])));
        yield* caught(half);
      }, { onError: "isolate" });
      const root = run(() => failAfter(2, "a root, left"));
      yield* caught(timeout(1, root));
      yield* sleep(3);
    })
  );
  assertEquals(reasons.map(messages).sort(), ["a root, left", "left by its only joiner"]);
});

Deno.test("a joiner that is cancelled after it was told, and before it runs, has not observed [S10]", async () => {
  function* scene(fail: Task<never>, join: () => Operation<unknown>, told: Latch) {
    const joiner = run(join);
    yield* told.wait();
    void joiner.cancel();
    yield* caught(joiner);
    assertEquals([fail.status, joiner.status], ["failed", "cancelled"]);
  }
  const joins: [name: string, join: (task: Task<never>) => Operation<unknown>][] = [
    ["alone", (task) => task],
    ["by select", (task) => select({ task, never: suspend() })],
  ];
  for (const [name, join] of joins) {
    const reasons = await unhandledDuring(() =>
      run(function* () {
        const told = new Latch();
        const fail = run(function* (): Generator<Effect<unknown>, never, unknown> {
          yield* sleep(1);
          told.open();
          throw new Error(name);
        });
        yield* scene(fail, () => join(fail), told);
      })
    );
    assertEquals(reasons.map(messages), [name]);
  }
  const reasons = await unhandledDuring(() =>
    run(function* () {
      const told = new Latch();
      const fail = run(function* (): Generator<Effect<unknown>, never, unknown> {
        yield* sleep(1);
        told.open();
        throw new Error("seen by the other");
      });
      const other = run(() => caught(fail));
      yield* scene(fail, () => fail, told);
      yield* other;
    })
  );
  assertEquals(reasons, []);
});
