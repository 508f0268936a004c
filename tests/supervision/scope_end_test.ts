/** What the end of the scope does to a supervisor, by whatever way it comes. */
import { childrenOf } from "../../src/kernel/family.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  CancelledError,
  createContext,
  fixed,
  race,
  run,
  scope,
  sleep,
  spawn,
  supervise,
  suspend,
  timeout,
} from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";
import { ignoredCancellations } from "../kernel/_ignored.ts";
import { caught } from "../_caught.ts";
import { failing, noting, now } from "./_children.ts";

Deno.test("the grace time of whoever cancels the scope bounds all stops together; none is left [V5] [V7] [S12]", async () => {
  const { value } = await simulate(function* () {
    const forced = ignoredCancellations();
    const { scheduler } = running!;
    const log: string[] = [];
    const task = run(function* () {
      yield* supervise([
        { id: "a", start: noting(log, "a", 100), shutdown: "infinity" },
        { id: "b", start: noting(log, "b", 100), shutdown: "infinity" },
        { id: "c", start: noting(log, "c", 20), shutdown: "infinity" },
      ]);
      yield* suspend();
    });
    yield* sleep(1);
    yield* task.cancel("enough", { grace: 50 });
    return {
      time: now(),
      log: [...log],
      forced: forced.map((text) => text.split(" ")[0]).sort(),
      roots: childrenOf(scheduler.roots).length,
    };
  });
  assertEquals(value.time, 51);
  assertEquals(value.log, ["+a", "+b", "+c", "-c"]);
  assertEquals(value.roots, 1);
  assert(value.forced.includes("a") && value.forced.includes("b"), String(value.forced));
});

Deno.test("commands under way are answered when the supervisor is ended by force", async () => {
  const { value } = await simulate(function* () {
    ignoredCancellations();
    const handle = Promise.withResolvers<import("../../mod.ts").Supervisor>();
    const task = run(function* () {
      handle.resolve(yield* supervise([{ id: "a", start: noting([], "a", 1e6) }]));
      yield* suspend();
    });
    yield* sleep(1);
    const supervisor = yield* scope(() => handle.promise);
    const stopping = yield* spawn(() => caught(supervisor.stop("a")));
    const adding = yield* spawn(() =>
      caught(supervisor.start({ id: "b", start: suspend, startTimeout: Infinity }))
    );
    yield* sleep(1);
    yield* task.cancel(undefined, { grace: 10 });
    return [yield* stopping, yield* adding].map((error) => (error as Error)?.name);
  });
  // The newer one was stopped in time.
  assertEquals(value, ["ClosedError", "StartError"]);
});

Deno.test("a scope that fails, a timeout and a race that is lost stop the supervisor in them [V6] [V7]", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    const supervised = function* () {
      yield* supervise([
        { id: "a", start: noting(log, "a", 1) },
        // Waits for its restart when the end comes.
        { id: "b", start: failing(1), restart: "transient" },
      ], { backoff: fixed(1e6) });
      yield* suspend();
    };
    yield* caught(timeout(10, supervised));
    yield* race([supervised, sleep(10)]);
    const error = yield* caught(scope(function* () {
      yield* spawn(function* () {
        yield* sleep(10);
        throw new Error("a task of the scope");
      });
      yield* supervised();
    }));
    return [...log, now(), (error as Error).message];
  });
  assertEquals(value, ["+a", "-a", "+a", "-a", "+a", "-a", 33, "a task of the scope"]);
});

Deno.test("a supervisor that gives up cancels what its scope does, and is what the scope throws", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      yield* supervise([{ id: "a", start: failing(1, 5) }], { maxRestarts: 0 });
      try {
        yield* suspend();
      } catch (error) {
        assertInstanceOf(error, CancelledError);
        throw error;
      }
    }))
  );
  assertEquals((value as Error).name, "RestartLimitError");
});

Deno.test("children see the contexts that were set where they are supervised, in each of their starts", async () => {
  const place = createContext<string>("place");
  const seen: unknown[] = [];
  await simulate(() =>
    place.with("here", function* () {
      yield* supervise([{
        id: "a",
        *start() {
          seen.push(yield* place.get());
          if (seen.length < 2) throw new Error("again");
          yield* suspend();
        },
      }]);
      yield* sleep(1);
    })
  );
  assertEquals(seen, ["here", "here"]);
});

Deno.test("a root task that supervises and is not caught rejects with the limit error", async () => {
  await assertRejects(
    async () =>
      await run(function* () {
        const supervisor = yield* supervise([{ id: "a", start: failing(9) }], { maxRestarts: 1 });
        yield* supervisor.join();
      }),
    Error,
    "gave up",
  );
});
