/**
 * A circuit breaker: calls to something that fails again and again are refused for a while, which spares the caller the
 * wait and gives the other side time to heal. (M. Nygard, "Release It!", 2007.)
 *
 * | state     | a call                                  | leaves it when                                                      |
 * | --------- | --------------------------------------- | ------------------------------------------------------------------- |
 * | closed    | goes through                            | `failures` calls failed within `within` → open                      |
 * | open      | is refused, with `CircuitOpenError`     | the cooldown is over → half-open                                    |
 * | half-open | goes through, `trials` at a time; the   | `successes` trials succeeded → closed; one failed → open            |
 * |           | others are refused                      |                                                                     |
 *
 * What a call comes to counts only in the period, from one change of state to the next, in which it began: one that hangs
 * until the circuit has opened and closed again says nothing about now. A call that is cancelled counts neither way.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import { BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { CancelledError } from "../kernel/errors.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { running } from "../kernel/running.ts";
import { defaultScheduler } from "../kernel/scheduler.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe, type Thunk } from "../kernel/work.ts";
import { witness } from "../kernel/witness.ts";
import { checkMs } from "../operations/sleep.ts";
import { Broadcast } from "../sync/broadcast.ts";
import { CircuitOpenError } from "./errors.ts";

/** Whether calls go through (`closed`), are refused (`open`), or are let through on trial (`half-open`). */
export type CircuitState = "closed" | "open" | "half-open";

/** How a circuit breaker behaves. */
export interface CircuitBreakerOptions {
  /**
   * How many calls must fail within `within` for the circuit to open; a whole number, at least 1.
   *
   * @default 5
   */
  failures?: number;
  /**
   * How long a failure counts, in milliseconds, above 0.
   *
   * @default 60_000
   */
  within?: number;
  /**
   * How long the circuit stays open before calls are tried again, in milliseconds.
   *
   * @default 30_000
   */
  cooldown?: number;
  /**
   * How many trials must succeed for the circuit to close; a whole number, at least 1.
   *
   * @default 1
   */
  successes?: number;
  /**
   * How many trials there may be at a time; a whole number, at least 1.
   *
   * @default 1
   */
  trials?: number;
  /**
   * Whether an error says that the other side is in trouble; one that does not, such as "not found", is a success. When
   * this throws, the call throws both errors, as an `AggregateError`, and counts neither way.
   *
   * @default every error does
   */
  isFailure?: (error: unknown) => boolean;
  /**
   * What to call it in messages.
   *
   * @default "circuit"
   */
  name?: string;
}

/** The circuit went from one state to another. */
export interface CircuitChange {
  /** The state before. */
  readonly from: CircuitState;
  /** The state now. */
  readonly to: CircuitState;
  /** The error that opened it; `undefined` when it did not open, or by hand. */
  readonly error: unknown;
}

/** Lets calls through while they succeed, and refuses them for a while when they fail. */
export interface CircuitBreaker {
  /** What it is called. */
  readonly name: string;
  /** Where it stands now. */
  readonly state: CircuitState;
  /** How many failures count at the moment. */
  readonly failures: number;
  /** Each change of state, from the subscription on. */
  readonly changes: Broadcast<CircuitChange>;
  /**
   * Runs `work`, in a scope of its own, when the state lets it through.
   *
   * @returns what the work returns
   * @throws {CircuitOpenError} at once, and without running it, when the state does not
   * @throws what the work throws
   */
  call<T>(work: Operation<T> | Thunk<T>): Operation<T>;
  /** The same, for work that returns something iterable, such as a string or an array. */
  call<T>(work: () => Promise<T> | T): Operation<T>;
  /** Opens the circuit by hand, for the length of a cooldown. */
  open(): void;
  /** Closes the circuit by hand, and forgets the failures. */
  close(): void;
}

