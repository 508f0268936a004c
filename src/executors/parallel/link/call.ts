/**
 * A call as the host sends it.
 *
 * @module
 */

import type { Feed } from "../wire/argument_feeds.ts";
import type { StuckThread } from "./stuck_threads.ts";

/** One call of an export of a module. Whoever schedules makes a class of its own of it and gets the same object back in every event. */
export interface Call {
  /** A number for people and for `currentTask().id`; the link does not look at it. */
  readonly id: number;
  /** The URL of the module. */
  readonly module: string;
  /** The export to run. */
  readonly name: string;
  /** What it is called with. Cloned when the turn ends, not before. */
  readonly args: readonly unknown[];
  /** What in the arguments to move instead of copying. Such a call is posted at once, by itself. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** Which of the arguments are streams; their items are sent as the job asks for them. */
  readonly feeds?: readonly Feed[] | undefined;
  /**
   * Milliseconds it may take, counted from when it begins.
   *
   * @default no limit
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds between the end of its timeout and its being given up.
   *
   * @default 5000
   */
  readonly grace?: number | undefined;
  /**
   * Which attempt this is.
   *
   * @default 1
   */
  readonly attempt?: number | undefined;
  /** What its task was named, when that is not the name of the export. */
  readonly title?: string | undefined;
  /** When its task must be done, in milliseconds since the epoch; the link sees to nothing of that. */
  readonly deadline?: number | undefined;
  /** What the job finds as the context of its call; must be cloneable. */
  readonly context?: unknown;
  /** Whether to hear of its beginning. A call with a timeout always does. Costs a message. */
  readonly watch?: boolean | undefined;
  /** The stack of whoever asked for it; is put after the stack of the error it fails with. */
  readonly stack?: string | undefined;
  /** The inputs, when it is a call of many. */
  readonly chunk?: CallChunk | null;
  /**
   * A higher one goes first.
   *
   * @default 0
   */
  readonly priority?: number;
  /** Whether it is for the worker it was sent to and for no other: it is not taken back. */
  readonly stays?: boolean | undefined;
  /** Where the link has it; -1 while it is with no link. Only the link writes it. */
  slot: number;
}

/** The inputs of a call of many, as its link sees them. */
export interface CallChunk {
  /** How many there are now. */
  readonly count: number;
  /** One of them has an outcome of its own. */
  itemEnded(index: number, isOk: boolean, value: unknown): void;
  /** The first of them have results, though the call has not ended. */
  partEnded(values: ArrayLike<unknown>): void;
  /** Those from `at` on are no longer in it. */
  split(at: number): void;
}

/** What became of a worker that is gone, and of what it had. Every call that was outstanding is in one of the two lists. */
export interface WorkerLoss<C extends Call> {
  /**
   * - `start`: it never became ready
   * - `exit`: it ended by itself: `process.exit`, an error nobody handled, the heap
   * - `silent`: it showed no sign of life, or answered what cannot be read
   * - `killed`: it was ended because a call would not stop
   * - `terminated`: somebody called `terminate`, or a retirement took too long
   */
  readonly cause: "start" | "exit" | "silent" | "killed" | "terminated";
  /** What happened, in words and, where there is one, with the worker's own error as its `cause`. */
  readonly error: Error;
  /** The code it exited with, if it did. */
  readonly exitCode: number | undefined;
  /** Calls that had begun, or may have: only the submitter can say whether to run them again. */
  readonly begun: C[];
  /** Calls that had certainly not begun: they can run elsewhere. */
  readonly notBegun: C[];
  /** The call that held the thread when it ended, where that is known. It is in `begun`, unless it has been settled. */
  readonly culprit: C | undefined;
  /** How many inputs of the culprit had begun, when that is a call of many. */
  readonly begunItems: number;
  /** The thread, when it was told to end and may run on. */
  readonly stuck: StuckThread | undefined;
}

/**
 * What a link tells its owner. Each call that was sent gets exactly one of `settled`, `returned` and a place in `lost`.
 * Handlers must not throw.
 */
export interface LinkEvents<C extends Call> {
  /** The worker can run calls. What was sent before waits for it. */
  ready(): void;
  /**
   * A call has ended.
   *
   * @param call the call
   * @param isOk whether it returned
   * @param value what it returned or threw
   * @param runMs milliseconds from its beginning to its end
   * @param heldMs milliseconds of that in which it held the worker's thread, as far as its synchronous part goes
   */
  settled(call: C, isOk: boolean, value: unknown, runMs: number, heldMs: number): void;
  /** A call that is watched, or has a timeout, has begun. */
  begun?(call: C): void;
  /** A call had not begun and can be sent to another worker. */
  returned(call: C): void;
  /** A call ignored its cancellation or timeout past its grace; it is settled next, while its code may still run. */
  abandoned?(call: C): void;
  /** A call turned out to be a stream, and waits for `credit`. */
  streamOpened(call: C): void;
  /** One item of a stream. */
  streamItem(call: C, value: unknown): void;
  /** What a call says of its progress. */
  progress?(call: C, value: unknown): void;
  /** The worker has more memory than it may, and should be retired. */
  full?(): void;
  /** Something failed in the worker that no call can be blamed for: a timer, a promise nobody awaited, a `dispose`. */
  lateFailure(error: unknown): void;
  /** The worker is gone. Said once, also when it had nothing; not after a retirement that went well. */
  lost(loss: WorkerLoss<C>): void;
}
