/** Programs in which everything takes time: starts, cleanups, delays. What must hold of them whatever happens when. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Broadcast,
  type ChildSpec,
  type Effect,
  exponential,
  ready,
  RestartLimitError,
  type RestartType,
  scope,
  sleep,
  spawn,
  StartError,
  type Strategy,
  supervise,
  type SupervisorEvent,
  suspend,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { running } from "../../src/kernel/running.ts";
import { caught } from "../_caught.ts";
import { now } from "./_children.ts";

interface Plan {
  restart: RestartType;
  /** How long its starts take, in turn, and what comes then. */
  runs: readonly { start: number; then: "fails" | "completes" | "stays"; after: number }[];
  cleanup: number;
  ready: boolean;
  startTimeout: number;
}

interface Command {
  wait: number;
  verb: "stop" | "restart" | "remove" | "start" | "cancel";
  which: number;
}

const short = fc.integer({ min: 0, max: 20 });

const plan: fc.Arbitrary<Plan> = fc.record({
  restart: fc.constantFrom("permanent" as const, "transient" as const, "temporary" as const),
  runs: fc.array(
    fc.record({
      start: fc.integer({ min: 0, max: 8 }),
      then: fc.constantFrom("fails" as const, "completes" as const, "stays" as const),
      after: short,
    }),
    { maxLength: 5, size: "max" },
  ),
  cleanup: fc.integer({ min: 0, max: 6 }),
  ready: fc.boolean(),
  startTimeout: fc.integer({ min: 3, max: 12 }),
});

const command: fc.Arbitrary<Command> = fc.record({
  wait: fc.integer({ min: 0, max: 12 }),
  verb: fc.constantFrom(
    "stop" as const,
    "restart" as const,
    "remove" as const,
    "start" as const,
    "cancel" as const,
  ),
  which: fc.nat(9),
});

const program = fc.record({
  strategy: fc.constantFrom("one_for_one", "one_for_all", "rest_for_one") as fc.Arbitrary<Strategy>,
  maxRestarts: fc.integer({ min: 0, max: 8 }),
  within: fc.integer({ min: 1, max: 60 }),
  initial: fc.integer({ min: 0, max: 6 }),
  children: fc.array(plan, { minLength: 1, maxLength: 5, size: "max" }),
  more: fc.array(plan, { minLength: 1, maxLength: 3 }),
  /** Several who command at the same time. */
  commanders: fc.array(fc.array(command, { maxLength: 6, size: "max" }), { maxLength: 3 }),
  end: fc.integer({ min: 0, max: 150 }),
  how: fc.constantFrom("shutdown" as const, "scope" as const, "cancel" as const),
  /** Under the lesser ones the supervisor is ended by force. */
  grace: fc.constantFrom(0, 3, 1000),
  seed: fc.option(fc.integer(), { nil: undefined }),
});

class World {
  readonly alive = new Set<string>();
  readonly starts = new Map<string, number>();
  pending = 0;

  spec(plan: Plan, id: string): ChildSpec {
    const start = () => this.#work(plan, id);
    const { restart, ready, startTimeout } = plan;
    return { id, restart, start, shutdown: 5, ...(ready ? { ready, startTimeout } : {}) };
  }

  *#work({ runs, cleanup }: Plan, id: string): Generator<Effect<unknown>, void, unknown> {
    assert(!this.alive.has(id), `${id} runs twice at a time`);
    this.alive.add(id);
    const count = this.starts.get(id) ?? 0;
    this.starts.set(id, count + 1);
    const { start, then, after } = runs[count] ?? { start: 0, then: "stays", after: 0 };
    try {
      yield* sleep(start);
      yield* ready();
      yield* sleep(after);
      if (then === "stays") yield* suspend();
      if (then === "fails") throw new Error(`${id} fails`);
    } finally {
      // What is not done within the time that 'shutdown' gives is ended by force, and must not count as alive then.
      try {
        yield* sleep(cleanup);
      } finally {
        this.alive.delete(id);
      }
    }
  }
}

Deno.test("whatever takes its time, no child runs twice, none is left, no window holds too many restarts, and all commands are answered [V1] [V2] [V6] [V7] [V8]", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (program) => {
      const world = new World();
      const { strategy, maxRestarts, within, initial, commanders, end, how, grace, seed } = program;
      const events = new Broadcast<SupervisorEvent>();
      const backoff = exponential({ initial, max: 20, jitter: "equal" });
      const told: { at: number; event: SupervisorEvent }[] = [];

      function* command(supervisor: import("../../mod.ts").Supervisor, { verb, which }: Command) {
        const children = supervisor.children();
        if (verb === "start") {
          const at = which % program.more.length;
          const id = `more ${at} of ${world.starts.size}`;
          yield* caught(supervisor.start(world.spec(program.more[at], id)));
        } else if (children.length > 0) {
          const { id, task } = children[which % children.length];
          if (verb === "cancel") void task?.cancel(undefined, { grace: 20 });
          else yield* caught(supervisor[verb](id));
        }
      }

      function* supervised() {
        const specs = program.children.map((child, at) => world.spec(child, `child ${at}`));
        const supervisor = yield* supervise(specs, {
          strategy,
          maxRestarts,
          within,
          backoff,
          events,
        });
        for (const commands of commanders) {
          yield* spawn(function* () {
            for (const one of commands) {
              yield* sleep(one.wait);
              world.pending++;
              yield* command(supervisor, one);
              world.pending--;
            }
          });
        }
        if (how === "cancel") yield* suspend();
        yield* sleep(end);
        if (how === "shutdown") yield* supervisor.shutdown();
      }

      await simulate(function* () {
        const { scheduler } = running!;
        scheduler.instrument = { cancellationIgnored() {} };
        yield* spawn(function* () {
          const heard = yield* events.subscribe();
          for (;;) told.push({ event: yield* heard.receive(), at: now() });
        }, { daemon: true });
        yield* sleep(0);
        const task = yield* spawn(() => caught(scope(supervised)));
        if (how === "cancel") {
          yield* sleep(end);
          yield* task.cancel(undefined, { grace });
        }
        const error = yield* caught(task);
        assert(
          error === undefined || error instanceof RestartLimitError ||
            error instanceof StartError || (error as Error).name === "CancelledError",
          String(error),
        );
        yield* sleep(0);
        assertEquals([...world.alive], []);
        if (how !== "cancel" && error === undefined) assertEquals(world.pending, 0);
        assertEquals(scheduler.timerCount, 0);
        checkTold(told, { maxRestarts, within, initial });
      }, { seed });
    }),
    { numRuns: 500 },
  );
});

function checkTold(
  told: readonly { at: number; event: SupervisorEvent }[],
  { maxRestarts, within, initial }: { maxRestarts: number; within: number; initial: number },
): void {
  const restarts = told.filter(({ event }) => event.type === "restarting");
  for (const { at } of restarts) {
    const inWindow = restarts.filter((other) => other.at <= at && other.at >= at - within);
    assert(inWindow.length <= maxRestarts, `${inWindow.length} restarts in a window`);
  }
  for (const { event } of restarts) {
    if (event.type !== "restarting") continue;
    const longest = Math.min(20, initial * 2 ** (event.failures - 1));
    assert(event.delay >= longest / 2 && event.delay <= longest, `a delay of ${event.delay} ms`);
  }
  const last = told.at(-1)?.event.type;
  assert(last === undefined || last === "ended" || last === "removed", `the last is '${last}'`);
}
