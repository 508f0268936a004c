import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Channel, type Effect, type Semaphore, yieldNow } from "../../mod.ts";
import { programs, schedules, simulate } from "../../testing.ts";

class Account {
  balance = 0;

  *deposit(amount: number): Generator<Effect<unknown>, number, unknown> {
    const { balance } = this;
    yield* yieldNow();
    return this.balance = balance + amount;
  }
}

const deposits = programs<Account>({
  deposit: { args: fc.integer({ min: 1, max: 50 }), run: (account, n) => account.deposit(n) },
  look: { run: ({ balance }) => balance },
});

Deno.test("programs() and schedules() find the smallest program in which an object fails, and its order", async () => {
  const property = fc.asyncProperty(deposits, schedules(), async (program, schedule) => {
    await simulate(function* () {
      const account = new Account();
      const results = yield* program.run(account);
      const sum = results.flat().filter(({ action }) => action === "deposit")
        .reduce((sum, { args }) => sum + (args as number), 0);
      if (account.balance !== sum) throw new Error(`${account.balance} in the place of ${sum}`);
    }, { schedule });
  });
  const { failed, counterexample } = await fc.check(property, { seed: 1, numRuns: 300 });
  assert(failed);
  assertMatch(
    fc.stringify(counterexample![0]),
    /^\ntask 1: deposit\(1\)\ntask 2: deposit\(1\)\n$|^\ntask 1: spawn \{ deposit\(1\) \}; deposit\(1\)\n$/,
  );
});

Deno.test("a generated program gives what came of its actions, by task and in order", async () => {
  await fc.assert(fc.asyncProperty(deposits, async (program) => {
    const { value } = await simulate(() => program.run(new Account()), { seed: 1 });
    assertEquals(value.length, String(program).split("\n").length);
    for (const { action, value: result } of value.flat()) {
      assert(action === "deposit" || action === "look");
      assertEquals(typeof result, "number");
    }
  }));
});

Deno.test("a generated program throws what an action throws, other than its own timeouts", async () => {
  const failing = programs<null>({
    fail: {
      run: () => {
        throw new RangeError("broken");
      },
    },
  }, { between: false });
  const [program] = fc.sample(failing.filter((program) => String(program).includes("fail")), 1);
  await assertRejects(() => simulate(() => program.run(null)), RangeError, "broken");
  const waiting = programs<Channel<number>>({ wait: { run: (channel) => channel.receive() } });
  const [timed] = fc.sample(
    waiting.filter((program) => /^task 1: timeout\(\d\) \{ wait\(\) \}$/.test(String(program))),
    1,
  );
  await simulate(() => timed.run(new Channel()));
});

Deno.test("programs() keep to their bounds, and refuse what is no action", () => {
  const bounded = programs<Semaphore>({ hold: { run: (it) => it.withPermit(yieldNow) } }, {
    maxTasks: 2,
    maxActions: 1,
    between: false,
  });
  for (const program of fc.sample(bounded, 200)) {
    assertMatch(String(program), /^task 1: (hold\(\))?(\ntask 2: (hold\(\))?)?$/);
  }
  assertThrows(() => programs({}), TypeError, "Cannot generate programs");
  assertThrows(() => programs({ a: 5 as never }), TypeError, "Cannot generate programs");
});
