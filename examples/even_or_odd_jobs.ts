/**
 * The jobs of `even_or_odd.ts`.
 *
 * @module
 */

import { type Effect, sleep } from "@heddle/runtime";

/** Squares `n`, waits, and says what the square is: a coroutine, for work that waits. */
export function* describeAfter(n: number, ms: number): Generator<Effect<unknown>, string> {
  yield* sleep(ms);
  return describe(n);
}

/** The same with a computation in the place of the wait. */
export function describeBusily(n: number, ms: number): string {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return describe(n);
}

function describe(n: number): string {
  const square = n * n;
  return `${n}² = ${square} is ${square === 0 ? "zero" : square % 2 === 0 ? "even" : "odd"}`;
}
