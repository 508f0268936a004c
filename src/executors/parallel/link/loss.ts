/**
 * Why a worker is gone, in words.
 *
 * @module
 */
import { WorkerLostError } from "../../../kernel/errors.ts";
import type { Call, WorkerLoss } from "./call.ts";
import type { CallSlots } from "./call_slots.ts";
import type { ControlBlock } from "../wire/control_block.ts";
import type { ThreadEnd } from "./thread_end.ts";
import { EXIT_HEAP_EXHAUSTED, EXIT_UNREADABLE } from "../platforms/platform.ts";

/** What is known of the end of a worker. */
export interface LossFacts {
  /** What kind of end it was. */
  readonly cause: WorkerLoss<Call>["cause"];
  /** The worker's name. */
  readonly worker: string;
  /** The code it exited with, if it did. */
  readonly exitCode: number | undefined;
  /** The signal it was killed by, if it was. */
  readonly signal?: string | undefined;
  /** The worker's own error, if it had one. */
  readonly failure: unknown;
  /** The call that held its thread. */
  readonly culprit: Call | undefined;
}

/**
 * Explains a loss.
 *
 * @param facts what is known
 * @returns an error that says it
 */
export function explainLoss(facts: LossFacts): Error {
  const { worker, culprit, failure } = facts;
  const during = culprit === undefined ? "" : `, in job '${culprit.name}' of ${culprit.module}`;
  const options = failure === undefined ? undefined : { cause: failure };
  return new Error(`Lost ${worker}: ${whatHappened(facts)}${during}`, options);
}

function whatHappened({ cause, exitCode, signal, failure }: LossFacts): string {
  switch (cause) {
    case "start":
      return failure === undefined
        ? "it did not become ready in time; see whether its entry module can be imported"
        : `it could not start: ${messageOf(failure)}`;
    case "silent":
      return "it gave no sign of life";
    case "killed":
      return "it was ended by force, since a call did not stop within its grace time";
    case "terminated":
      return "it was terminated";
  }
  if (signal !== undefined) return `it was killed by ${signal}`;
  if (exitCode === EXIT_HEAP_EXHAUSTED) return "its heap was exhausted";
  if (exitCode === EXIT_UNREADABLE) return "it was sent a message that it could not read";
  return failure === undefined
    ? `it exited with code ${exitCode}`
    : `it failed: ${messageOf(failure)}`;
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/**
 * Tells the calls of a lost worker apart.
 *
 * @param slots the worker's calls; empty afterwards
 * @param control the memory shared with it
 * @param isCulpritKnown whether a call held the thread; else the modules that were being imported are to blame
 * @param wasStarting whether the worker never said that it was ready
 * @returns those that had begun, or may have, and those that certainly had not
 */
export function sortLost<C extends Call>(
  slots: CallSlots<C>,
  control: ControlBlock,
  isCulpritKnown: boolean,
  wasStarting: boolean,
): { begun: C[]; notBegun: C[] } {
  const sorted: { begun: C[]; notBegun: C[] } = { begun: [], notBegun: [] };
  const isShared = control.memory !== undefined;
  for (const call of slots.newestFirst().reverse()) {
    const { slot } = call;
    const isSure = isShared ? control.takeBack(slot, isCulpritKnown) : wasStarting;
    (isSure ? sorted.notBegun : sorted.begun).push(call);
    slots.detach(call);
  }
  return sorted;
}

/**
 * What became of a worker that is gone, and of what it had.
 *
 * @param worker its name
 * @param end how it ended
 * @param slots its calls; empty afterwards
 * @param control the memory shared with it
 * @param culprit the call that held its thread, if one did
 * @param wasStarting whether it never said that it was ready
 */
export function lossOf<C extends Call>(
  worker: string,
  end: ThreadEnd,
  slots: CallSlots<C>,
  control: ControlBlock,
  culprit: C | undefined,
  wasStarting: boolean,
): WorkerLoss<C> {
  const cause = end.cause ?? (wasStarting ? "start" : "exit");
  const sorted = sortLost(slots, control, culprit !== undefined, wasStarting);
  const { exitCode, signal, failure, stuck } = end;
  const error = explainLoss({ cause, exitCode, signal, worker, failure, culprit });
  return { cause, error, exitCode, ...sorted, culprit, begunItems: control.item + 1, stuck };
}

/**
 * The error of a call that went down with its worker.
 *
 * @param call the call
 * @param loss what became of the worker
 */
export function lostCall<C extends Call>(call: C, loss: WorkerLoss<C>): WorkerLostError {
  const { error, exitCode } = loss;
  return new WorkerLostError(
    `Job '${call.name}' was lost: ${error.message}`,
    exitCode === undefined ? { cause: error } : { cause: error, exitCode },
  );
}

/**
 * The error of a call for which no worker could be started.
 *
 * @param call the call
 * @param cause why workers do not start
 */
export function unrunnableCall(call: Call, cause: Error): WorkerLostError {
  return new WorkerLostError(`Job '${call.name}' could not run: ${cause.message}`, { cause });
}
