/**
 * Trying again.
 *
 * @module
 */

import { Composite } from "../kernel/composite.ts";
import {
  type AwaitableOperation,
  BaseEffect,
  type Effect,
  type Operation,
  perform,
} from "../kernel/effect.ts";
import { CancelledError } from "../kernel/errors.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { defaultScheduler } from "../kernel/scheduler.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CANCELLING } from "../kernel/task_bits.ts";
import { checkOptions, describe, type Thunk } from "../kernel/work.ts";
import {
  type Backoff,
  checkBackoff,
  checkJitter,
  delayAfter,
  exponential,
  type Jitter,
} from "./backoff.ts";
import { sleep } from "./sleep.ts";

/** When and how often to try again. */
export interface RetryPolicy {
  /**
   * How many tries there are in all; a whole number, at least 1, or `Infinity`.
   *
   * @default 3
   */
  attempts?: number;
  /**
   * The delays between tries.
   *
   * @default exponential()
   */
  backoff?: Backoff;
  /**
   * What chance does to the delays, in the place of what the backoff says.
   *
   * @default that of the backoff
   */
  jitter?: Jitter;
  /**
   * Whether to try again after an error.
   *
   * @default after every error
   */
  when?: (error: unknown) => boolean;
}

/** A try that failed. */
export interface FailedAttempt {
  /** Which try it was, from 1. */
  readonly attempt: number;
  /** What it threw. */
  readonly error: unknown;
  /** How long the wait after it was, in milliseconds; `undefined` when there was no further try. */
  readonly delay: number | undefined;
}

/** Of how many failed tries the errors are kept: an endless retry must not gather them without end. */
const remembered = 100;

/** By the error that a `retry` threw. */
const attemptsByError = new WeakMap<object, readonly FailedAttempt[]>();

/**
 * Runs `work`, and again after a failure, as `policy` says. Each try is a scope of its own: what it spawned has ended, and
 * its cleanup is done, before the wait for the next. `currentTask().attempt` tells the work which one it is in.
 * A cancellation is never retried: neither that of the task nor a `CancelledError` that the work throws.
 *
 * @example
 * ```ts
 * import { attemptsOf, currentTask, fixed, retry, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const flaky = () => {
 *   if (currentTask().attempt < 3) throw new Error("not yet");
 *   return 42;
 * };
 * assertEquals(await run(() => retry({ attempts: 5, backoff: fixed(1) }, flaky)), 42);
 *
 * const error = await run(() => retry({ attempts: 2, backoff: fixed(1) }, flaky)).catch((error) => error);
 * assertEquals(attemptsOf(error).map((failed) => failed.attempt), [1, 2]);
 * ```
 *
 * @param policy how often, when, and after what delays
 * @param work a function; an operation too, when it can be run more than once, as `channel.receive()` can and a generator
 * object cannot
 * @returns the result of the first try that succeeds
 * @throws the error of the last try, as it is; {@linkcode attemptsOf} tells of the others
 * @throws {TypeError} when `work` or an option has the wrong type
 * @throws {RangeError} when `attempts` is not a whole number of at least 1
 */
export function retry<T>(policy: RetryPolicy, work: Operation<T> | Thunk<T>): AwaitableOperation<T>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function retry<T>(policy: RetryPolicy, work: () => Promise<T> | T): AwaitableOperation<T>;
export function retry<T>(
  policy: RetryPolicy,
  work: Operation<T> | Thunk<T>,
): AwaitableOperation<T> {
  checkRetryPolicy(policy, "retry");
  const thunk = thunkOf(work, "retry", "'work'");
  if (typeof work !== "function" && typeof (work as unknown as Iterator<T>).next === "function") {
    throw new TypeError(
      "Cannot retry: a generator object runs only once: pass a function that makes one, as in retry(policy, () => work())",
    );
  }
  return new Retry<T>(policy, thunk);
}

/**
 * What a `retry` tried before it threw `error`, the first try first. The error itself is not touched.
 *
 * @param error what was caught
 * @returns its failed tries, of very many the last hundred; none when it does not come from a `retry`, or is not an object
 */
export function attemptsOf(error: unknown): readonly FailedAttempt[] {
  return (typeof error === "object" && error !== null && attemptsByError.get(error)) || [];
}

/** Throws unless `policy` says how to retry. */
export function checkRetryPolicy(policy: unknown, verb: string): asserts policy is RetryPolicy {
  checkOptions(policy, verb, "policy");
  const { attempts, backoff, jitter, when } = policy as RetryPolicy;
  if (
    attempts !== undefined && attempts !== Infinity && !(Number.isInteger(attempts) && attempts > 0)
  ) {
    const ErrorClass = typeof attempts === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot ${verb}: 'attempts' must be a whole number, at least 1, or Infinity: current value is ${
        describe(attempts)
      }`,
    );
  }
  if (backoff !== undefined) checkBackoff(backoff, verb);
  checkJitter(jitter, verb);
  if (when !== undefined && typeof when !== "function") {
    throw new TypeError(
      `Cannot ${verb}: 'when' must be a function: current value is ${describe(when)}`,
    );
  }
}

class Retry<T> extends Composite<T> {
  readonly description = "retry()";
  readonly #policy: RetryPolicy;
  readonly #work: Thunk<T>;

  constructor(policy: RetryPolicy, work: Thunk<T>) {
    super();
    this.#policy = policy;
    this.#work = work;
  }

  *steps(): Generator<Effect<unknown>, T, unknown> {
    const { attempts = 3, backoff = exponential(), jitter, when } = this.#policy;
    const failed: FailedAttempt[] = [];
    let delay: number | undefined = undefined;
    for (let attempt = 1;; attempt++) {
      const cleaning = isCancelling();
      try {
        return yield* new Attempt<T>(this.#work, attempt);
      } catch (error) {
        // What a cancelled attempt throws is the failure of its cleanup, and there is no next.
        if (error instanceof CancelledError || isCancelling() !== cleaning) throw error;
        if (failed.length === remembered) failed.shift();
        if (attempt >= attempts || when?.(error) === false) {
          failed.push({ attempt, error, delay: undefined });
          if (typeof error === "object" && error !== null) attemptsByError.set(error, failed);
          throw error;
        }
        const { random } = running?.scheduler ?? defaultScheduler();
        delay = delayAfter(backoff, { failures: attempt, previous: delay, random, jitter });
        failed.push({ attempt, error, delay });
      }
      yield* sleep(delay);
    }
  }
}

/** Whether the running task has been cancelled, as it also has been while it cleans up. */
function isCancelling(): boolean {
  return running !== null && (running.bits & CANCELLING) !== 0;
}

class Attempt<T> extends BaseEffect<T> {
  readonly #work: Thunk<T>;
  readonly #attempt: number;

  constructor(work: Thunk<T>, attempt: number) {
    super();
    this.#work = work;
    this.#attempt = attempt;
  }

  get description(): string {
    return `attempt ${this.#attempt} of retry()`;
  }

  [perform](task: TaskNode): boolean {
    const group = new SingleGroup(task, this, this.#work, task.name);
    group.child.coldPart().attempt = this.#attempt;
    return group.begin();
  }
}
