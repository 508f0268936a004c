/**
 * Scenes in which a program is right or wrong by one thing that it does, which is given.
 *
 * @module
 */

import {
  all,
  Channel,
  type Effect,
  Latch,
  Mutex,
  type Permit,
  race,
  scope,
  Semaphore,
  spawn,
  suspend,
  type Task,
  yieldNow,
} from "../../mod.ts";
import { assertNoLeaks } from "../../testing.ts";

/** A program. */
export type Program = () => Generator<Effect<unknown>, unknown, unknown>;

function fail(what: string): never {
  throw new Error(what);
}

/** Two tasks that count; how they do it is given. */
export function* counting(increment: (counter: { n: number }) => ReturnType<Program>) {
  const counter = { n: 0 };
  yield* all({ first: () => increment(counter), second: () => increment(counter) });
  if (counter.n !== 2) fail("an increment is lost");
}

/** Two tasks that take two locks; in which order is given. */
export function* locking(second: (a: Mutex, b: Mutex) => [Mutex, Mutex]) {
  const a = new Mutex();
  const b = new Mutex();
  function* hold(first: Mutex, then: Mutex) {
    yield* first.withLock(function* () {
      yield* yieldNow();
      yield* then.withLock(() => {});
    });
  }
  yield* all({ left: () => hold(a, b), right: () => hold(...second(a, b)) });
}

/** A task that waits for a signal, and one that gives it; how they do that is given. */
export function* signalling(
  wait: (state: { done: boolean; latch: Latch }) => ReturnType<Program>,
  signal: (state: { done: boolean; latch: Latch }) => void,
) {
  const state = { done: false, latch: new Latch() };
  yield* spawn(function* signaller() {
    yield* yieldNow();
    signal(state);
  });
  yield* wait(state);
}

/** A task whose permit two others may give back; how they do it is given. */
export function* releasing(release: (held: { permit: Permit | null }) => ReturnType<Program>) {
  const semaphore = new Semaphore(1);
  const held = { permit: yield* semaphore.acquire() };
  yield* all({ first: () => release(held), second: () => release(held) });
}

/** Work under a permit that another task cancels; how it holds the permit is given. */
export function* cancelling(work: (semaphore: Semaphore) => ReturnType<Program>) {
  const semaphore = new Semaphore(1);
  const worker = yield* spawn(() => work(semaphore), { name: "worker" });
  yield* yieldNow();
  yield* worker.cancel();
  assertNoLeaks();
}

interface Node {
  readonly value: string;
  next: Node | null;
}

/** A stack from which one task pops while others pop and push; how it pops is given. */
export function* popping(
  pop: (stack: { top: Node | null; version: number }) => ReturnType<Program>,
) {
  const c: Node = { value: "c", next: null };
  const b: Node = { value: "b", next: c };
  const a: Node = { value: "a", next: b };
  const stack: { top: Node | null; version: number } = { top: a, version: 0 };
  const set = (top: Node | null) => {
    stack.top = top;
    stack.version++;
  };
  yield* all({
    popper: () => pop(stack),
    other: function* () {
      set(b);
      yield* yieldNow();
      set(c);
      yield* yieldNow();
      a.next = c;
      set(a);
    },
  });
  // Whoever pops "a" last, "b" was taken out before "a" came back.
  if (stack.top === b && stack.version > 2) fail("what was taken out is in again");
}

/** A producer faster than its consumer; how it sends is given. */
export function* producing(send: (channel: Channel<number>, n: number) => ReturnType<Program>) {
  const channel = new Channel<number>({ capacity: 2 });
  const received: number[] = [];
  const consumer = yield* spawn(function* consumer() {
    for (let item = yield* channel.next(); !item.done; item = yield* channel.next()) {
      received.push(item.value);
    }
  });
  for (let n = 0; n < 4; n++) yield* send(channel, n);
  channel.close();
  yield* consumer;
  if (received.length !== 4) fail("an element is lost");
}

