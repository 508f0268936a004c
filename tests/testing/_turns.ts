/**
 * Small programs whose order matters.
 *
 * @module
 */

import { all, type Effect, yieldNow } from "../../mod.ts";
import { counting } from "./_scenes.ts";

/** Two tasks of which one may lose the count of the other. */
export function* lossy() {
  yield* counting(function* increment(counter) {
    const { n } = counter;
    yield* yieldNow();
    counter.n = n + 1;
  });
}

/** Three tasks that write down their turns. */
export function* turns(count: number): Generator<Effect<unknown>, string, unknown> {
  const order: string[] = [];
  function* turn(name: string) {
    for (let i = 0; i < count; i++) {
      order.push(name);
      yield* yieldNow();
    }
  }
  yield* all({ a: () => turn("a"), b: () => turn("b"), c: () => turn("c") });
  return order.join("");
}
