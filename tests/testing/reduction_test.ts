import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  all,
  Barrier,
  Broadcast,
  Channel,
  type Effect,
  GreenPool,
  Latch,
  Mutex,
  race,
  select,
  Semaphore,
  sleep,
  spawn,
  yieldNow,
} from "../../mod.ts";
import { explore, programs, shared, simulate } from "../../testing.ts";
import { knownBugs } from "./_known_bugs.ts";
import { ExhaustiveSearch } from "../../src/testing/exhaustive_search.ts";
import { ReducedSearch } from "../../src/testing/reduced_search.ts";
import { runOnce } from "../../src/testing/run_once.ts";
import type { Search } from "../../src/testing/search.ts";
import { setupOf } from "../../src/testing/simulate.ts";

type Program = () => Generator<Effect<unknown>, unknown, unknown>;

function full(): Search {
  return new ExhaustiveSearch("deviations", Infinity, 1);
}

/** Every outcome that a search comes to, and in how many runs; `null` when there are too many. */
async function outcomesOf(program: Program, search: Search, most: number) {
  const outcomes = new Set<string>();
  for (let runs = 1; runs <= most; runs++) {
    const { outcome, ...rest } = await runOnce(program, {
      ...setupOf({ maxSteps: 500 }, "explore"),
      ...search.begin(),
    });
    const words = outcome.ok
      ? JSON.stringify(outcome.value)
      : String((outcome.error as Error).name) +
        ((outcome.error as { blocked?: { name: string; waitsFor: string }[] }).blocked ?? [])
          .map(({ name, waitsFor }) => `${name} ${waitsFor}`).sort();
    outcomes.add(words);
    const next = search.next({ outcome, ...rest });
    assert(next !== "diverged");
    if (next === "complete") return { outcomes, runs };
  }
  return null;
}

/** What tasks can do to objects of every kind. */
class Objects {
  readonly rendezvous = new Channel<number>();
  readonly buffered = new Channel<number>({ capacity: 1 });
  readonly semaphore = new Semaphore(1);
  readonly mutex = new Mutex();
  readonly latch = new Latch();
  readonly barrier = new Barrier(2);
  readonly broadcast = new Broadcast<number>();
  readonly plain = shared({ n: 0 });
}

const value = fc.nat(2);
const anything = programs<Objects>({
  send: { args: value, run: ({ rendezvous }, n) => rendezvous.send(n) },
  receive: { run: ({ rendezvous }) => rendezvous.receive() },
  put: { args: value, run: ({ buffered }, n) => buffered.trySend(n) },
  take: { run: ({ buffered }) => buffered.tryReceive() ?? null },
  size: { run: ({ buffered }) => buffered.size },
  hold: { run: ({ semaphore }) => semaphore.withPermit(yieldNow) },
  resize: { args: fc.integer({ min: 1, max: 2 }), run: ({ semaphore }, n) => semaphore.resize(n) },
  free: { run: ({ semaphore }) => semaphore.available },
  lock: { run: ({ mutex }) => mutex.withLock(() => {}) },
  open: { run: ({ latch }) => latch.open() },
  close: { run: ({ latch }) => latch.close() },
  pass: { run: ({ latch }) => latch.wait() },
  meet: { run: ({ barrier }) => barrier.wait() },
  publish: { args: value, run: ({ broadcast }, n) => broadcast.publish(n) },
  hear: {
    *run({ broadcast }) {
      const subscription = yield* broadcast.subscribe();
      yield* yieldNow();
      return subscription.size;
    },
  },
  choose: {
    *run({ rendezvous, latch }) {
      return (yield* select({ got: rendezvous.receive(), passed: latch.wait(), late: sleep(1) }))
        .key;
    },
  },
  race: { run: ({ latch, semaphore }) => race([latch.wait(), semaphore.withPermit(yieldNow)]) },
  stop: {
    *run({ rendezvous }) {
      const child = yield* spawn(() => rendezvous.receive());
      yield* yieldNow();
      yield* child.cancel();
    },
  },
  add: { run: ({ plain }) => ++plain.n },
  read: { run: ({ plain }) => plain.n },
}, { maxActions: 3 });

Deno.test("reduction comes to every outcome that there is, of generated programs", async () => {
  let [unreduced, reduced, compared] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(anything, async (generated) => {
      const program = () => generated.run(new Objects());
      const all = await outcomesOf(program, full(), 1500);
      if (all === null) return;
      const few = await outcomesOf(program, new ReducedSearch(1), 3000);
      assert(few !== null, "more runs than without");
      assertEquals([...few.outcomes].sort(), [...all.outcomes].sort());
      [unreduced, reduced, compared] = [unreduced + all.runs, reduced + few.runs, compared + 1];
    }),
    { numRuns: 150, seed: 8 },
  );
  assert(compared > 50, `${compared} programs`);
  assert(reduced * 3 < unreduced, `${reduced} runs in the place of ${unreduced}`);
});

/** Programs whose tasks share nothing but objects of the library, and in how many runs all of their orders are gone through. */
const counted: { readonly [name: string]: readonly [Program, number, number] } = {
  "three tasks that have nothing to do with each other": [
    function* () {
      function* alone() {
        yield* yieldNow();
        yield* yieldNow();
      }
      yield* all([alone, alone, alone]);
    },
    1680,
    1,
  ],
  "two pairs, each with a channel of its own": [
    function* () {
      function* sender(channel: Channel<number>) {
        for (let n = 0; n < 2; n++) yield* channel.send(n);
      }
      function* receiver(channel: Channel<number>) {
        for (let n = 0; n < 2; n++) yield* channel.receive();
      }
      const [a, b] = [new Channel<number>({ capacity: 1 }), new Channel<number>({ capacity: 1 })];
      yield* all([() => sender(a), () => receiver(a), () => sender(b), () => receiver(b)]);
    },
    160,
    4,
  ],
  "two tasks that lock one mutex, and one that does not": [
    function* () {
      const mutex = new Mutex();
      const locks = () => mutex.withLock(() => {});
      yield* all([locks, locks, yieldNow]);
    },
    12,
    2,
  ],
};

