/**
 * Sends what an async generator yields, as much as the consumer has asked for and no more.
 *
 * @module
 */
import { carryCall, setRunningCall } from "./current_call.ts";
import { ENDED, type RunningCall } from "./running_call.ts";

/** Where a stream's items and its end go. */
export interface StreamOutlet {
  /** One item. */
  item(call: RunningCall, value: unknown): void;
  /** The generator returned. */
  ended(call: RunningCall, value: unknown): void;
  /** The generator threw. */
  failed(call: RunningCall, error: unknown): void;
  /** It waits for its consumer, or works again: what waits for its consumer does not count as busy. */
  waiting(call: RunningCall, isWaiting: boolean): void;
}

/**
 * Runs a generator to its end. Nothing is asked of it until there is credit.
 *
 * @param call the call it belongs to
 * @param generator what the job returned
 * @param outlet where it all goes
 */
export function pumpStream(
  call: RunningCall,
  generator: AsyncIterator<unknown>,
  outlet: StreamOutlet,
): void {
  let credit = 0;
  const fail = (error: unknown) => outlet.failed(call, error);
  const took = (step: IteratorResult<unknown>) => {
    call.isPulling = false;
    if (call.phase === ENDED) return;
    if (step.done) return outlet.ended(call, step.value);
    if (call.stop !== undefined) return;
    outlet.item(call, step.value);
    pull();
  };
  const next = () => generator.next();
  const pull = () => {
    if (call.isPulling || call.phase === ENDED || call.stop !== undefined) return;
    outlet.waiting(call, credit === 0);
    if (credit === 0) return;
    credit--;
    call.isPulling = true;
    advance(call, next).then(took, fail);
  };
  call.onCredit = (n) => {
    credit += n;
    pull();
  };
  call.onStop = () => {
    outlet.waiting(call, false);
    const end = generator.return?.bind(generator, undefined);
    if (end === undefined) return outlet.ended(call, undefined);
    // Queued by the generator behind a pending next(), so its finally blocks run when that is done; its signal has aborted.
    advance(call, end).then((step) => outlet.ended(call, step.value), fail);
  };
  if (call.stop !== undefined) call.onStop();
  else pull();
}

type Step = () => Promise<IteratorResult<unknown>>;

/** The body of a generator runs as part of whoever advances it, so the call has to be set for each step. */
function advance(call: RunningCall, step: Step): Promise<IteratorResult<unknown>> {
  setRunningCall(call);
  try {
    return carryCall(call, step, []) as Promise<IteratorResult<unknown>>;
  } finally {
    setRunningCall(undefined);
  }
}
