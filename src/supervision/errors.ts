/**
 * The errors of supervision.
 *
 * @module
 */

import { inWords } from "../kernel/aggregate.ts";
import { describe } from "../kernel/work.ts";

/** How a child ended by itself, or by someone other than its supervisor. */
export type ChildOutcome = "completed" | "failed" | "cancelled";

/** One end of a child that called for a restart. */
export interface ChildFailure {
  /** Which child it was. */
  readonly id: string;
  /** How it ended; a permanent child is restarted whatever the outcome. */
  readonly outcome: ChildOutcome;
  /** What it failed with; `undefined` when it did not fail. */
  readonly error: unknown;
  /** When, in milliseconds of the scheduler's clock. */
  readonly at: number;
}

/** A supervisor gave up: more restarts were called for within its window than it allows. */
export class RestartLimitError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "RestartLimitError";
  /** The child whose restart would have been one too many. */
  readonly id: string;
  /** How many restarts there may be in a window. */
  readonly maxRestarts: number;
  /** The length of the window, in milliseconds. */
  readonly within: number;
  /** Everything in the window that called for a restart, the last one included; the oldest first. */
  readonly failures: readonly ChildFailure[];

  /**
   * Makes one. Its `cause` is what the last child failed with.
   *
   * @param failures everything in the window that called for a restart, the oldest first; at least one
   * @param maxRestarts how many restarts there may be in a window
   * @param within the length of the window, in milliseconds
   */
  constructor(failures: readonly ChildFailure[], maxRestarts: number, within: number) {
    const last = failures[failures.length - 1];
    const how = last.outcome === "failed"
      ? `failed with ${inWords(last.error)}`
      : last.outcome === "cancelled"
      ? "was cancelled"
      : "completed";
    super(
      `The supervisor gave up: child '${last.id}' ${how}, which called for restart ${failures.length} ` +
        `within ${within} ms, where 'maxRestarts' allows ${maxRestarts}: 'failures' tells of all of them`,
      last.outcome === "failed" ? { cause: last.error } : undefined,
    );
    this.id = last.id;
    this.failures = failures;
    this.maxRestarts = maxRestarts;
    this.within = within;
  }
}

/** A child did not start: it ended, or was stopped, before it was ready, or was not ready in time. */
export class StartError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "StartError";
  /** Which child it was. */
  readonly id: string;

  /**
   * Makes one.
   *
   * @param id which child
   * @param what what happened in the place of a start
   * @param options the `cause`: what the child failed with, a `TimeoutError` when it was not ready in time
   */
  constructor(id: string, what: string, options?: ErrorOptions) {
    super(`Child '${id}' did not start: ${what}`, options);
    this.id = id;
  }
}

/** Two children of a supervisor were to have the same id. */
export class DuplicateChildError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "DuplicateChildError";
  /** The id. */
  readonly id: string;

  /**
   * Makes one.
   *
   * @param id the id
   */
  constructor(id: string) {
    super(
      `Cannot start child '${id}': the supervisor has a child of that id: choose another, or remove that child first`,
    );
    this.id = id;
  }
}

/** A supervisor was told to do something with a child that it does not have. */
export class UnknownChildError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "UnknownChildError";
  /** The id that nobody has. */
  readonly id: string;

  /**
   * Makes one.
   *
   * @param id the id that nobody has
   * @param verb what was to be done: `stop`
   */
  constructor(id: string, verb: string) {
    super(
      `Cannot ${verb} child ${
        describe(id)
      }: the supervisor has no such child: 'children()' lists those it has; ` +
        `a temporary child is forgotten when it ends`,
    );
    this.id = id;
  }
}

/** A call was refused, since the circuit is open. */
export class CircuitOpenError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "CircuitOpenError";
  /** The name of the circuit breaker. */
  readonly circuit: string;
  /** In how many milliseconds a call may go through; 0 when one is under trial right now. */
  readonly retryAfter: number;

  /**
   * Makes one. Its `cause` is the error that opened the circuit.
   *
   * @param circuit the name of the circuit breaker
   * @param retryAfter in how many milliseconds a call may go through
   * @param options the `cause`
   */
  constructor(circuit: string, retryAfter: number, options?: ErrorOptions) {
    super(
      retryAfter > 0
        ? `The ${circuit} is open: calls are refused for another ${Math.ceil(retryAfter)} ms`
        : `The ${circuit} is half open, and as many calls as may be are on trial: try again when they are over`,
      options,
    );
    this.circuit = circuit;
    this.retryAfter = retryAfter;
  }
}
