/** Fairness: F. */
import { assert } from "@std/assert";
import fc from "fast-check";
import {
  all,
  type Effect,
  Mutex,
  race,
  scope,
  Semaphore,
  spawn,
  suspend,
  yieldNow,
} from "../../mod.ts";
import { simulate, type TraceStep } from "../../testing.ts";
import { law, lawBy, unexplored } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

/** What a task does with its turns. */
const habits: { readonly [name: string]: () => Generator<Effect<unknown>, unknown, unknown> } = {
  *yields() {
    yield* yieldNow();
  },
  *scopes() {
    yield* scope(() => 1);
  },
  *races() {
    yield* race([() => 1, suspend()]);
  },
  *spawnsAndJoins() {
    yield* yield* spawn(() => 1);
  },
  *locks() {
    yield* new Mutex().withLock(() => {});
  },
  *acquires() {
    (yield* new Semaphore(1).acquire()).release();
  },
  *gathers() {
    yield* all([yieldNow, () => 1]);
  },
};

/** How many steps others took at most between two of the task of that name, which was always ready. */
function longestGap(trace: readonly TraceStep[], name: string): number {
  let last = -1;
  let longest = 0;
  trace.forEach((step, at) => {
    if (step.name !== name) return;
    if (last >= 0) longest = Math.max(longest, at - last);
    last = at;
  });
  return longest;
}

const programs = 200;

lawBy(
  "under the real scheduler every ready task has its turn within a bounded number of steps, whatever the others do and whatever their priority [F1]",
  async () => {
    const others = fc.array(
      fc.record({
        habit: fc.constantFrom(...Object.keys(habits)),
        priority: fc.integer({ min: -1, max: 2 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(others, fc.integer({ min: -1, max: 2 }), async (others, priority) => {
        const { trace } = await simulate(function* () {
          let over = false;
          for (const { habit, priority } of others) {
            yield* spawn(function* (): Body {
              while (!over) {
                yield* habits[habit]();
                yield* yieldNow();
              }
            }, { priority });
          }
          yield* spawn(function* () {
            for (let turn = 0; turn < 20; turn++) yield* yieldNow();
            over = true;
          }, { name: "watched", priority });
        });
        // A lower priority has one turn in eight, which at most three levels share; in its own there are up to 13 tasks, each
        // with two of its own; and the thread may be handed on 64 times.
        const gap = longestGap(trace, "watched");
        assert(gap <= 8 * 3 * 3 * 13 + 2 * 64, `passed over for ${gap} steps`);
      }),
      { numRuns: programs },
    );
    return { ...unexplored, programs };
  },
);

law(
  "a loop that waits for another task by yielding comes to its end, whoever else is ready [F1]",
  function* () {
    let done = false;
    function* waiter(): Body {
      while (!done) yield* yieldNow();
    }
    yield* spawn(waiter);
    yield* spawn(waiter, { priority: 3 });
    yield* spawn(function* () {
      yield* yieldNow();
      done = true;
    }, { priority: -3 });
  },
  { deviations: 2 },
);
