/**
 * What a supervisor tells of itself.
 *
 * @module
 */

import type { ChildFailure, ChildOutcome } from "./errors.ts";

/** A child is up: it was started and, when it says so itself, is ready or has completed. */
export interface ChildStarted {
  /** Which kind of event it is. */
  readonly type: "started";
  /** Which child. */
  readonly id: string;
  /** How often it has been started again before; 0 at its first start. */
  readonly restarts: number;
}

/** A child failed, was completed, or was cancelled by someone other than its supervisor. */
export interface ChildEnded {
  /** How it ended. */
  readonly type: ChildOutcome;
  /** Which child. */
  readonly id: string;
  /** What it failed with; `undefined` when it did not fail. */
  readonly error: unknown;
  /** How often it has been started again so far. */
  readonly restarts: number;
}

/** A child is going to be restarted. */
export interface ChildRestarting {
  /** Which kind of event it is. */
  readonly type: "restarting";
  /** Which child: the one that ended. With it come the others that the strategy says. */
  readonly id: string;
  /** What it failed with; `undefined` when it did not fail. */
  readonly error: unknown;
  /** In how many milliseconds. */
  readonly delay: number;
  /** How often in a row it has ended without having been up for long; the delay goes by it. */
  readonly failures: number;
  /**
   * How many restarts there have been in the window, this one included; when there is no limit they are counted up to 100,
   * lest memory grow without one.
   */
  readonly inWindow: number;
}

/** The supervisor stopped a child, or a child that waited for its restart will not have it. */
export interface ChildStopped {
  /** Which kind of event it is. */
  readonly type: "stopped";
  /** Which child. */
  readonly id: string;
  /** What its cleanup failed with; `undefined` when it did not fail. */
  readonly error: unknown;
}

/** A child was taken off the list, by `remove()`. */
export interface ChildRemoved {
  /** Which kind of event it is. */
  readonly type: "removed";
  /** Which child. */
  readonly id: string;
}

/** The supervisor gives up, and stops its children. */
export interface SupervisorGaveUp {
  /** Which kind of event it is. */
  readonly type: "gave_up";
  /** Which child was the last straw. */
  readonly id: string;
  /** What that failed with; `undefined` when it did not fail. */
  readonly error: unknown;
  /** Everything in the window that called for a restart, the oldest first. */
  readonly failures: readonly ChildFailure[];
}

/** The supervisor has ended, and no child is left running. */
export interface SupervisorEnded {
  /** Which kind of event it is. */
  readonly type: "ended";
  /** What it failed with, such as a `RestartLimitError`; `undefined` when it was shut down. */
  readonly error: unknown;
}

/** Something happened to a supervisor. `type` tells what. */
export type SupervisorEvent =
  | ChildStarted
  | ChildEnded
  | ChildRestarting
  | ChildStopped
  | ChildRemoved
  | SupervisorGaveUp
  | SupervisorEnded;
