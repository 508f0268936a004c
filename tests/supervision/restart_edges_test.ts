/** Corners of the restart rules that a simpler program does not reach. */
import { assertEquals } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  Broadcast,
  exponential,
  ready,
  sleep,
  supervise,
  type SupervisorEvent,
  suspend,
} from "../../mod.ts";
import { failing, listened } from "./_children.ts";

Deno.test("a stable period that ends by a restart by hand starts the delays over, as one that ends by a stop for another does [V8]", async () => {
  for (const by of ["hand", "sibling"]) {
    const { value } = await simulate(function* () {
      const delays: number[] = [];
      const events = new Broadcast<SupervisorEvent>();
      const heard = yield* events.subscribe();
      let starts = 0;
      const supervisor = yield* supervise([
        {
          id: "a",
          *start() {
            // Fails twice, is up for long, and fails again after it was restarted for another reason.
            if (++starts === 3) yield* suspend();
            if (starts > 4) yield* suspend();
            yield* sleep(1);
            throw new Error("a");
          },
        },
        { id: "b", start: by === "hand" ? suspend : failing(1, 5000) },
      ], {
        strategy: by === "hand" ? "one_for_one" : "one_for_all",
        maxRestarts: Infinity,
        backoff: exponential({ initial: 10 }),
        stableAfter: 1000,
        events,
      });
      yield* sleep(4000);
      if (by === "hand") yield* supervisor.restart("a");
      yield* sleep(8000);
      while (heard.size > 0) {
        const event = yield* heard.receive();
        if (event.type === "restarting" && event.id === "a") delays.push(event.delay);
      }
      return delays;
    });
    assertEquals(value, [10, 20, 10], by);
  }
});

Deno.test("a temporary child is not started again for another's sake, not even before it is ready [V2]", async () => {
  for (const strategy of ["one_for_all", "rest_for_one"] as const) {
    const { value } = await simulate(function* () {
      let starts = 0;
      const supervisor = yield* supervise([
        { id: "a", start: failing(1, 5) },
        {
          id: "t",
          restart: "temporary",
          ready: true,
          *start() {
            starts++;
            yield* sleep(20);
            yield* ready();
            yield* suspend();
          },
        },
      ], { strategy, events: listened() });
      return [starts, ...supervisor.children().map(({ id }) => id)];
    });
    assertEquals(value, [1, "a"], strategy);
  }
});
