import { assert, assertEquals } from "@std/assert";
import {
  all,
  Barrier,
  Broadcast,
  Channel,
  Latch,
  RateLimiter,
  scope,
  select,
  Semaphore,
  spawn,
  yieldNow,
} from "../../mod.ts";
import { expectOrder, shared } from "../../testing.ts";
import { ExhaustiveSearch } from "../../src/testing/exhaustive_search.ts";
import { ReducedSearch } from "../../src/testing/reduced_search.ts";
import { runOnce } from "../../src/testing/run_once.ts";
import type { Search } from "../../src/testing/search.ts";
import { setupOf } from "../../src/testing/simulate.ts";
import { caught } from "../_caught.ts";
import type { Program } from "./_scenes.ts";

async function outcomesOf(program: Program, search: Search): Promise<string[]> {
  const outcomes = new Set<string>();
  for (;;) {
    const result = await runOnce(program, { ...setupOf({}, "explore"), ...search.begin() });
    const { outcome } = result;
    outcomes.add(outcome.ok ? JSON.stringify(outcome.value) : (outcome.error as Error).name);
    if (search.next(result) === "complete") return [...outcomes].sort();
  }
}

function* progress(done: { n: number }) {
  for (let i = 0; i < 3; i++) {
    done.n++;
    yield* yieldNow();
  }
}

/** Programs whose outcome hangs on the order of two steps that meet in one way. */
const meetings: { readonly [how: string]: Program } = {
  "one opens and closes a latch, the other passes": function* () {
    const latch = new Latch();
    const pulse = () => (latch.open(), latch.close());
    yield* all([pulse, () => latch.wait()]);
  },
  "one fails, and so cancels the other before its first step": function* () {
    const done = shared({ n: 0 });
    const failing = function* () {
      throw new Error("failed");
    };
    yield* caught(all([failing, () => void done.n++]));
    return done.n;
  },
  "one cancels the other before its first step": function* () {
    const done = shared({ n: 0 });
    const other = yield* spawn(() => void done.n++);
    yield* all([() => other.cancel()]);
    return done.n;
  },
  "one joins the other, and has to wait if it comes first": function* () {
    const done = shared({ n: 0 });
    const other = yield* spawn(() => {});
    const joiner = function* () {
      const { n } = done;
      yield* other;
      return [n, done.n];
    };
    return yield* all([joiner, () => void done.n++]);
  },
  "three come to a barrier for two": function* () {
    const barrier = new Barrier(2);
    const come = function* () {
      yield* yieldNow();
      return yield* barrier.wait();
    };
    yield* spawn(come, { daemon: true });
    return yield* all([come, come, () => barrier.wait()]);
  },
  "one publishes while the other subscribes": function* () {
    const news = new Broadcast<number>();
    const [, heard] = yield* all([() => news.publish(1), function* () {
      const subscription = yield* news.subscribe();
      yield* yieldNow();
      return subscription.size;
    }]);
    return heard;
  },
  "two ask a limiter for the last that there is": function* () {
    const limiter = new RateLimiter({ limit: 1, interval: 9 });
    return yield* all([() => limiter.tryAcquire(), () => limiter.tryAcquire()]);
  },
  "two release one permit": function* () {
    const permit = yield* new Semaphore(1).acquire();
    const release = (name: string) => () => {
      try {
        permit.release();
        return name;
      } catch {
        return "too late";
      }
    };
    return yield* all([release("a"), release("b")]);
  },
  "one cancels the other": function* () {
    const done = { n: 0 };
    const task = yield* spawn(() => progress(done));
    yield* yieldNow();
    yield* task.cancel();
    return done.n;
  },
  "one fails, and so cancels the other": function* () {
    const done = { n: 0 };
    try {
      yield* all([() => progress(done), function* () {
        yield* yieldNow();
        throw new Error("fails");
      }]);
    } catch {
      // Its own failure.
    }
    return done.n;
  },
  "the end of a body cancels a daemon": function* () {
    const done = { n: 0 };
    yield* scope(function* () {
      yield* spawn(() => progress(done), { daemon: true });
      yield* yieldNow();
    });
    return done.n;
  },
  "one asks for the status of the other": function* () {
    const task = yield* spawn(yieldNow);
    return yield* all([() => task.status]);
  },
  "a select stands in the line of a channel that others use": function* () {
    const [a, b] = [new Channel<string>(), new Channel<string>()];
    const taken = shared<string[]>([]);
    yield* spawn(function* chooser() {
      const { value } = yield* select({ a: a.receive(), b: b.receive() });
      taken.push(value);
    });
    yield* spawn(() => void a.trySend("a"));
    yield* spawn(() => void b.trySend("b"));
    yield* yieldNow();
    a.trySend("late");
    b.trySend("late");
    yield* yieldNow();
    return [...taken];
  },
  "two come to the marks of an order": function* () {
    const order = expectOrder();
    yield* all([() => order(1), () => order(2)]);
  },
};

for (const [how, program] of Object.entries(meetings)) {
  Deno.test(`reduction tries both orders where ${how}`, async () => {
    const every = await outcomesOf(program, new ExhaustiveSearch("deviations", Infinity, 1));
    assert(every.length > 1, `it always comes to ${every}`);
    assertEquals(await outcomesOf(program, new ReducedSearch(1)), every);
  });
}
