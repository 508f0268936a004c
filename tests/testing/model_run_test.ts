import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Channel, type Effect, run, Semaphore, sleep, until, yieldNow } from "../../mod.ts";
import { type ModelCommand, modelRun, schedules, simulate } from "../../testing.ts";

/** A counter behind a limit; `lossy` loses what comes while it counts. */
class Counter {
  n = 0;
  readonly #semaphore = new Semaphore(1);
  readonly #lossy: boolean;

  constructor(lossy: boolean) {
    this.#lossy = lossy;
  }

  *add(by: number): Generator<Effect<unknown>, void, unknown> {
    const permit = this.#lossy ? null : yield* this.#semaphore.acquire();
    const { n } = this;
    yield* sleep(1);
    this.n = n + by;
    permit?.release();
  }
}

interface Model {
  sum: number;
}

class Add implements ModelCommand<Model, Counter> {
  readonly by: number;

  constructor(by: number) {
    this.by = by;
  }

  check(): boolean {
    return true;
  }

  *run(model: Model, counter: Counter): Generator<Effect<unknown>, void, unknown> {
    model.sum += this.by;
    yield* counter.add(this.by);
  }

  toString(): string {
    return `add(${this.by})`;
  }
}

class Look implements ModelCommand<Model, Counter> {
  check({ sum }: Model): boolean {
    return sum > 0;
  }

  run({ sum }: Model, { n }: Counter): void {
    if (n > sum) throw new Error(`${n} is more than ${sum}`);
  }

  toString(): string {
    return "look()";
  }
}

const commands = fc.commands<Model, Counter>([
  fc.integer({ min: 1, max: 9 }).map((by) => new Add(by)),
  fc.constant(new Look()),
], { maxCommands: 6 });

function property(lossy: boolean, concurrent: boolean) {
  return fc.asyncProperty(commands, schedules(), async (commands, schedule) => {
    await simulate(function* () {
      const model = { sum: 0 };
      const real = new Counter(lossy);
      yield* modelRun(() => ({ model, real }), commands, { concurrent });
      if (real.n !== model.sum) throw new Error(`${real.n} in the place of ${model.sum}`);
    }, { schedule });
  });
}

Deno.test("modelRun() runs commands of fast-check one after the other, on virtual time", async () => {
  await fc.assert(property(true, false), { numRuns: 100 });
});

Deno.test("modelRun() runs commands beside each other, and fast-check shrinks them", async () => {
  await fc.assert(property(false, true), { numRuns: 200 });
  const { failed, counterexample, error } = await fc.check(property(true, true), {
    numRuns: 200,
    seed: 2,
  }) as { failed: boolean; counterexample: unknown[]; error?: string; errorInstance?: Error };
  assert(failed, error);
  assertEquals(fc.stringify(counterexample[0]).replace(/\s*\/\*.*/s, ""), "add(1),add(1)");
});

Deno.test("modelRun() asks the model whether a command may run, and stops at the first that throws", async () => {
  const ran: string[] = [];
  const command = (name: string, allowed: boolean, fails = false) => ({
    check: () => allowed,
    run() {
      ran.push(name);
      if (fails) throw new Error(`${name} fails`);
    },
    toString: () => name,
  });
  const error = await assertRejects(() =>
    simulate(() =>
      modelRun(() => ({ model: {}, real: {} }), [
        command("a", true),
        command("b", false),
        command("c", true, true),
        command("d", true),
      ])
    )
  );
  assertMatch((error as Error).message, /c fails/);
  assertEquals(ran, ["a", "c"]);
  await assertRejects(
    () => simulate(() => modelRun(5 as never, [])),
    TypeError,
    "Cannot run commands",
  );
});

/** A command as fast-check has them, which awaits: the real thing is run by tasks of the simulation. */
class Put implements fc.AsyncCommand<{ size: number }, (n: number) => Promise<void>> {
  check = ({ size }: { size: number }): boolean => size < 3;
  async run(model: { size: number }, put: (n: number) => Promise<void>): Promise<void> {
    await put(model.size++);
  }
  toString = (): string => "put()";
}

Deno.test("fc.asyncModelRun and fc.scheduledModelRun drive a simulated program from outside", async () => {
  const puts = fc.commands([fc.constant(new Put())], { maxCommands: 5 });
  await fc.assert(
    fc.asyncProperty(puts, fc.scheduler(), fc.boolean(), async (commands, scheduler, scheduled) => {
      const { value, time } = await simulate(function* () {
        const channel = new Channel<number>({ capacity: 3 });
        const requests = new Channel<() => void>({ capacity: Infinity });
        const received: number[] = [];
        const setup = () => ({
          model: { size: 0 },
          real: (n: number) =>
            new Promise<void>((resolve) => {
              channel.trySend(n);
              requests.trySend(resolve);
            }),
        });
        const server = run(function* server() {
          for (;;) {
            const answer = yield* requests.receive();
            yield* yieldNow();
            received.push(yield* channel.receive());
            answer();
          }
        });
        yield* until(async () => {
          if (!scheduled) return await fc.asyncModelRun(setup, commands);
          const running = fc.scheduledModelRun(scheduler, setup, commands);
          await scheduler.waitFor(running);
        });
        yield* server.cancel();
        return received;
      });
      assertEquals([value, time], [value.map((_, at) => at), 0]);
    }),
    { numRuns: 30 },
  );
});
