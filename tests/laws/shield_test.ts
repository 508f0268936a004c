/** Shields, and acquiring in one step: M. */
import { assertEquals } from "@std/assert";
import {
  currentTask,
  ensure,
  resource,
  run,
  scope,
  Semaphore,
  shield,
  spawn,
  type Task,
  use,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { law } from "./law.ts";

law(
  "a shielded region runs whole or not at all, the cancellation comes at the first point after, and the canceller waits for it [M1] [M2]",
  function* () {
    let begun = 0;
    let over = 0;
    const target: Task<void> = yield* spawn(function* () {
      yield* shield(function* () {
        begun++;
        const child = yield* spawn(yieldNow);
        yield* yieldNow();
        yield* scope(() => child);
        over++;
      });
      const { status } = target;
      yield* yieldNow();
      assertEquals(status, "running", "it went on beyond the first point after the shield");
    });
    for (const _ of [1, 2]) {
      yield* spawn(function* () {
        yield* yieldNow();
        yield* target.cancel();
        assertEquals(begun, over, "cancel() did not wait for the region");
      });
    }
    const error = yield* caught(target);
    if (currentTask().signal.aborted) throw error;
    assertEquals(begun, over);
  },
  { deviations: 3 },
);

law("a shield in a cleanup, and a failing sibling: the region runs whole [M1]", function* () {
  let begun = 0;
  let over = 0;
  function* save() {
    begun++;
    yield* yieldNow();
    yield* yieldNow();
    over++;
  }
  const error = yield* caught(scope(function* () {
    yield* spawn(function* () {
      try {
        yield* shield(save);
      } finally {
        yield* shield(save);
      }
    });
    yield* yieldNow();
    throw new Error("sibling");
  }));
  assertEquals(over, begun);
  assertEquals((error as Error).message, "sibling");
}, { interrupted: false });

law(
  "to acquire and to register the cleanup is one step: wherever the cancellation comes, what was opened is closed [M3]",
  function* () {
    let open = 0;
    const slots = new Semaphore(1);
    const target = run(function* () {
      yield* use(slots.acquire());
      yield* resource<void>(function* (provide) {
        yield* yieldNow();
        open++;
        try {
          yield* provide();
        } finally {
          yield* yieldNow();
          open--;
        }
      });
      open++;
      yield* ensure(() => void open--);
      yield* yieldNow();
    });
    const other = yield* spawn(() => slots.withPermit(yieldNow));
    yield* yieldNow();
    yield* spawn(() => target.cancel());
    yield* other.cancel();
    yield* caught(target);
    assertEquals([open, slots.available, slots.waiting], [0, 1, 0]);
  },
  { deviations: 5, interrupted: false },
);

law("waiting to acquire stays cancellable [M3] [Y1]", function* () {
  const slots = new Semaphore(1);
  const held = yield* slots.acquire();
  try {
    const waiter = yield* spawn(function* () {
      yield* use(slots.acquire());
      yield* yieldNow();
    });
    yield* spawn(yieldNow);
    yield* waiter.cancel();
    assertEquals([slots.available, slots.waiting, waiter.status], [0, 0, "cancelled"]);
  } finally {
    held.release();
  }
});
