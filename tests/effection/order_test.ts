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

const { part: parts } = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constantFrom("step", "send", "receive", "context") }),
    fc.record({
      kind: fc.constantFrom("spawn", "scoped", "all", "race", "resource", "halt"),
      parts: fc.array(tie("part"), { maxLength: 4 }),
    }),
  ) as fc.Arbitrary<Part>,
}));

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

Deno.test({
  name: "useHeddle() takes the steps of any program in Effection's order [I1]",
  // Effection 4.0 loses halts in its own `scoped`, which useHeddle repairs.
  ignore: !("allSettled" in fx),
  fn: inOrder,
});

async function inOrder(): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(parts, { maxLength: 5 }), async (program) => {
      const [ofEffection, ofHeddle] = [[], []] as [string[], string[]];
      const [[, effection], [, heddle]] = drivers;
      const first = await effection(() => perform(program, "0", ofEffection));
      const second = await heddle(() => perform(program, "0", ofHeddle));
      assertEquals([second, ...ofHeddle], [first, ...ofEffection]);
    }),
    { numRuns: 200 },
  );
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