/** A service that is restarted; how is given. */
export function* restarting(restart: (old: Task<void>) => ReturnType<Program>) {
  let alive = 0;
  function* service() {
    alive++;
    if (alive > 1) fail("two of them are alive");
    try {
      yield* suspend();
    } finally {
      yield* yieldNow();
      alive--;
    }
  }
  yield* scope(function* () {
    const first = yield* spawn(service);
    yield* yieldNow();
    yield* restart(first);
    const second = yield* spawn(service);
    yield* yieldNow();
    yield* second.cancel();
  });
}

/** Two consumers of three elements; how they consume is given. */
export function* consuming(consume: (channel: Channel<number>) => ReturnType<Program>) {
  const channel = new Channel<number>({ capacity: 3 });
  for (let n = 0; n < 3; n++) yield* channel.send(n);
  channel.close();
  yield* all({ first: () => consume(channel), second: () => consume(channel) });
}

/** Work that another task stops, and that commits at its end; how it treats errors is given. */
export function* committing(work: (commit: () => void) => ReturnType<Program>) {
  let stopped = false;
  yield* race([
    function* worker() {
      yield* work(() => stopped && fail("committed after it was stopped"));
    },
    function* stopper() {
      yield* yieldNow();
      stopped = true;
    },
  ]);
}

/** Three rounds of two tasks that meet; how they meet is given. */
export function* meeting(
  meet: (state: { arrived: number; latch: Latch }) => ReturnType<Program>,
) {
  const state = { arrived: 0, latch: new Latch() };
  function* party() {
    for (let round = 0; round < 3; round++) yield* meet(state);
  }
  yield* all([party, party]);
}

/** Two tasks that ask for the same thing, which is costly to make; how they ask is given. */
export function* caching(
  get: (cache: { value?: Task<number> | number; made: number }) => ReturnType<Program>,
) {
  const cache: { value?: Task<number> | number; made: number } = { made: 0 };
  yield* all({ first: () => get(cache), second: () => get(cache) });
  if (cache.made !== 1) fail("it was made twice");
}

/** A sender and one who closes; how the sender is stopped is given. */
export function* closing(
  stop: (sender: Task<void>, channel: Channel<number>) => ReturnType<Program>,
) {
  const channel = new Channel<number>({ capacity: 1 });
  yield* scope(function* () {
    const sender = yield* spawn(function* sender() {
      for (let n = 0; n < 3; n++) yield* channel.send(n);
    });
    yield* channel.receive();
    yield* stop(sender, channel);
  });
}

/** A body that is driven by hand while another task halts it; how the driver halts it is given. */
export function* halting(
  halt: (body: ReturnType<Program>, reason: Error) => IteratorResult<Effect<unknown>>,
) {
  const reason = new Error("halted");
  let halted = false;
  function* helper() {
    try {
      yield* yieldNow();
    } finally {
      yield* yieldNow(); // a cleanup that waits
    }
  }
  function* body() {
    yield* helper();
    if (halted) fail("it went on after the halt");
  }
  function* driver() {
    const iterator = body();
    let told = false;
    try {
      for (let step = iterator.next(); step.done !== true;) {
        const result: unknown = yield step.value;
        step = halted && !told ? halt(iterator, reason) : iterator.next(result);
        told = halted;
      }
    } catch (error) {
      if (error !== reason) throw error;
    }
  }
  yield* all({
    driver,
    halter: function* () {
      yield* yieldNow();
      halted = true;
    },
  });
}

/** A task that needs two permits and may be interrupted while it waits for the second; how it takes them is given. */
export function* interrupting(take: (semaphore: Semaphore) => ReturnType<Program>) {
  const semaphore = new Semaphore(2);
  yield* race([
    function* taker() {
      yield* take(semaphore);
    },
    function* interrupter() {
      yield* semaphore.withPermit(yieldNow);
    },
  ]);
  assertNoLeaks();
}