/**
 * Makes a circuit breaker, closed to begin with. Time is that of the scheduler on which it is first used. A call costs a scope
 * more than the work itself; memory is that of `failures` moments.
 *
 * @example
 * ```ts
 * import { circuitBreaker, CircuitOpenError, run, sleep } from "@heddle/runtime";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const breaker = circuitBreaker({ failures: 2, cooldown: 5 });
 * const ask = (answer: () => string) => run(() => breaker.call(answer)).catch((error) => error);
 * const broken = () => {
 *   throw new Error("no answer");
 * };
 * await ask(broken);
 * await ask(broken);
 * assertEquals(breaker.state, "open");
 * assertInstanceOf(await ask(() => "hello"), CircuitOpenError);
 * await sleep(6);
 * assertEquals(breaker.state, "half-open");
 * assertEquals(await ask(() => "hello"), "hello");
 * assertEquals(breaker.state, "closed");
 * ```
 *
 * @param options when to open, for how long, and what it takes to close again
 * @throws {TypeError} when an option has the wrong type
 * @throws {RangeError} when an option has the wrong size
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return new Circuit(options);
}

class Circuit implements CircuitBreaker {
  readonly name: string;
  readonly changes: Broadcast<CircuitChange> = new Broadcast();
  readonly #limit: number;
  readonly #within: number;
  readonly #cooldown: number;
  readonly #successesNeeded: number;
  readonly #trialLimit: number;
  readonly #isFailure: (error: unknown) => boolean;
  #state: CircuitState = "closed";
  /** Changes with each change of state. */
  #period = 0;
  /** When each failure that counts was, the oldest first. */
  readonly #failures: number[] = [];
  #until = 0;
  #cause: unknown = undefined;
  #trials = 0;
  #successes = 0;
  #clock: { now(): number } | null = null;

  constructor(options: CircuitBreakerOptions) {
    witness.now?.losesSight();
    const verb = "make a circuit breaker";
    if (typeof options !== "object" || options === null) {
      throw new TypeError(
        `Cannot ${verb}: the options must be an object: current value is ${describe(options)}`,
      );
    }
    const {
      failures = 5,
      within = 60_000,
      cooldown = 30_000,
      successes = 1,
      trials = 1,
      isFailure = () => true,
      name = "circuit",
    } = options;
    checkCount(failures, verb, "failures");
    checkCount(successes, verb, "successes");
    checkCount(trials, verb, "trials");
    checkMs(cooldown, verb, "cooldown");
    checkMs(within, verb, "within");
    if (within === 0) {
      throw new RangeError(`Cannot ${verb}: 'within' must be above 0: current value is 0`);
    }
    if (typeof isFailure !== "function") {
      throw new TypeError(
        `Cannot ${verb}: 'isFailure' must be a function: current value is ${describe(isFailure)}`,
      );
    }
    if (typeof name !== "string") {
      throw new TypeError(
        `Cannot ${verb}: 'name' must be a string: current value is ${describe(name)}`,
      );
    }
    this.name = name;
    this.#limit = failures;
    this.#within = within;
    this.#cooldown = cooldown;
    this.#successesNeeded = successes;
    this.#trialLimit = trials;
    this.#isFailure = isFailure;
  }

  get state(): CircuitState {
    this.#coolDown();
    return this.#state;
  }

  get failures(): number {
    // Who only looks does not choose the clock.
    if (this.#failures.length > 0) this.#forget();
    return this.#failures.length;
  }

  call<T>(work: Operation<T> | Thunk<T>): Operation<T> {
    return new Call<T>(this, thunkOf(work, "call", "'work'"));
  }

  open(): void {
    this.#open(undefined);
  }

  close(): void {
    this.#failures.length = 0;
    this.#change("closed", undefined);
  }

  /** Lets a call through, and says in which period; or throws. */
  enter(): number {
    this.#coolDown();
    if (this.#state === "open") throw this.#refusal(this.#until - this.#now());
    if (this.#state === "half-open") {
      if (this.#trials >= this.#trialLimit) throw this.#refusal(0);
      this.#trials++;
    }
    return this.#period;
  }

  /** A call that was let through is over. */
  leave(period: number, outcome: TaskNode, cancelled: boolean): void {
    // It began before the state changed, and says nothing about now.
    if (period !== this.#period) return;
    if (this.#state === "half-open") this.#trials--;
    if (cancelled || outcome.isCancelled) return;
    if (outcome.hasFailed && outcome.value instanceof CancelledError) return;
    if (outcome.hasFailed && this.#isFailure(outcome.value)) return this.#failed(outcome.value);
    if (this.#state === "half-open" && ++this.#successes >= this.#successesNeeded) this.close();
  }

  #failed(error: unknown): void {
    if (this.#state === "half-open") return this.#open(error);
    this.#failures.push(this.#now());
    this.#forget();
    if (this.#failures.length >= this.#limit) this.#open(error);
  }

  #open(error: unknown): void {
    this.#until = this.#now() + this.#cooldown;
    this.#cause = error;
    this.#change("open", error);
  }

  /** An open circuit is half open when its cooldown is over; nobody needs a timer to know. */
  #coolDown(): void {
    if (this.#state === "open" && this.#now() >= this.#until) this.#change("half-open", undefined);
  }

  #change(to: CircuitState, error: unknown): void {
    const from = this.#state;
    if (from !== to) this.#period++;
    this.#trials = this.#successes = 0;
    if (to !== "closed") this.#failures.length = 0;
    this.#state = to;
    if (from !== to) this.changes.publish({ from, to, error });
  }

  #forget(): void {
    const oldest = this.#now() - this.#within;
    while (this.#failures.length > 0 && this.#failures[0] < oldest) this.#failures.shift();
  }

  #refusal(retryAfter: number): CircuitOpenError {
    const options = this.#cause === undefined ? undefined : { cause: this.#cause };
    return new CircuitOpenError(this.name, retryAfter, options);
  }

  #now(): number {
    return (this.#clock ??= (running?.scheduler ?? defaultScheduler()).clock).now();
  }
}

class Call<T> extends BaseEffect<T> {
  readonly #circuit: Circuit;
  readonly #work: Thunk<T>;

  constructor(circuit: Circuit, work: Thunk<T>) {
    super();
    this.#circuit = circuit;
    this.#work = work;
  }

  get description(): string {
    return `a call through the ${this.#circuit.name}`;
  }

  [perform](task: TaskNode): boolean {
    const period = this.#circuit.enter();
    return new CallGroup(task, this, this.#work, this.#circuit, period).begin();
  }
}

class CallGroup extends SingleGroup {
  readonly #circuit: Circuit;
  readonly #period: number;

  constructor(
    task: TaskNode,
    effect: Call<unknown>,
    work: () => unknown,
    circuit: Circuit,
    period: number,
  ) {
    super(task, effect, work, "call");
    this.#circuit = circuit;
    this.#period = period;
  }

  override settled(child: TaskNode): void {
    try {
      this.#circuit.leave(this.#period, child, this.cancelled);
    } catch (error) {
      // `isFailure` is the user's, and may throw. What it was asked about must not be lost with that.
      return this.reject(oneError([child.value, error], this.description));
    }
    super.settled(child);
  }
}

function checkCount(count: unknown, verb: string, name: string): void {
  if (Number.isInteger(count) && (count as number) >= 1) return;
  const ErrorClass = typeof count === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a whole number, at least 1: current value is ${
      describe(count)
    }`,
  );
}