for (const [name, [program, without, withReduction]] of Object.entries(counted)) {
  Deno.test(`reduction leaves out what makes no difference: ${name}`, async () => {
    assertEquals((await outcomesOf(program, full(), 5000))!.runs, without);
    assertEquals((await outcomesOf(program, new ReducedSearch(1), 5000))!.runs, withReduction);
  });
}

Deno.test("reduction finds the known bugs too, and nothing wrong with what is right", async () => {
  for (const [name, { buggy, right }] of Object.entries(knownBugs)) {
    const wanted = (await explore(buggy, { strategy: "exhaustive" })).failure!.error as Error;
    const options = { strategy: "exhaustive", reduction: true, runs: 5000 } as const;
    const found = await explore(buggy, options);
    assertEquals((found.failure?.error as Error)?.name, wanted.name, name);
    const clean = await explore(right, options);
    assertEquals([clean.failure?.story, clean.complete], [undefined, true], name);
  }
});

Deno.test("reduction sees plain objects that are shared()", async () => {
  const program = (count: { n: number }) =>
    function* () {
      function* increment() {
        const { n } = count;
        yield* yieldNow();
        count.n = n + 1;
      }
      count.n = 0;
      yield* all([increment, increment]);
      return count.n;
    };
  const seen = (await outcomesOf(program(shared({ n: 0 })), new ReducedSearch(1), 100))!;
  assertEquals([...seen.outcomes].sort(), ["1", "2"]);
  const unseen = (await outcomesOf(program({ n: 0 }), new ReducedSearch(1), 100))!;
  assertEquals(unseen.runs, 1);
});

Deno.test("shared() watches arrays, maps and sets, and changes nothing else", async () => {
  const { value } = await simulate(function* () {
    const list = shared([3, 1, 2]);
    list.push(4);
    const map = shared(new Map([["a", 1]]));
    map.set("b", 2);
    delete (shared({ x: 1 }) as { x?: number }).x;
    return [list.sort().join(), map.size, [...map.keys()].join(), Object.keys(shared({ y: 1 }))];
  });
  assertEquals(value, ["1,2,3,4", 2, "a,b", ["y"]]);
  const orders = async (make: () => { add(name: string): unknown }) => {
    const program = function* () {
      const things = make();
      yield* all(["a", "b"].map((name) => () => void things.add(name)));
      return [...things as never as Iterable<string>].join("");
    };
    return [...(await outcomesOf(program, new ReducedSearch(1), 100))!.outcomes].sort();
  };
  assertEquals(await orders(() => shared(new Set<string>())), ['"ab"', '"ba"']);
  await assertRejects(() => Promise.try(() => shared(5 as never)), TypeError, "Cannot share");
});

Deno.test("what reduction does not see is found by chance at the end, most often", async () => {
  const { ok, complete } = await explore(function* () {
    const order: string[] = [];
    yield* all(["a", "b", "c"].map((name) => () => void order.push(name)));
    if (order.join("") === "cba") throw new Error("backwards");
  }, { strategy: "exhaustive", reduction: true });
  assertEquals([ok, complete], [false, false]);
});

Deno.test("reduction leaves nothing out once there is an executor", async () => {
  const { runs } = (await outcomesOf(
    function* () {
      const pool = new GreenPool({ size: 1 });
      yield* all([() => pool.submit(yieldNow), () => pool.submit(yieldNow)]);
    },
    new ReducedSearch(1),
    5000,
  ))!;
  assertEquals(
    runs,
    (await outcomesOf(
      function* () {
        const pool = new GreenPool({ size: 1 });
        yield* all([() => pool.submit(yieldNow), () => pool.submit(yieldNow)]);
      },
      full(),
      5000,
    ))!.runs,
  );
});

Deno.test("a preemption bound: tasks that do not wait are not interrupted more often than that", async () => {
  const orders = async (preemptions: number) => {
    const seen = new Set<string>();
    const { complete } = await explore(function* () {
      const order: string[] = [];
      yield* all(["a", "b"].map((name) =>
        function* () {
          for (let turn = 0; turn < 3; turn++) {
            order.push(name);
            yield* yieldNow();
          }
        }
      ));
      seen.add(order.join(""));
    }, { strategy: "exhaustive", preemptions });
    assert(complete);
    return [...seen].sort();
  };
  assertEquals(await orders(0), ["aaabbb", "bbbaaa"]);
  const one = await orders(1);
  assertEquals(one.includes("abbbaa") && !one.includes("ababba"), true);
  assertEquals((await orders(Infinity)).length, 20);
});

Deno.test("bounds and reduction go with the exhaustive strategy, one at a time", async () => {
  const nothing = () => {};
  for (
    const options of [
      { preemptions: 1 },
      { strategy: "pct", reduction: true },
      { strategy: "exhaustive", preemptions: -1 },
      { strategy: "exhaustive", reduction: 1 },
      { strategy: "exhaustive", reduction: true, preemptions: 1 },
      { strategy: "exhaustive", deviations: 1, preemptions: 1 },
      { strategy: "exhaustive", reduction: true, stepCost: 1 },
    ]
  ) {
    const error = await assertRejects(() => explore(nothing, options as never));
    assertMatch((error as Error).message, /^Cannot explore: '/);
  }
});
