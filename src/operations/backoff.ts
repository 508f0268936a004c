/**
 * How long to wait before trying again: what `retry`, supervisors and executors have in common.
 *
 * @module
 */

import { checkOptions, describe } from "../kernel/work.ts";
import { checkMs } from "./sleep.ts";

/**
 * What chance does to a delay, so that many who failed together do not come back together. With `d` the delay that the
 * backoff gives:
 *
 * - `"none"`: `d`.
 * - `"full"`: between 0 and `d`.
 * - `"equal"`: between `d / 2` and `d`.
 * - `"decorrelated"`: between the first delay and three times the one before, up to the longest; it does not follow `d`.
 *
 * (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, which also measures them: `"full"` makes
 * the fewest calls, `"decorrelated"` is a little faster.)
 */
export type Jitter = "none" | "full" | "equal" | "decorrelated";

/** The delays between tries. Unchangeable, so one may serve any number of users. */
export interface Backoff {
  /**
   * The delay before the next try, without chance.
   *
   * @param failures how many tries have failed, at least 1
   * @returns milliseconds, at least 0
   */
  delay(failures: number): number;
  /**
   * What chance does to it.
   *
   * @default "none"
   */
  readonly jitter?: Jitter;
  /**
   * The longest delay, in milliseconds.
   *
   * @default Infinity
   */
  readonly max?: number;
}

/** How a growing backoff is made. */
export interface GrowthOptions {
  /**
   * The first delay, in milliseconds.
   *
   * @default 100
   */
  initial?: number;
  /**
   * The longest delay, in milliseconds.
   *
   * @default 30_000
   */
  max?: number;
  /**
   * What chance does to each delay.
   *
   * @default "none"
   */
  jitter?: Jitter;
}

/** How an exponential backoff is made. */
export interface ExponentialOptions extends GrowthOptions {
  /**
   * By what each delay is the one before multiplied; at least 1.
   *
   * @default 2
   */
  factor?: number;
}

/** How a fixed backoff is made. */
export interface FixedOptions {
  /**
   * What chance does to each delay.
   *
   * @default "none"
   */
  jitter?: Jitter;
}

/**
 * Delays that grow by a factor: `initial`, `initial * factor`, `initial * factor²` … up to `max`.
 *
 * @example
 * ```ts
 * import { exponential } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const backoff = exponential({ initial: 100, factor: 3, max: 1000 });
 * assertEquals([1, 2, 3, 4].map((failures) => backoff.delay(failures)), [100, 300, 900, 1000]);
 * ```
 *
 * @param options the first delay, the factor, the longest delay, the jitter
 * @throws {TypeError} when an option has the wrong type
 * @throws {RangeError} when a delay is negative or `NaN`, or `factor` less than 1
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  checkOptions(options, "create a backoff");
  const { factor = 2 } = options;
  if (typeof factor !== "number" || !(factor >= 1)) {
    const ErrorClass = typeof factor === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot create a backoff: 'factor' must be a number, at least 1: current value is ${
        describe(factor)
      }`,
    );
  }
  return new Growing(options, (failures) => factor ** (failures - 1));
}

/**
 * Delays that grow as the Fibonacci numbers do: `initial` times 1, 1, 2, 3, 5, 8 … up to `max`. Slower at first than
 * {@linkcode exponential}, and by a factor of 1.618 in the end.
 *
 * @example
 * ```ts
 * import { fibonacci } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const backoff = fibonacci({ initial: 10 });
 * assertEquals([1, 2, 3, 4, 5].map((failures) => backoff.delay(failures)), [10, 10, 20, 30, 50]);
 * ```
 *
 * @param options the first delay, the longest delay, the jitter
 * @throws {TypeError} when an option has the wrong type
 * @throws {RangeError} when a delay is negative or `NaN`
 */
export function fibonacci(options: GrowthOptions = {}): Backoff {
  return new Growing(options, fibonacciNumber);
}

