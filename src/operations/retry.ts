/**
 * Trying again.
 *
 * @module
 */

import { BaseOperation, type Effect, type Operation } from "../kernel/effect.ts";
import { CancelledError } from "../kernel/errors.ts";
import { thunkOf } from "../kernel/group.ts";
import { describe, type Thunk } from "../kernel/work.ts";
import { type Backoff, exponential } from "./backoff.ts";
import { scope } from "./scope.ts";
import { sleep } from "./sleep.ts";

/** When and how often to try again. */
export interface RetryPolicy {
  /**
   * How many attempts there are in all.
   *
   * @default 3
   */
  attempts?: number;
  /**
   * How long to wait before each further one.
   *
   * @default exponential()
   */
  backoff?: Backoff;
  /**
   * Which errors are worth another attempt.
   *
   * @default all but a cancellation
   */
  when?: (error: unknown) => boolean;
}

/**
 * Runs `work` until it succeeds, up to a number of attempts, each in a scope of its own. A cancellation is never retried.
 *
 * @example
 * ```ts
 * import { fixed, retry, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * let calls = 0;
 * const value = await run(() =>
 *   retry({ attempts: 3, backoff: fixed(1) }, () => {
 *     if (++calls < 3) throw new Error("not yet");
 *     return "now";
 *   })
 * );
 * assertEquals([value, calls], ["now", 3]);
 * ```
 *
 * @param policy how many attempts, what between them, after which errors
 * @param work what to try
 * @returns what the first attempt that succeeds returns
 * @throws what the last attempt threw
 */
export function retry<T>(policy: RetryPolicy, work: Operation<T> | Thunk<T>): Operation<T> {
  checkRetryPolicy(policy);
  return new Retry<T>(policy, thunkOf(work, "retry", "'work'"));
}

/** Throws unless `policy` is one. */
export function checkRetryPolicy(policy: unknown): asserts policy is RetryPolicy {
  if (typeof policy !== "object" || policy === null) {
    throw new TypeError(
      `Cannot retry: 'policy' must be an object: current value is ${describe(policy)}`,
    );
  }
  const { attempts, backoff, when } = policy as RetryPolicy;
  if (
    attempts !== undefined && attempts !== Infinity &&
    !(Number.isInteger(attempts) && attempts >= 1)
  ) {
    const ErrorClass = typeof attempts === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot retry: 'attempts' must be a whole number, at least 1, or Infinity: current value is ${
        describe(attempts)
      }`,
    );
  }
  for (const [name, value] of Object.entries({ backoff, when })) {
    if (value === undefined || typeof value === "function") continue;
    throw new TypeError(
      `Cannot retry: '${name}' must be a function: current value is ${describe(value)}`,
    );
  }
}

class Retry<T> extends BaseOperation<T> {
  readonly #policy: RetryPolicy;
  readonly #work: Thunk<T>;

  constructor(policy: RetryPolicy, work: Thunk<T>) {
    super();
    this.#policy = policy;
    this.#work = work;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, T, unknown> {
    const { attempts = 3, backoff = exponential(), when = () => true } = this.#policy;
    for (let attempt = 1;; attempt++) {
      try {
        return yield* scope(this.#work, { name: this.#work.name || "retry" });
      } catch (error) {
        if (attempt >= attempts || error instanceof CancelledError || !when(error)) throw error;
      }
      yield* sleep(backoff(attempt));
    }
  }
}
