/**
 * What most tasks never need, kept out of them until they do: it would double the memory of a parked task.
 *
 * @module
 */

import type { CancelCause } from "./cancel_cause.ts";
import type { ErrorList } from "./error_list.ts";
import type { Timed } from "./timers.ts";
import type { TaskNode } from "./task.ts";
import type { UnseenFailure, UnseenFailures } from "./unseen_failures.ts";

/** The rarely used part of a task. */
export class Cold {
  /** The cancellation: what is thrown, and when patience ends. */
  cancelCause: CancelCause | null = null;
  cancelDeadline = Infinity;
  /** How long that patience was when it began. */
  cancelGrace = Infinity;
  graceTimer: Timed | null = null;
  /** What the body threw. */
  bodyFailed = false;
  bodyError: unknown = undefined;
  /** What children and finalisers threw, in the order in which it happened. */
  errors: ErrorList | null = null;
  /** What the body returned, while finalisers run. */
  result: unknown = undefined;
  resultMoved = false;
  /** The tasks that hold its resources, which end with the finalisers and so are not among its children. */
  keepers: Set<TaskNode> | null = null;
  /** What `ensure` registered, newest last. */
  finalisers: (() => unknown)[] | null = null;
  /** The failures of children in an isolating scope at which nobody has looked. */
  unseenFailures: UnseenFailures | null = null;
  /** Its own failure among those. */
  unseen: UnseenFailure | null = null;
  /** The controller behind the task's signal. */
  controller: AbortController | null = null;
  /** Called when the task has ended: a listener to remove, an owner to tell. */
  onEnd: ((task: TaskNode) => void)[] | null = null;
  /** Which try this is, and who hears of its progress. */
  attempt = 1;
  onProgress: ((value: unknown) => void) | null = null;
  /** What the executor that it was submitted to has noted of it. */
  submission: object | null = null;
  /** When its time is over, on the clock of its scheduler, where someone else sees to that. */
  dueAt = Infinity;
  /** The stack at the spawn, when that is recorded. */
  spawnSite: Error | null = null;
}
