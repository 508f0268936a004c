/**
 * The phases and flags of a task, as numbers: they are read on every step. `task.ts` says what they mean together.
 *
 * @module
 */

/** Spawned; the first step has not been taken. */
export const PENDING = 0;
/** The function runs, or waits. */
export const BODY = 1;
/** The body is over and its children are being told. */
export const TELLING = 2;
/** The body is over; its children are not. */
export const CHILDREN = 3;
/** Finalisers run. */
export const CLOSING = 4;
/** Over, for good. */
export const ENDED = 5;

/** The next step throws the value in, rather than handing it over. */
export const THROW = 1;
/** In the ready queue. */
export const QUEUED = 2;
/** Cancelled, for whatever reason. */
export const CANCELLING = 4;
/** Cancelled, but the body has not been told: it is running, or shielded. */
export const UNDELIVERED = 8;
/** The grace time is over. */
export const FORCED = 16;
/** Ended with an error. */
export const FAILED = 32;
/** Ended by cancellation. */
export const CANCELLED = 64;
/** Somebody asked for the outcome. */
export const OBSERVED = 128;
/** More than one asked for the outcome. */
export const OBSERVED_AGAIN = 32768;
/** Cancelled, not awaited, when the body of its scope ends. */
export const DAEMON = 256;
/** Its outcome concerns only the operation that made it, not the scope. */
export const OWNED = 512;
/** A failing child of it does not concern the others. */
export const ISOLATING = 1024;
/** Ended with the finalisers of its scope, not with the children. */
export const RESOURCE = 2048;
/** Runs one operation for code that is not a task, which `await`s it. */
export const FOREIGN = 4096;
/** Its body was told of its cancellation only by the failure of a child that it joined. */
export const TOLD = 16384;
/** In a region of its body into which no cancellation comes, whatever it waits for there. */
export const CRITICAL = 65536;
/** In a part of its body that is a scope of another library's, to which what binds to a scope is bound. */
export const ELSEWHERE = 131072;
/** Ready, and in no line: its parent, of which it is the newest child, stands there for it (see `ready_queue.ts`). */
export const HELD = 2097152;
/** Forced, and has had its last step: it is ended when its turn comes. */
export const SPENT = 8192;
/** Submitted to an executor, and has no slot yet. */
export const WAITS = 4194304;
/** Submitted to an executor, and held back by a delay. */
export const DELAYED = 262144;
/** Runs on the slot of another task, which waits for it. */
export const LENT = 524288;
/** Runs in an async context that tells whose code goes on after an `await`. */
export const CARRIED = 1048576;
