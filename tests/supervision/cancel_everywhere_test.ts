import { assert, assertEquals } from "@std/assert";
import {
  type Broadcast,
  circuitBreaker,
  type Effect,
  fixed,
  type Operation,
  ready,
  scope,
  sleep,
  spawn,
  supervise,
  superviseMany,
  supervisor,
  type SupervisorEvent,
  yieldNow,
} from "../../mod.ts";
import { cancelAtEveryStep, type Subject } from "../kernel/_sweep.ts";
import { caught } from "../_caught.ts";
import { failing, listened } from "./_children.ts";

/** Counts who is inside: whoever enters must leave, by a cleanup that waits. */
class Census {
  inside = 0;
  most = 0;
  child(work: () => Operation<unknown>): () => Generator<Effect<unknown>, void, unknown> {
    return () => this.#visit(work);
  }
  *#visit(work: () => Operation<unknown>): Generator<Effect<unknown>, void, unknown> {
    this.most = Math.max(this.most, ++this.inside);
    try {
      yield* work();
    } finally {
      try {
        yield* yieldNow();
        yield* sleep(1);
      } finally {
        this.inside--;
      }
    }
  }
  check(): void {
    assertEquals(this.inside, 0, "a child was left running, or ended without its cleanup");
  }
}

/** Says that it is ready some time after it has started, and fails or stays some time after that. */
function* late(ms: number, then: () => Operation<unknown>) {
  yield* sleep(ms);
  yield* ready();
  yield* then();
}

const programs: Record<string, () => Subject> = {
  ...Object.fromEntries(
    (["one_for_one", "one_for_all", "rest_for_one"] as const).map((strategy) => [
      `restarts, ${strategy}, with and without delays`,
      () => {
        const census = new Census();
        return {
          *work() {
            for (const backoff of [fixed(0), fixed(3)]) {
              yield* scope(function* () {
                const supervised = yield* supervise([
                  { id: "a", start: census.child(failing(1, 4)) },
                  { id: "b", start: census.child(() => late(1, failing(1, 2))), ready: true },
                  { id: "c", start: census.child(failing(0)) },
                ], { strategy, backoff });
                yield* sleep(20);
                yield* supervised.stop("c");
              });
            }
          },
          check: () => census.check(),
        };
      },
    ]),
  ),

  "commands"() {
    const census = new Census();
    const events: Broadcast<SupervisorEvent> = listened();
    return {
      *work() {
        const supervised = yield* supervise([{ id: "a", start: census.child(failing(0)) }], {
          strategy: "rest_for_one",
          events,
        });
        yield* supervised.start({
          id: "b",
          start: census.child(() => late(1, failing(0))),
          ready: true,
        });
        yield* supervised.restart("a");
        yield* spawn(() => caught(supervised.restart("b")));
        yield* supervised.stop("a");
        yield* supervised.remove("b");
        yield* supervised.restart("a");
        yield* supervised.shutdown();
      },
      check: () => census.check(),
    };
  },

  "nested supervisors, the innermost of which gives up"() {
    const census = new Census();
    return {
      *work() {
        yield* caught(scope(function* () {
          const outer = yield* supervise([
            { id: "x", start: census.child(failing(0)) },
            {
              id: "inner",
              start: supervisor([
                { id: "y", start: census.child(failing(0)) },
                { id: "z", start: census.child(failing(Infinity, 2)) },
              ], { maxRestarts: 1, strategy: "one_for_all" }),
            },
          ], { maxRestarts: 1 });
          yield* outer.join();
        }));
      },
      check: () => census.check(),
    };
  },

  "a start that times out"() {
    const census = new Census();
    return {
      *work() {
        yield* caught(supervise([
          { id: "a", start: census.child(failing(0)) },
          { id: "b", start: census.child(failing(0)), startTimeout: 5 },
        ]));
      },
      check: () => census.check(),
    };
  },

  "many that are alike, and calls through a circuit breaker"() {
    const census = new Census();
    const breaker = circuitBreaker({ failures: 2, cooldown: 2 });
    return {
      *work() {
        const many = yield* superviseMany((n: number) => census.child(failing(n % 2, 1))(), {
          restart: "transient",
          events: listened(),
        });
        for (let n = 0; n < 4; n++) yield* many.start(n);
        for (let n = 0; n < 4; n++) {
          yield* caught(breaker.call(census.child(failing(9, n))));
          yield* sleep(1);
        }
      },
      check: () => census.check(),
    };
  },
};

for (const [name, make] of Object.entries(programs)) {
  Deno.test(`cancelled before any of its steps, a supervisor leaves no child behind: ${name} [V6] [V7]`, async () => {
    const steps = await cancelAtEveryStep(make);
    assert(steps > 10, `only ${steps} steps`);
    for (let seed = 1; seed <= 5; seed++) await cancelAtEveryStep(make, seed);
  });
}
