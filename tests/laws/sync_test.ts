/** Semaphores, mutexes, latches and barriers: Y. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Barrier,
  type Effect,
  Latch,
  Mutex,
  type Permit,
  Semaphore,
  sleep,
  spawn,
  type Task,
  timeout,
  UsageError,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { law } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

law(
  "permits held + free = total, after cancels, timeouts and resizes in the middle [Y1] [Y4]",
  function* () {
    const slots = new Semaphore(1);
    let held = 0;
    let most = 1;
    function* holder(): Body {
      const permit = yield* slots.acquire();
      assert(++held <= most, "more are held than there are");
      try {
        yield* yieldNow();
      } finally {
        held--;
        permit.release();
      }
    }
    const impatient = yield* spawn(() => caught(timeout(1, holder)));
    const cancelled = yield* spawn(holder);
    yield* spawn(function* () {
      most = 2;
      slots.resize(2);
      yield* cancelled.cancel();
      slots.resize(1);
    });
    yield* spawn(holder);
    yield* impatient;
    yield* sleep(2);
    assertEquals([held, slots.available, slots.waiting], [0, 1, 0]);
  },
  { deviations: 4 },
);

law("two never hold a mutex at a time, whoever is cancelled [Y2]", function* () {
  const mutex = new Mutex();
  let inside = 0;
  function* visit(): Body {
    yield* mutex.withLock(function* () {
      assertEquals(++inside, 1);
      try {
        yield* yieldNow();
      } finally {
        inside--;
      }
    });
  }
  const visitors = [yield* spawn(visit), yield* spawn(visit), yield* spawn(visit)];
  yield* spawn(() => visitors[2].cancel());
  yield* visitors[0].cancel();
  yield* visit();
  for (const visitor of visitors) yield* caught(visitor);
  assertEquals([inside, mutex.locked], [0, false]);
}, { deviations: 4, interrupted: false });

law(
  "permits are given in the order in which they were asked for, and nobody overtakes [Y3]",
  function* () {
    const slots = new Semaphore(1);
    const asked: string[] = [];
    const given: string[] = [];
    for (const name of ["a", "b", "c"]) {
      yield* spawn(function* () {
        asked.push(name);
        const permit = yield* slots.acquire();
        given.push(name);
        yield* yieldNow();
        permit.release();
      });
    }
    yield* spawn(function* () {
      for (let tries = 0; tries < 3; tries++) {
        const before = asked.length - given.length;
        const permit = slots.tryAcquire();
        assert(permit === undefined || before === 0, "it overtook");
        yield* yieldNow();
        permit?.release();
      }
    });
    yield* sleep(1);
    assertEquals(given, asked);
  },
  { deviations: 4, interrupted: false },
);

law(
  "with a permit free and a waiter queued someone runs, also when the one it was promised to is cancelled [Y4]",
  function* () {
    const slots = new Semaphore(1);
    let served = 0;
    const permit = yield* slots.acquire();
    const waiters: Task<void>[] = [];
    for (let i = 0; i < 3; i++) {
      waiters.push(
        yield* spawn(function* () {
          (yield* slots.acquire()).release();
          served++;
        }),
      );
    }
    yield* spawn(() => waiters[1].cancel());
    yield* spawn(() => waiters[0].cancel());
    yield* yieldNow();
    permit.release();
    // A lost wake-up is a deadlock here.
    for (const waiter of waiters) yield* caught(waiter);
    assertEquals([slots.available, slots.waiting], [1, 0]);
    assert(served >= 1);
  },
  { deviations: 3, interrupted: false },
);

law(
  "a latch that opens lets everybody through, those who wait and those who come [Y4]",
  function* () {
    const latch = new Latch();
    let through = 0;
    for (let i = 0; i < 3; i++) {
      yield* spawn(function* () {
        yield* latch.wait();
        through++;
      });
    }
    yield* spawn(() => latch.open());
    yield* latch.wait();
    yield* yieldNow();
    yield* sleep(0);
    assertEquals([through, latch.isOpen], [3, true]);
  },
);

law(
  "of two releases of one permit exactly one is an error, and gives nothing back twice [Y5]",
  function* () {
    const slots = new Semaphore(2);
    const permit: Permit = yield* slots.acquire();
    let errors = 0;
    function* release(): Body {
      yield* yieldNow();
      try {
        permit.release();
      } catch (error) {
        assert(error instanceof UsageError);
        errors++;
      }
    }
    const one = yield* spawn(release);
    const two = yield* spawn(release);
    yield* one;
    yield* two;
    assertEquals([errors, slots.available], [1, 2]);
    assertThrows(() => permit.release(), UsageError);
  },
  { interrupted: false },
);

law(
  "a barrier lets exactly n through, then resets; who is cancelled while it waits is not counted [Y6]",
  function* () {
    const barrier = new Barrier(2);
    const through: number[] = [];
    const places: number[] = [];
    function* party(number: number): Body {
      places.push(yield* barrier.wait());
      through.push(number);
    }
    const parties: Task<void>[] = [];
    for (let i = 0; i < 5; i++) parties.push(yield* spawn(() => party(i)));
    yield* spawn(() => parties[4].cancel());
    yield* sleep(1);
    const left = parties[4].status === "cancelled" && !through.includes(4);
    const here = left ? 4 : 5;
    assertEquals([through.length, barrier.waiting], [4, here - 4]);
    assertEquals(places.toSorted(), [0, 0, 1, 1]);
    for (const one of parties) yield* one.cancel();
    assertEquals(barrier.waiting, 0);
  },
  { deviations: 3, interrupted: false },
);
