/**
 * How long to wait before the next try.
 *
 * @module
 */

import { describe } from "../kernel/work.ts";

/**
 * The delay before a further attempt, in milliseconds, given how many attempts have failed, from 1. Shared by `retry`,
 * supervisors and executors.
 */
export type Backoff = (failures: number) => number;

/**
 * How chance spreads delays, so that many who failed together do not come back together: `"full"` between 0 and the
 * delay, `"equal"` between half of it and the whole, `"none"` not at all. (M. Brooker, "Exponential backoff and jitter",
 * AWS Architecture Blog, 2015.)
 */
export type Jitter = "none" | "equal" | "full";

/** Where chance comes from; a simulation puts its seeded source here. */
export const chance: { next: () => number } = { next: Math.random };

/** How delays grow. */
export interface ExponentialOptions {
  /**
   * The first delay, in milliseconds.
   *
   * @default 100
   */
  initial?: number;
  /**
   * How many times as long each delay is as the one before.
   *
   * @default 2
   */
  factor?: number;
  /**
   * The longest delay, in milliseconds.
   *
   * @default 30000
   */
  max?: number;
  /**
   * How chance spreads the delays.
   *
   * @default "full"
   */
  jitter?: Jitter;
}

/**
 * Delays that grow by a factor: 100, 200, 400 ms and so on, up to a cap, spread by chance.
 *
 * @example
 * ```ts
 * import { exponential } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const backoff = exponential({ initial: 10, max: 35, jitter: "none" });
 * assertEquals([1, 2, 3].map(backoff), [10, 20, 35]);
 * ```
 *
 * @param options how they begin, grow, end and spread
 * @throws {RangeError} when a time is negative, or `factor` below 1
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  const { initial = 100, factor = 2, max = 30_000, jitter = "full" } = options;
  checkTime(initial, "initial");
  checkTime(max, "max");
  if (!(typeof factor === "number" && factor >= 1)) {
    throw new RangeError(
      `Cannot back off: 'factor' must be a number, at least 1: current value is ${
        describe(factor)
      }`,
    );
  }
  checkJitter(jitter);
  return (failures) => spread(Math.min(max, initial * factor ** (failures - 1)), jitter);
}

/**
 * The same delay each time.
 *
 * @param ms the delay, in milliseconds
 * @throws {RangeError} when it is negative
 */
export function fixed(ms: number): Backoff {
  checkTime(ms, "ms");
  return () => ms;
}

/** How delays of a Fibonacci sequence grow. */
export type FibonacciOptions = Omit<ExponentialOptions, "factor">;

/**
 * Delays that grow as the Fibonacci numbers, more gently than doubling: 100, 100, 200, 300, 500 ms and so on.
 *
 * @param options how they begin, end and spread; without jitter unless it is asked for
 * @throws {RangeError} when a time is negative
 */
export function fibonacci(options: FibonacciOptions = {}): Backoff {
  const { initial = 100, max = 30_000, jitter = "none" } = options;
  checkTime(initial, "initial");
  checkTime(max, "max");
  checkJitter(jitter);
  return (failures) => {
    let [a, b] = [initial, initial];
    for (let n = 1; n < failures && a < max; n++) [a, b] = [b, a + b];
    return spread(Math.min(max, a), jitter);
  };
}

function spread(ms: number, jitter: Jitter): number {
  if (jitter === "none") return ms;
  return jitter === "full" ? ms * chance.next() : ms / 2 + (ms / 2) * chance.next();
}

function checkTime(ms: unknown, name: string): void {
  if (typeof ms === "number" && ms >= 0) return;
  const ErrorClass = typeof ms === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot back off: '${name}' must be a number of milliseconds, at least 0: current value is ${
      describe(ms)
    }`,
  );
}

function checkJitter(jitter: unknown): void {
  if (jitter === "none" || jitter === "equal" || jitter === "full") return;
  throw new TypeError(
    `Cannot back off: 'jitter' must be "none", "equal" or "full": current value is ${
      describe(jitter)
    }`,
  );
}
