/**
 * The language that the host and a worker speak over one message port.
 *
 * A message is a *batch*: one flat array of entries, each an opcode followed by its operands, so that structured clone sees
 * one array of small values and no wrapper object for each call. A message costs about 5 µs however small; a call in a batch
 * of a hundred costs a tenth of that. The first element says what kind of batch it is, since control entries (cancel, credit,
 * retire) are obeyed when they arrive, while calls wait their turn.
 *
 * ```text
 * host → worker   calls     DEFINE ref module name | CALL slot id ref argc …args | CALL_WITH slot id ref extras argc …args
 *                           | CALL_MANY slot id ref count …args
 *                 control   CANCEL slot reason grace | CREDIT slot n | TAKE_BACK n | RETIRE | EXIT
 *                           | FEED slot id index value | FEED_END slot id index | FEED_FAILED slot id index error
 * worker → host   reports   READY | OK slot held value | SETTLED slot held run value | FAILED slot held run error
 *                           | CANCELLED slot held run abandoned
 *                           | TIMED_OUT slot held run abandoned | BEGUN slot | RETURNED slot | STREAM slot | ITEM slot value | PROGRESS slot value | LATE error | RETIRED | FULL
 *                           | PULL slot id index n
 *                           | PART slot values | ITEM_OK slot index value | ITEM_FAILED slot index error
 * ```
 *
 * A *slot* is a small integer the host picks for each call it sends and picks again only after the worker's last word on it
 * (OK, SETTLED, FAILED, CANCELLED, TIMED_OUT or RETURNED), so a stale entry can never hit the next call. A *ref* stands for
 * a module and an export. Times are whole microseconds: small integers are the cheapest thing to clone.
 *
 * @module
 */

import type { Feed } from "./argument_feeds.ts";

/** Kind of a batch: its first element. */
export const BATCH_CALLS = 0;
/** Kind of a batch whose entries are obeyed on arrival. */
export const BATCH_CONTROL = 1;
/** Kind of a batch that a worker sends. */
export const BATCH_REPORTS = 2;

/** Gives a ref to a module and one of its exports: `ref, module, name`. */
export const DEFINE = 1;
/** Runs an export: `slot, id, ref, argc, …args`. */
export const CALL = 2;
/** Runs an export with {@linkcode CallExtras}: `slot, id, ref, extras, argc, …args`. */
export const CALL_WITH = 3;
/** Asks a call to stop: `slot, encoded reason, grace`. */
export const CANCEL = 4;
/** Lets a stream send more items: `slot, n`. */
export const CREDIT = 5;
/** Asks for the newest calls that have not begun, where no memory is shared: `n`. */
export const TAKE_BACK = 6;
/** Finish what has begun, run the `dispose` exports, exit. */
export const RETIRE = 7;
/** Exit at once. */
export const EXIT = 8;

/** One item of an argument that is a stream: `slot, id, index, value`. */
export const FEED = 9;
/** An argument that is a stream has ended: `slot, id, index`. */
export const FEED_END = 10;
/** It has failed: `slot, id, index, encoded error`. */
export const FEED_FAILED = 11;
/**
 * Runs an export once for each of many inputs, `slot, id, ref, count, args`: the arguments of all of them one after the other,
 * in a `Float64Array` when they are numbers. Its value is the list of results, as far as it got.
 */
export const CALL_MANY = 12;

/** The worker can take calls. */
export const READY = 20;
/** A synchronous call returned: `slot, held, value`. */
export const OK = 21;
/** A call that waited, or a stream, ended well: `slot, held, run, value`. */
export const SETTLED = 22;
/** A call failed: `slot, held, run, encoded error`. */
export const FAILED = 23;
/** A call obeyed its cancellation, or (`abandoned` = 1) was given up after its grace time: `slot, held, run, abandoned`. */
export const CANCELLED = 24;
/** A call outlived its timeout, and was stopped or given up: `slot, held, run, abandoned`. */
export const TIMED_OUT = 25;
/** A call that is watched has begun: `slot`. */
export const BEGUN = 26;
/** A call was not begun and never will be: `slot`. */
export const RETURNED = 27;
/** The call is a stream; it waits for credit: `slot`. */
export const STREAM = 28;
/** One item of a stream: `slot, value`. */
export const ITEM = 29;
/** What a call said of its progress: `slot, value`. */
export const PROGRESS = 30;
/** Something failed inside the worker that no call can be blamed for: `encoded error`. */
export const LATE = 31;
/** The worker has disposed of its modules and is about to exit. */
export const RETIRED = 32;
/** The worker holds more memory than it may. */
export const FULL = 33;
/** A call may be sent more items of an argument that is a stream, or, with 0, wants no more: `slot, id, index, n`. */
export const PULL = 34;

/** The first results of a call of many, from a worker that is about to exit: `slot, values`. */
export const PART = 37;
/** A result of a call of many that travels by itself: `slot, index, value`. */
export const ITEM_OK = 35;
/** One of a call of many failed: `slot, index, encoded error`. */
export const ITEM_FAILED = 36;

/** What a call brings along when it is more than a function and its arguments. */
export interface CallExtras {
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Milliseconds it may run, from its start; 0 for no limit. */
  readonly timeout: number;
  /** Milliseconds between being asked to stop and being given up. */
  readonly grace: number;
  /** Whether the host wants to hear when the call begins. */
  readonly watch: boolean;
  /** What the task was named, when that is not the name of the export. */
  readonly title: string | undefined;
  /** When the task must be done, in milliseconds since the epoch. */
  readonly deadline: number | undefined;
  /** Whatever the submitter's context is; reaches the job as it is. */
  readonly context: unknown;
  /** Which of the arguments are streams; their items follow, as they are asked for. */
  readonly feeds: readonly Feed[] | undefined;
}

/** One message. */
export type Batch = unknown[];

/**
 * How many elements the entry at `at` takes, its opcode included.
 *
 * @param batch the batch
 * @param at where the entry's opcode is
 * @returns the number of elements
 */
export function entryLength(batch: Batch, at: number): number {
  switch (batch[at]) {
    case CALL:
      return 5 + (batch[at + 4] as number);
    case CALL_WITH:
      return 6 + (batch[at + 5] as number);
    case RETIRE:
    case EXIT:
    case READY:
    case RETIRED:
    case FULL:
      return 1;
    case TAKE_BACK:
    case BEGUN:
    case RETURNED:
    case STREAM:
    case LATE:
      return 2;
    case PART:
    case CREDIT:
    case ITEM:
    case PROGRESS:
      return 3;
    case DEFINE:
    case CANCEL:
    case FEED_END:
    case OK:
    case ITEM_OK:
    case ITEM_FAILED:
      return 4;
    case CALL_MANY:
      return 6;
    case SETTLED:
    case FAILED:
    case CANCELLED:
    case TIMED_OUT:
    case FEED:
    case FEED_FAILED:
    case PULL:
      return 5;
    default:
      throw new RangeError(`Cannot read a batch: unknown opcode ${String(batch[at])} at ${at}`);
  }
}
