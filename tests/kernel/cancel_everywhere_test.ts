import { assert, assertEquals } from "@std/assert";
import {
  action,
  all,
  any,
  CancelledError,
  Channel,
  type Effect,
  type Operation,
  race,
  scope,
  Semaphore,
  sleep,
  spawn,
  type Task,
  timeout,
  until,
  yieldNow,
} from "../../mod.ts";
import { cancelAtEveryStep, type Subject } from "./_sweep.ts";

/** Counts who is inside: whoever enters must leave, by a cleanup that waits. */
class Census {
  inside = 0;
  entered = 0;
  left = 0;
  *visit<T>(work: () => Operation<T>): Generator<Effect<unknown>, T, unknown> {
    this.inside++;
    this.entered++;
    try {
      return yield* work();
    } finally {
      // A cancellation that comes while this runs after a normal end interrupts it, as it would any wait.
      try {
        yield* yieldNow();
        yield* sleep(1);
      } finally {
        this.inside--;
        this.left++;
      }
    }
  }
  check(): void {
    assertEquals(
      [this.inside, this.left],
      [0, this.entered],
      "a finaliser was missed or ran twice",
    );
  }
}

/** Catches a failure, and lets a cancellation pass. */
function* failure(operation: Operation<unknown>): Generator<Effect<unknown>, unknown, unknown> {
  try {
    return yield* operation;
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return error;
  }
}

const programs: Record<string, () => Subject> = {
  "plain helpers with cleanups that wait"() {
    const census = new Census();
    function* nested(depth: number): Generator<Effect<unknown>, void, unknown> {
      yield* census.visit(function* () {
        yield* yieldNow();
        if (depth > 0) yield* nested(depth - 1);
        yield* sleep(1);
      });
    }
    return { work: () => nested(3), check: () => census.check() };
  },

  "a tree of scopes, children, daemons and joins"() {
    const census = new Census();
    return {
      *work() {
        yield* scope(function* () {
          yield* spawn(() => census.visit(() => sleep(50)), { daemon: true });
          const joined = yield* spawn(() => census.visit(() => sleep(2)));
          yield* spawn(function* () {
            yield* spawn(() => census.visit(() => yieldNow()));
            yield* census.visit(() => joined);
          });
          yield* census.visit(() => joined);
        });
      },
      check: () => census.check(),
    };
  },

  "races, alls and timeouts in each other"() {
    const census = new Census();
    const slow = () => census.visit(() => sleep(9));
    const quick = () => census.visit(() => sleep(2));
    return {
      *work() {
        yield* race([
          slow,
          () => all([quick, () => timeout(1, slow)]),
          () => failure(timeout(3, slow)),
        ]);
        yield* any([slow, quick, () => Promise.reject(new Error("never mind"))]);
      },
      check: () => census.check(),
    };
  },

  "workers that share a semaphore"() {
    const census = new Census();
    const slots = new Semaphore(2);
    return {
      *work() {
        for (let i = 0; i < 5; i++) {
          yield* spawn(() => slots.withPermit(() => census.visit(() => sleep(i % 3))));
        }
        using _permit = yield* slots.acquire();
        yield* yieldNow();
      },
      check() {
        census.check();
        assertEquals([slots.available, slots.waiting], [2, 0]);
      },
    };
  },

  "producers and consumers of a rendezvous"() {
    const census = new Census();
    const channel = new Channel<number>();
    const sent: number[] = [];
    const received: number[] = [];
    return {
      *work() {
        for (const half of [0, 1]) {
          yield* spawn(() =>
            census.visit(function* () {
              for (let n = half; n < 6; n += 2) {
                yield* channel.send(n);
                sent.push(n);
              }
            })
          );
          yield* spawn(() =>
            census.visit(function* () {
              for (let taken = 0; taken < 3; taken++) received.push(yield* channel.receive());
            }), { daemon: false });
        }
      },
      check() {
        census.check();
        assertEquals(new Set(received).size, received.length, "an element came twice");
        for (const n of sent) assert(received.includes(n), `${n} was sent and lost`);
      },
    };
  },

  "actions and promises"() {
    const census = new Census();
    let open = 0;
    const callback = () =>
      action<void>((resolve) => {
        open++;
        queueMicrotask(resolve);
        return () => void open--;
      });
    return {
      *work() {
        yield* spawn(() => census.visit(callback));
        yield* census.visit(() => until(Promise.resolve()));
        yield* spawn(async () => await null);
        yield* census.visit(callback);
      },
      check() {
        census.check();
        assertEquals(open, 0, "an action was not cleaned up");
      },
    };
  },

  "a wait of every kind, one after the other"() {
    const census = new Census();
    const channel = new Channel<number>({ capacity: 1 });
    const slots = new Semaphore(1);
    let passed = 0;
    let passedThen = Infinity;
    const waits: (() => Operation<unknown>)[] = [
      yieldNow,
      () => sleep(1),
      () => scope(() => 1),
      () => scope(() => sleep(1)),
      () => race([sleep(1), sleep(2)]),
      () => all([sleep(1), () => 2]),
      () => timeout(5, () => sleep(1)),
      () => channel.send(1),
      () => channel.receive(),
      () => slots.withPermit(() => sleep(1)),
      () => until(Promise.resolve()),
      () => action((resolve) => queueMicrotask(() => resolve(1))),
    ];
    return {
      *work() {
        for (const wait of [...waits, ...waits]) {
          yield* wait();
          passed++;
          yield* census.visit(yieldNow);
        }
      },
      cancelled: () => void (passedThen = passed),
      check() {
        census.check();
        assert(passed <= passedThen + 1, "it went on beyond a wait that had its result");
        assertEquals(slots.available, 1);
      },
    };
  },

  "failures here and there"() {
    const census = new Census();
    const fail = (ms: number) => () =>
      census.visit(function* () {
        yield* sleep(ms);
        throw new Error(`failed at ${ms}`);
      });
    return {
      *work() {
        yield* failure(scope(function* () {
          yield* spawn(fail(1));
          yield* spawn(fail(3));
          yield* census.visit(() => sleep(5));
        }));
        yield* failure(all([fail(2), () => census.visit(() => sleep(9)), fail(2)]));
        yield* scope(function* () {
          const task: Task<never> = yield* spawn(fail(1));
          // Where the join is cancelled while the task fails, its failure would be nobody's, and reported.
          task.catch(() => {});
          yield* failure(task);
          yield* census.visit(() => sleep(1));
        }, { onError: "isolate" });
      },
      check: () => census.check(),
    };
  },
};

for (const [name, make] of Object.entries(programs)) {
  Deno.test(`cancelled before any of its steps, a program leaves nothing open: ${name} [S1] [S2] [S3] [S8] [Y1] [C3]`, async () => {
    const steps = await cancelAtEveryStep(make);
    assert(steps > 10, `only ${steps} steps`);
    for (let seed = 1; seed <= 5; seed++) await cancelAtEveryStep(make, seed);
  });
}
