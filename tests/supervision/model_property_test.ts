import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ChildSpec,
  type Effect,
  ready,
  RestartLimitError,
  scope,
  sleep,
  spawn,
  StartError,
  supervise,
  supervisor,
  suspend,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";
import { listened, now } from "./_children.ts";
import {
  type Command,
  isSupervisor,
  Model,
  type Plan,
  type Run,
  type SupervisorPlan,
  Tie,
  type WorkerPlan,
} from "./_model.ts";

const horizon = 1_000_000;

// Moments so many that two are hardly ever the same.
const moment = fc.noBias(fc.integer({ min: 1, max: horizon / 4 }));

const run: fc.Arbitrary<Run> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: "unstartable" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("completes", "fails"), after: moment }),
  },
) as fc.Arbitrary<Run>;

const common = {
  restart: fc.constantFrom("permanent" as const, "transient" as const, "temporary" as const),
  significant: fc.boolean(),
};

const worker = fc.record({
  ...common,
  id: fc.constant(""),
  // The first start of most succeeds, or little would happen.
  runs: fc.tuple(fc.record({ kind: fc.constantFrom("completes", "fails"), after: moment }))
    .chain(([first]) => fc.array(run, { maxLength: 4 }).map((more) => [first, ...more] as Run[])),
}) as fc.Arbitrary<WorkerPlan>;

function supervisorOf(depth: number): fc.Arbitrary<SupervisorPlan> {
  const child: fc.Arbitrary<Plan> = depth === 0
    ? worker
    : fc.oneof({ weight: 3, arbitrary: worker }, {
      weight: 1,
      arbitrary: supervisorOf(depth - 1),
    });
  return fc.record({
    ...common,
    id: fc.constant(""),
    strategy: fc.constantFrom(
      "one_for_one" as const,
      "one_for_all" as const,
      "rest_for_one" as const,
    ),
    maxRestarts: fc.integer({ min: 0, max: 5 }),
    within: fc.integer({ min: 1, max: horizon / 2 }),
    autoShutdown: fc.constantFrom(
      "never" as const,
      "any_significant" as const,
      "all_significant" as const,
    ),
    children: fc.array(child, { minLength: 1, maxLength: 4, size: "max" }),
  });
}

const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.record({
    at: fc.noBias(fc.integer({ min: 1, max: horizon - 1 })),
    verb: fc.constantFrom(
      "stop" as const,
      "restart" as const,
      "remove" as const,
      "start" as const,
    ),
    which: fc.nat(5),
  }),
  { maxLength: 6, size: "max" },
).map((commands) => commands.sort((a, b) => a.at - b.at));

/** Gives everything an id, and takes away the significance where it may not be. */
function named<P extends Plan>(plan: P, id: string, autoShutdown: string): P {
  const significant = plan.significant && autoShutdown !== "never" && plan.restart !== "permanent";
  if (!isSupervisor(plan)) return { ...plan, id, significant };
  const children = plan.children.map((child, at) => named(child, `${id}.${at}`, plan.autoShutdown));
  return { ...plan, id, significant, children };
}

/** The real thing: the same tree, with a log of the same form. */
class Real {
  readonly log: string[] = [];
  readonly starts = new Map<string, number>();
  alive = 0;

  note(line: string): void {
    this.log.push(`${now()} ${line}`);
  }

  spec(plan: Plan): ChildSpec {
    const { id, restart, significant } = plan;
    const start = isSupervisor(plan)
      ? supervisor(plan.children.map((child) => this.spec(child)), { ...plan, events: listened() })
      : () => this.#work(plan);
    return { id, restart, significant, ready: true, start };
  }

  *#work({ id, runs }: WorkerPlan): Generator<Effect<unknown>, void, unknown> {
    const count = this.starts.get(id) ?? 0;
    this.starts.set(id, count + 1);
    const run = runs[count];
    if (run?.kind === "unstartable") {
      this.note(`x ${id}`);
      throw new Error(`${id} does not start`);
    }
    this.note(`+ ${id}`);
    this.alive++;
    let ended = false;
    try {
      yield* ready();
      if (run === undefined) yield* suspend();
      else yield* sleep(run.after);
      ended = true;
    } finally {
      this.alive--;
      this.note(`${ended ? "!" : "-"} ${id}`);
    }
    if (run?.kind === "fails") throw new Error(`${id} fails`);
  }
}

/** Runs the real tree up to `until`, and says what came of it, as the model does. */
function* runReal(
  real: Real,
  plan: SupervisorPlan,
  { commands, more, until }: { commands: readonly Command[]; more: readonly Plan[]; until: number },
) {
  const error = yield* caught(scope(function* () {
    const specs = plan.children.map((child) => real.spec(child));
    const root = yield* supervise(specs, { ...plan, events: listened() });
    yield* spawn(function* () {
      for (const { at, verb, which } of commands) {
        yield* sleep(at - now());
        const children = root.children();
        if (verb === "start") {
          yield* caught(root.start(real.spec(more[which % more.length])));
        } else if (children.length > 0) {
          yield* caught(root[verb](children[which % children.length].id));
        }
      }
    }, { daemon: true });
    yield* spawn(function* () {
      yield* sleep(until);
      yield* root.shutdown();
    }, { daemon: true });
    yield* root.join();
  }));
  if (error === undefined) return now() === until ? "running" : "completed";
  if (error instanceof RestartLimitError) return "failed";
  if (error instanceof StartError) return "unstartable";
  throw error;
}

Deno.test("any tree of supervisors does what OTP's rules say, whatever fails and is commanded when [V1] [V2] [V3] [V4] [V7]", async () => {
  const seen = { running: 0, completed: 0, failed: 0, unstartable: 0 };
  await fc.assert(
    fc.asyncProperty(
      supervisorOf(2),
      commands,
      fc.array(worker, { minLength: 1, maxLength: 3 }),
      fc.option(fc.integer(), { nil: undefined }),
      async (root, commands, others, seed) => {
        const plan = named(root, "s", "never");
        const more = others.map((other, at) => named(other, `m.${at}`, plan.autoShutdown));
        const model = new Model();
        try {
          model.run(plan, commands, more, horizon);
        } catch (error) {
          if (error instanceof Tie) fc.pre(false);
          throw error;
        }
        const real = new Real();
        const { value } = await simulate(
          () => runReal(real, plan, { commands, more, until: horizon }),
          { seed },
        );
        assertEquals(real.log, model.log);
        assertEquals(value, model.result);
        assertEquals(real.alive, 0);
        seen[model.result]++;
      },
    ),
    { numRuns: 400 },
  );
  assert(seen.running > 20 && seen.failed > 20, JSON.stringify(seen));
});