/**
 * The same delay each time.
 *
 * @example
 * ```ts
 * import { fixed } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fixed(50).delay(7), 50);
 * ```
 *
 * @param ms the delay, in milliseconds
 * @param options the jitter
 * @throws {TypeError} when `ms` is not a number, or an option has the wrong type
 * @throws {RangeError} when `ms` is negative or `NaN`
 */
export function fixed(ms: number, options: FixedOptions = {}): Backoff {
  checkMs(ms, "create a backoff", "ms");
  checkOptions(options, "create a backoff");
  checkJitter(options.jitter, "create a backoff");
  const { jitter = "none" } = options;
  return { delay: () => ms, jitter, max: ms };
}

/** What {@linkcode delayAfter} goes by. */
export interface DelayOptions {
  /** How many tries have failed, at least 1. */
  failures: number;
  /** The delay before the last try, in milliseconds; `undefined` before the second. */
  previous: number | undefined;
  /** Gives numbers from 0 up to 1. */
  random: () => number;
  /** What chance does, in the place of what the backoff says. */
  jitter?: Jitter | undefined;
}

/** The delay before the next try, chance included, in milliseconds. */
export function delayAfter(backoff: Backoff, options: DelayOptions): number {
  const { failures, previous, random, jitter = backoff.jitter ?? "none" } = options;
  const delay = backoff.delay(failures);
  switch (jitter) {
    case "none":
      return delay;
    case "full":
      return random() * delay;
    case "equal":
      return delay / 2 + random() * delay / 2;
    case "decorrelated": {
      const first = backoff.delay(1);
      const highest = Math.max(first, 3 * (previous ?? first));
      return Math.min(backoff.max ?? Infinity, first + random() * (highest - first));
    }
  }
}

/** Throws a `TypeError` unless `backoff` is one, or not given. */
export function checkBackoff(backoff: unknown, verb: string): asserts backoff is Backoff {
  if (typeof (backoff as Backoff | null | undefined)?.delay !== "function") {
    throw new TypeError(
      `Cannot ${verb}: 'backoff' must be a Backoff, as exponential() makes one: current value is ${
        describe(backoff)
      }`,
    );
  }
  checkJitter((backoff as Backoff).jitter, verb);
}

/** Throws a `TypeError` unless `jitter` is a kind of it, or not given. */
export function checkJitter(jitter: unknown, verb: string): asserts jitter is Jitter | undefined {
  if (
    jitter === undefined || jitter === "none" || jitter === "full" || jitter === "equal" ||
    jitter === "decorrelated"
  ) return;
  throw new TypeError(
    `Cannot ${verb}: 'jitter' must be "none", "full", "equal" or "decorrelated": current value is ${
      describe(jitter)
    }`,
  );
}

class Growing implements Backoff {
  readonly jitter: Jitter;
  readonly max: number;
  readonly #initial: number;
  readonly #growth: (failures: number) => number;

  constructor(options: GrowthOptions, growth: (failures: number) => number) {
    checkOptions(options, "create a backoff");
    const { initial = 100, max = 30_000, jitter = "none" } = options;
    checkMs(initial, "create a backoff", "initial");
    checkMs(max, "create a backoff", "max");
    checkJitter(jitter, "create a backoff");
    this.#initial = initial;
    this.#growth = growth;
    this.max = max;
    this.jitter = jitter;
  }

  delay(failures: number): number {
    // 0 times an overflow to Infinity would be NaN.
    return this.#initial === 0 ? 0 : Math.min(this.max, this.#initial * this.#growth(failures));
  }
}

/** The n-th Fibonacci number, beginning with 1, 1; exact up to the 78th, as far as doubles are. O(n), up to infinity. */
function fibonacciNumber(n: number): number {
  let [number, next] = [1, 1];
  for (let i = 1; i < n && number < Infinity; i++) [number, next] = [next, number + next];
  return number;
}
