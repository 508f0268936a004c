import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Effect,
  race,
  run,
  scope,
  sleep,
  spawn,
  timeout,
  TimeoutError,
  yieldNow,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

/** A task: what it does, how it ends, and what it spawns. */
interface Plan {
  wait: number;
  fails: boolean;
  cleanup: number;
  cleanupFails: boolean;
  within: "plain" | "scope" | "race" | "timeout";
  daemon: boolean;
  children: readonly Plan[];
}

const often = (weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

/** Plans of at most `depth` generations of children, half a dozen tasks on average. */
function planOf(depth: number): fc.Arbitrary<Plan> {
  return fc.record({
    wait: fc.integer({ min: 0, max: 6 }),
    fails: often(6),
    cleanup: fc.integer({ min: 0, max: 3 }),
    cleanupFails: often(8),
    within: fc.constantFrom(
      "plain" as const,
      "scope" as const,
      "race" as const,
      "timeout" as const,
    ),
    daemon: often(5),
    children: depth === 0
      ? fc.constant([])
      : fc.array(planOf(depth - 1), { maxLength: 3, size: "max" }),
  });
}

const plan = planOf(3);

function fail(error: unknown): never {
  throw error;
}

/** What happened in a run. */
class Log {
  active = 0;
  begun = 0;
  finalised = 0;
  /** The error with which each body ended, when it was not a cancellation. */
  readonly thrown = new Set<unknown>();

  *execute(plan: Plan): Generator<Effect<unknown>, void, unknown> {
    this.active++;
    this.begun++;
    let own: Error | undefined;
    try {
      for (const child of plan.children) {
        yield* spawn(() => this.#wrapped(child), { daemon: child.daemon });
      }
      if (plan.wait > 0) yield* sleep(plan.wait);
      else yield* yieldNow();
      if (plan.fails) throw own = new Error("body");
    } finally {
      try {
        if (plan.cleanup > 0) yield* sleep(plan.cleanup);
      } catch (error) {
        // A cancellation came during the cleanup, in the place of the body's own error.
        own = undefined;
        fail(error);
      } finally {
        this.finalised++;
        this.active--;
        // JavaScript drops the first error for the second; that is no loss of ours.
        if (plan.cleanupFails) own = new Error("cleanup");
        if (own !== undefined) this.thrown.add(own);
        if (plan.cleanupFails) fail(own);
      }
    }
  }

  *#wrapped(plan: Plan): Generator<Effect<unknown>, void, unknown> {
    const work = () => this.execute(plan);
    if (plan.within === "scope") return yield* scope(work);
    if (plan.within === "race") return yield* race([work, sleep(5)]);
    if (plan.within === "timeout") return yield* timeout(20, work);
    return yield* work();
  }
}

/** The errors inside an error; what only says that others failed is left out. */
function errorsIn(error: unknown, found: unknown[] = []): unknown[] {
  if (error instanceof AggregateError) { for (const each of error.errors) errorsIn(each, found); }
  else if (error instanceof TimeoutError && error.cause !== undefined) errorsIn(error.cause, found);
  else if (error !== undefined) found.push(error);
  return found;
}

Deno.test("whatever fails, and in whichever order: a scope ends last, finalisers run once, no error is lost [S1] [S8] [S9]", async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.integer(), async (plan, seed) => {
      await simulate(function* () {
        const log = new Log();
        const error = yield* caught(scope(() => log.execute(plan)));
        assertEquals([log.active, log.finalised], [0, log.begun], "when the scope has ended");
        const errors = errorsIn(error);
        assertEquals(new Set(errors).size, errors.length, "an error came twice");
        assertEquals(new Set(errors), log.thrown);
      }, { seed });
    }),
    { numRuns: 300 },
  );
});

Deno.test("whenever a tree is cancelled: nothing of it runs after, finalisers run once, no error is lost [S2] [S3] [S8] [S9]", async () => {
  await fc.assert(
    fc.asyncProperty(
      plan,
      fc.integer({ min: 0, max: 12 }),
      fc.integer(),
      async (plan, at, seed) => {
        await simulate(function* () {
          const log = new Log();
          const task = run(() => log.execute(plan));
          task.catch(() => {});
          if (at > 0) yield* sleep(at);
          yield* caught(task.cancel());
          const { begun, finalised } = log;
          assertEquals([log.active, finalised], [0, begun], "when the cancellation is over");
          const errors = errorsIn(yield* caught(task)).filter((error) => log.thrown.has(error));
          assertEquals(new Set(errors), log.thrown);
          yield* sleep(100);
          assertEquals([log.begun, log.finalised], [begun, finalised], "later");
          assert(["completed", "failed", "cancelled"].includes(task.status));
        }, { seed });
      },
    ),
    { numRuns: 300 },
  );
});
