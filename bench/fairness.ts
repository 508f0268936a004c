/**
 * How long the host waits for its turn while coroutines are busy.
 *
 * @module
 */

import { Channel, type Operation, run, spawn, until, yieldNow } from "@heddle/runtime";

const trials = 30;
const timer = 10;
const bar = 30;

const ready = new Channel<number>({ capacity: 1 });

const loops: { readonly [of: string]: () => Operation<unknown> } = {
  "yieldNow": yieldNow,
  "promises": () => until(Promise.resolve()),
  "spawns and joins": function* () {
    yield* yield* spawn(() => 1);
  },
  "a channel that is ready": function* () {
    yield* ready.send(1);
    yield* ready.receive();
  },
};

/** Measures, and says what came out. */
export async function fairness(): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, turn] of Object.entries(loops)) {
    const busy = run(function* () {
      for (;;) yield* turn();
    });
    let worst = 0;
    for (let trial = 0; trial < trials; trial++) {
      const began = performance.now();
      await new Promise((resolve) => setTimeout(resolve, timer));
      worst = Math.max(worst, performance.now() - began);
    }
    await busy.cancel();
    const what = `a host timer of ${timer} ms beside ${name}, the worst of ${trials}`;
    const verdict = `bar ${worst <= bar ? "kept" : "MISSED"}`;
    lines.push(`${what.padEnd(72)} ${worst.toFixed(0).padStart(4)} ms   ${verdict}`);
  }
  return lines;
}
