/**
 * What a pool tells an instrument of its workers and their calls. Costs one comparison each while nobody listens.
 *
 * @module
 */
import type { WorkerEvent } from "../../kernel/instrument.ts";
import { defaultScheduler } from "../../kernel/scheduler.ts";
import type { RemoteCall } from "./remote_call.ts";

/** Something that happens to a worker. */
type WorkerHappening =
  | "workerStarted"
  | "workerReady"
  | "workerRetired"
  | "workerLost"
  | "workerStuck";

/** Tells of one pool. */
export class PoolEvents {
  readonly #pool: string;

  constructor(pool: string) {
    this.#pool = pool;
  }

  /** Something has happened to a worker. */
  worker(what: WorkerHappening, { number }: { number: number }, error?: Error, job?: string): void {
    const { instrument } = defaultScheduler();
    if (instrument?.[what] === undefined) return;
    const event: WorkerEvent = { pool: this.#pool, worker: number, error, job };
    instrument[what](event);
  }

  /** A call has ended on a worker. */
  ended(
    worker: { number: number },
    call: RemoteCall,
    isOk: boolean,
    runMs: number | undefined,
    heldMs: number,
  ): void {
    const { id: taskId, scheduler: { instrument } } = call.task;
    if (instrument?.callEnded === undefined) return;
    const { number } = worker;
    instrument.callEnded({
      ...{ taskId, job: call.name, pool: this.#pool, worker: number },
      ...{ isOk, runMs, heldMs },
    });
  }

  /** Something failed on a worker that belongs to no call. It is never silent. */
  lateFailure(error: unknown): void {
    const { instrument } = defaultScheduler();
    if (instrument?.lateFailure) return instrument.lateFailure(error);
    console.error(`A job of pool '${this.#pool}' failed after it had ended:`, error);
  }
}
