/**
 * The call that is running on this worker now: what a job sees of its own call.
 *
 * @module
 */

/** What a call knows of itself. */
export interface CallContext {
  /** The number its submitter gave it. */
  readonly id: number;
  /** The module it is from. */
  readonly module: string;
  /** The export it runs. */
  readonly name: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** When its time is over, in milliseconds since the epoch; `undefined` when it has no limit. */
  readonly deadline: number | undefined;
  /** What its submitter sent along. */
  readonly context: unknown;
  /**
   * Aborts when the call is cancelled or out of time. `aborted` and `throwIfAborted` see it at once, even from inside a
   * synchronous loop that lets no event in, where memory is shared with the host.
   */
  readonly signal: AbortSignal;
  /**
   * Tells whoever submitted the call how far it is.
   *
   * @param value anything that can be cloned
   */
  progress(value: unknown): void;
}

/** Carries the current call across `await`, where the platform can. */
export interface CallCarrier {
  /** Runs `body` with `call` as the one that `get` gives, in all that `body` goes on to await too. */
  run<T>(call: CallContext, body: (...args: unknown[]) => T, args: readonly unknown[]): T;
  /** The call that the running code belongs to. */
  get(): CallContext | undefined;
}

let running: CallContext | undefined;
let carrier: CallCarrier | undefined;

/**
 * The call that the running code belongs to; `undefined` outside of any. Synchronous code always finds it; code after an
 * `await` finds it where the platform carries it.
 *
 * @returns the call
 */
export function currentCall(): CallContext | undefined {
  return running ?? carrier?.get();
}

/**
 * Says which call holds the thread.
 *
 * @param call the call; `undefined` when its synchronous part is over
 */
export function setRunningCall(call: CallContext | undefined): void {
  running = call;
}

/**
 * Sets how the current call is carried across `await`.
 *
 * @param value the platform's way
 */
export function setCallCarrier(value: CallCarrier | undefined): void {
  carrier = value;
}

/**
 * Runs a function as part of a call, for as long as what it began goes on.
 *
 * @param call the call
 * @param run the function
 * @param args its arguments
 * @returns what it returns
 */
export function carryCall(
  call: CallContext,
  run: (...args: unknown[]) => unknown,
  args: readonly unknown[],
): unknown {
  return carrier === undefined ? run(...args) : carrier.run(call, run, args);
}
