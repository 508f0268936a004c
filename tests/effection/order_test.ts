/** Programs that count on the order in which Effection takes steps. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as fx from "effection";
import type { Effect } from "../../mod.ts";
import { drivers, ours } from "./_drivers.ts";

type Op<T = unknown> = Generator<Effect<unknown>, T, unknown>;

/** A program: what its parts do, in order. */
type Part =
  | { kind: "step" | "send" | "receive" | "context" }
  | { kind: "spawn" | "scoped" | "all" | "race" | "resource" | "halt"; parts: Part[] };

/** Effection 4.0 forgets a halt that comes while `scoped` waits, and goes on after it. */
const losesHalts = !("allSettled" in fx);

const { any, steady } = fc.letrec<{ any: Part; halted: Part; steady: Part }>((tie) => {
  const leaf = fc.record({ kind: fc.constantFrom("step", "send", "receive", "context") });
  const node = (inner: "any" | "halted" | "steady", ...kinds: string[]) =>
    fc.record({ kind: fc.constantFrom(...kinds), parts: fc.array(tie(inner), { maxLength: 4 }) });
  const oneOf = (...parts: fc.Arbitrary<unknown>[]) =>
    fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, ...parts) as fc.Arbitrary<Part>;
  return {
    any: oneOf(node("any", "spawn", "scoped", "all", "race", "resource", "halt")),
    // No halt comes to these, but to the tasks that they spawn, in which nothing is scoped.
    steady: oneOf(
      node("steady", "scoped", "all", "resource"),
      node("halted", "spawn", "race", "halt"),
    ),
    halted: oneOf(node("halted", "spawn", "all", "race", "resource", "halt")),
  };
});

const place = fx.createContext<string>("place", "root");

function* perform(program: readonly Part[], name: string, log: string[]): Op<string> {
  const channel = fx.createChannel<string, void>();
  const inbox = yield* channel;
  yield* fx.ensure(() => void log.push(`${name} over`));
  for (const [index, part] of program.entries()) {
    const inner = `${name}.${index}`;
    const body = () => "parts" in part ? perform(part.parts, inner, log) : perform([], inner, log);
    log.push(inner);
    if (part.kind === "step") yield* fx.call(() => log.push(`${inner} called`));
    else if (part.kind === "send") {
      yield* fx.spawn(function* () {
        yield* channel.send(inner);
        log.push(`${inner} sent`);
      });
    } else if (part.kind === "receive") {
      yield* channel.send(`own ${inner}`);
      log.push(`${inner} received ${(yield* inbox.next()).value}`);
    } else if (part.kind === "context") {
      yield* place.with(inner, function* () {
        log.push(yield* yield* fx.spawn(() => place.expect()));
      });
    } else if (part.kind === "spawn") yield* fx.spawn(body);
    else if (part.kind === "scoped") log.push(yield* fx.scoped(body));
    else if (part.kind === "all") log.push(...(yield* fx.all([body(), body()])));
    else if (part.kind === "race") log.push(yield* fx.race([body(), body()]));
    else if (part.kind === "halt") yield* (yield* fx.spawn(body)).halt();
    else {
      yield* fx.resource<void>(function* (provide) {
        yield* body();
        yield* provide();
      });
    }
  }
  return `${name} returned`;
}

/** The result, or of what the program died: 4.0 does so by an error of its own in some programs. */
async function outcome(program: () => PromiseLike<string>): Promise<string> {
  try {
    return await program();
  } catch (error) {
    return `died of ${error}`;
  }
}

const programs = losesHalts ? "that halts nothing in scoped(), where 4.0 loses it" : "at all";

Deno.test(`useHeddle() takes the steps in Effection's order, for any program ${programs} [I1]`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(losesHalts ? steady : any, { maxLength: 5 }), async (program) => {
      const [ofEffection, ofHeddle] = [[], []] as [string[], string[]];
      const [[, effection], [, heddle]] = drivers;
      const first = await outcome(() => effection(() => perform(program, "0", ofEffection)));
      const second = await outcome(() => heddle(() => perform(program, "0", ofHeddle)));
      assertEquals([second, ...ofHeddle], [first, ...ofEffection]);
    }),
    { numRuns: 200 },
  );
});

for (const [driver, drive] of drivers) {
  const outcome = driver === "Effection" && losesHalts ? "is lost, as 4.0 does" : "is not lost";
  Deno.test(`a halt in scoped() ${outcome}, run by ${driver} [S3]`, async () => {
    const log = await drive(function* () {
      const log: string[] = [];
      const task = yield* fx.spawn(function* () {
        yield* fx.scoped(function* () {
          yield* fx.ensure(() => void log.push("cleaned"));
          yield* fx.suspend();
        });
        log.push("went on");
        yield* fx.sleep(0);
      });
      yield* fx.sleep(0);
      yield* task.halt();
      return log;
    });
    assertEquals(log, outcome === "is not lost" ? ["cleaned"] : ["cleaned", "went on"]);
  });
}

for (
  const [driver, drive] of [
    ["heddle", ours] as const,
    ...drivers,
  ]
) {
  Deno.test(`who finds nothing to do and then subscribes misses nothing, run by ${driver} [I1]`, async () => {
    const done = await drive(function* () {
      const bell = fx.createChannel<void, never>();
      const work: number[] = [];
      const done: number[] = [];
      yield* fx.spawn(function* () {
        for (;;) {
          const job = work.shift();
          if (job !== undefined) done.push(job);
          else yield* (yield* bell).next();
        }
      });
      for (let i = 0; i < 20; i++) {
        work.push(i);
        yield* bell.send();
        if (i % 3 === 0) yield* fx.sleep(0);
      }
      yield* fx.sleep(1);
      return done.length;
    });
    assertEquals(done, 20);
  });
}
