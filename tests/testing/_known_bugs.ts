/**
 * Programs with the bugs that concurrent programs have, each beside one that is right.
 *
 * @module
 */

import { type Effect, Latch, type Permit, race, Semaphore, yieldNow } from "../../mod.ts";
import { assertNoLeaks } from "../../testing.ts";

import {
  caching,
  cancelling,
  closing,
  committing,
  consuming,
  counting,
  halting,
  interrupting,
  locking,
  meeting,
  popping,
  producing,
  type Program,
  releasing,
  restarting,
  signalling,
} from "./_scenes.ts";

/** A bug, and the same without it. */
export interface KnownBug {
  readonly buggy: Program;
  readonly right: Program;
}

/** The bugs by name. */
export const knownBugs: { readonly [name: string]: KnownBug } = {
  "check-then-act across a yield": {
    buggy: () =>
      counting(function* increment(counter) {
        const { n } = counter;
        yield* yieldNow();
        counter.n = n + 1;
      }),
    right: () =>
      counting(function* increment(counter) {
        yield* yieldNow();
        counter.n++;
      }),
  },
  "deadlock by lock order": {
    buggy: () => locking((a, b) => [b, a]),
    right: () => locking((a, b) => [a, b]),
  },
  "lost wake-up": {
    buggy: () =>
      signalling(function* waiter(state) {
        while (!state.done) {
          yield* yieldNow();
          yield* state.latch.wait();
        }
      }, (state) => {
        state.done = true;
        // A pulse that nobody who comes later sees.
        state.latch.open();
        state.latch.close();
      }),
    right: () =>
      signalling(function* waiter(state) {
        yield* yieldNow();
        yield* state.latch.wait();
      }, (state) => {
        state.done = true;
        state.latch.open();
      }),
  },
  "double release": {
    buggy: () =>
      releasing(function* release(held) {
        const { permit } = held;
        if (permit === null) return;
        yield* yieldNow();
        permit.release();
        held.permit = null;
      }),
    right: () =>
      releasing(function* release(held) {
        yield* yieldNow();
        const { permit } = held;
        held.permit = null;
        permit?.release();
      }),
  },
  "a permit leaked on cancel": {
    buggy: () =>
      cancelling(function* worker(semaphore) {
        const permit = yield* semaphore.acquire();
        yield* yieldNow();
        try {
          yield* yieldNow();
        } finally {
          permit.release();
        }
      }),
    right: () =>
      cancelling(function* worker(semaphore) {
        using _permit = yield* semaphore.acquire();
        yield* yieldNow();
        yield* yieldNow();
      }),
  },
  "ABA": {
    buggy: () =>
      popping(function* pop(stack) {
        const { top } = stack;
        const next = top!.next;
        yield* yieldNow();
        if (stack.top === top) stack.top = next;
      }),
    right: () =>
      popping(function* pop(stack) {
        const { top, version } = stack;
        const next = top!.next;
        yield* yieldNow();
        if (stack.version === version) stack.top = next;
      }),
  },
  "missing back-pressure": {
    buggy: () =>
      producing(function* send(channel, n) {
        channel.trySend(n);
        yield* yieldNow();
      }),
    right: () =>
      producing(function* send(channel, n) {
        yield* channel.send(n);
      }),
  },
  "a restart before the old one is gone": {
    buggy: () =>
      restarting(function* (old) {
        void old.cancel();
        yield* yieldNow();
      }),
    right: () =>
      restarting(function* (old) {
        yield* old.cancel();
      }),
  },
  "two consumers that look before they take": {
    buggy: () =>
      consuming(function* consumer(channel) {
        while (channel.size > 0) {
          yield* yieldNow();
          yield* channel.receive();
        }
      }),
    right: () =>
      consuming(function* consumer(channel) {
        while (!(yield* channel.next()).done) yield* yieldNow();
      }),
  },
  // thefrontside/effection#1190: `return` is lost where a `finally` waits, and the caller of the helper goes on.
  "a halt that is lost in a helper": {
    buggy: () => halting((body) => body.return(undefined) as IteratorResult<Effect<unknown>>),
    right: () => halting((body, reason) => body.throw(reason) as IteratorResult<Effect<unknown>>),
  },
  "a lost halt": {
    buggy: () =>
      committing(function* work(commit) {
        try {
          yield* yieldNow();
        } catch {
          // Takes the cancellation for a failure that does not matter.
        }
        yield* yieldNow();
        commit();
      }),
    right: () =>
      committing(function* work(commit) {
        yield* yieldNow();
        yield* yieldNow();
        commit();
      }),
  },
  // Effect-TS/effect#6638: an interrupted waiter keeps what it was given of what it waits for.
  "a part of the permits leaked by an interrupt": {
    buggy: () =>
      interrupting(function* takeBoth(semaphore) {
        const permits = [yield* semaphore.acquire(), yield* semaphore.acquire()];
        for (const permit of permits) permit.release();
      }),
    right: () =>
      interrupting(function* takeBoth(semaphore) {
        yield* semaphore.withPermit(() => semaphore.withPermit(() => {}));
      }),
  },
  // Effect-TS/effect#6910: the permit is taken one step before its release is installed.
  "a permit leaked by an interrupt": {
    buggy: function* () {
      const semaphore = new Semaphore(1);
      const held: Permit[] = [];
      yield* race([function* holder() {
        held.push(yield* semaphore.acquire());
        yield* yieldNow();
        held.pop()!.release();
      }, yieldNow]);
      assertNoLeaks();
    },
    right: function* () {
      const semaphore = new Semaphore(1);
      yield* race([() => semaphore.withPermit(yieldNow), yieldNow]);
      assertNoLeaks();
    },
  },
  "a barrier that is used again too early": {
    buggy: () =>
      meeting(function* party(state) {
        if (++state.arrived === 2) {
          state.arrived = 0;
          state.latch.open();
          yield* yieldNow();
          state.latch.close();
        } else yield* state.latch.wait();
      }),
    right: () =>
      meeting(function* party(state) {
        const { latch } = state;
        if (++state.arrived === 2) {
          state.arrived = 0;
          state.latch = new Latch();
          latch.open();
        } else yield* latch.wait();
      }),
  },
  "made twice": {
    buggy: () =>
      caching(function* get(cache) {
        if (cache.value === undefined) {
          yield* yieldNow();
          cache.made++;
          cache.value = 1;
        }
      }),
    right: () =>
      caching(function* get(cache) {
        if (cache.value === undefined) {
          cache.value = 1;
          yield* yieldNow();
          cache.made++;
        }
      }),
  },
  "a send to what another has closed": {
    buggy: () =>
      closing(function* (_sender, channel) {
        yield* yieldNow();
        channel.close();
      }),
    right: () =>
      closing(function* (sender, channel) {
        yield* sender.cancel();
        channel.close();
      }),
  },
};
