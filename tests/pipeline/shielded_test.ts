import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Input,
  map,
  type Output,
  pipeline,
  run,
  shield,
  sleep,
  spawn,
  take,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

function* shieldedSource(output: Output<number>) {
  for (let n = 0;; n++) yield* shield(() => output.send(n));
}

Deno.test("what a shield sends when nobody wants it is dropped, and holds nothing up [S1][G4]", async () => {
  assertEquals((await simulate(() => pipeline(shieldedSource, take(2)))).value, [0, 1]);
  // A task that the shielded work has spawned is within the shield too.
  function* spawning(output: Output<number>) {
    for (let n = 0;; n++) {
      yield* shield(function* () {
        yield* yield* spawn(() => output.send(n));
      });
    }
  }
  assertEquals((await simulate(() => pipeline(spawning, take(2)))).value, [0, 1]);
  const failed = simulate(() =>
    pipeline(
      shieldedSource,
      map(function* (n) {
        yield* sleep(1);
        if (n === 3) throw new Error("boom");
        return n;
      }),
    )
  );
  await assertRejects(() => failed, Error, "boom");
});

Deno.test("a shielded send does not outlive the cancellation of its pipeline [S2]", async () => {
  const { value } = await simulate(function* () {
    const task = yield* spawn(() => pipeline(shieldedSource, map(() => sleep(1000))));
    yield* sleep(1);
    yield* task.cancel();
    return task.status;
  });
  assertEquals(value, "cancelled");
});

Deno.test("a shielded receive is told of the end when its stage is to be closed [G4]", async () => {
  let received = 0;
  function* source(output: Output<number>) {
    yield* output.send(0);
    yield* sleep(1e6);
  }
  function* stage(input: Input<number>, output: Output<number>) {
    for (;;) {
      const n = yield* shield(() => input.receive());
      received++;
      yield* output.send(n);
    }
  }
  const { value, time } = await simulate(() => pipeline(source, stage, take(1)));
  assertEquals([value, received, time], [[0], 1, 0]);
});

Deno.test("a pipeline within a shield closes its stages as ever [G4]", async () => {
  let sent = 0;
  function* source(output: Output<number>) {
    for (;; sent++) yield* output.send(sent);
  }
  assertEquals(await run(() => shield(() => pipeline(source, map((n) => n), take(1)))), [0]);
  assert(sent < 100, `${sent} sent`);
});
