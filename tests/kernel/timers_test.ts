import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Timer, Timers } from "../../src/kernel/timers.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";

class Mark extends Timer {
  readonly #fired: number[];
  readonly #mark: number;

  constructor(fired: number[], mark: number) {
    super();
    this.#fired = fired;
    this.#mark = mark;
  }

  fire(): void {
    this.#fired.push(this.#mark);
  }
}

function timersOn(clock: VirtualClock): Timers {
  const timers = new Timers(clock, () => timers.expire());
  return timers;
}

Deno.test("timers fire in the order of their deadlines, equal ones in the order of setting [T3]", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (deadlines) => {
      const fired: number[] = [];
      const clock = new VirtualClock();
      const timers = timersOn(clock);
      deadlines.forEach((deadline, i) => timers.set(new Mark(fired, i), deadline));
      do timers.arm(); while (clock.jump());
      const expected = deadlines.map((_, i) => i).sort((a, b) =>
        deadlines[a] - deadlines[b] || a - b
      );
      assertEquals(fired, expected);
      assertEquals(timers.size, 0);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a cancelled timer never fires and is freed, whatever is set, cancelled and passes [T5]", () => {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.record({ set: fc.integer({ min: 0, max: 50 }) }) },
    { weight: 4, arbitrary: fc.record({ cancel: fc.nat(300) }) },
    { weight: 1, arbitrary: fc.constant({ jump: true }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
      const fired: number[] = [];
      const clock = new VirtualClock();
      const timers = timersOn(clock);
      const all: { timer: Mark; deadline: number; live: boolean }[] = [];
      const expected: number[] = [];
      for (const each of actions) {
        if ("set" in each) {
          const deadline = clock.after(each.set);
          const timer = new Mark(fired, all.length);
          all.push({ timer, deadline, live: true });
          timers.set(timer, deadline);
        } else if ("cancel" in each) {
          const chosen = all[each.cancel];
          if (chosen === undefined) continue;
          timers.cancel(chosen.timer);
          chosen.live = false;
        } else {
          timers.arm();
          clock.jump();
          all.map((entry, i) => ({ ...entry, i }))
            .filter(({ live, deadline }) => live && deadline <= clock.now())
            .sort((a, b) => a.deadline - b.deadline || a.i - b.i)
            .forEach(({ i }) => {
              expected.push(i);
              all[i].live = false;
            });
        }
        assertEquals(fired, expected);
        assertEquals(timers.size, all.filter(({ live }) => live).length);
        const deadlines = all.filter(({ live }) => live).map(({ deadline }) => deadline);
        assertEquals(timers.earliest(), Math.min(...deadlines));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("cancelling timers sets the alarm no more than once a turn", () => {
  let arms = 0;
  class CountingClock extends VirtualClock {
    override arm(deadline: number, due: () => void): void {
      arms++;
      super.arm(deadline, due);
    }
  }
  const timers = timersOn(new CountingClock());
  for (let i = 0; i < 100; i++) {
    const timer = new Mark([], i);
    timers.set(timer, 1000 - i);
    if (i < 99) timers.cancel(timer);
  }
  timers.arm();
  timers.arm();
  assertEquals(arms, 1);
});
