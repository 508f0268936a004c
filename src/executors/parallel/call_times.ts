/**
 * How long calls wait, run, and are on their way.
 *
 * The clocks of two threads are not compared: a worker says how long a call ran, and the host knows how long it was gone. For a
 * call that found its worker idle the difference is the way there and back; for one that stood behind others the usual way is
 * taken off, and the rest is counted as waiting.
 *
 * @module
 */
import { Quantiles } from "../quantiles.ts";
import type { RemoteCall } from "./remote_call.ts";

/** After the first calls one of so many is timed: reading the clock costs as much as a call. */
const sampleInterval = 64;
const timedFirst = 256;
/** How much the newest measurement counts. */
const weight = 0.1;

/** The times of the calls of one pool. */
export class CallTimes {
  /** How long calls waited until they began: in the line, and at a worker behind others. */
  readonly queue: Quantiles = new Quantiles();
  /** How long they ran in the worker. */
  readonly run: Quantiles = new Quantiles();
  /** How long they, and their results, were on their way. */
  readonly transfer: Quantiles = new Quantiles();
  #seen = 0;
  #usualTransfer = 0;

  /** A call joins the line. */
  queued(call: RemoteCall): void {
    if (++this.#seen <= timedFirst || this.#seen % sampleInterval === 0) {
      call.queuedAt = performance.now();
    }
  }

  /**
   * A call goes to a worker.
   *
   * @param call the call
   * @param isDirect whether it is begun as soon as it has come
   */
  sent(call: RemoteCall, isDirect: boolean): void {
    if (call.queuedAt === 0) return;
    call.sentAt = performance.now();
    call.isDirect = isDirect;
  }

  /** A call has ended, having run for so long. */
  ended(call: RemoteCall, runMs: number): void {
    if (call.queuedAt === 0 || call.stream !== null) return;
    const { queuedAt, sentAt } = call;
    const gone = Math.max(0, performance.now() - sentAt - runMs);
    if (call.isDirect) {
      this.transfer.add(gone);
      this.#usualTransfer = this.#usualTransfer === 0
        ? gone
        : this.#usualTransfer + (gone - this.#usualTransfer) * weight;
    }
    const waited = call.isDirect ? 0 : Math.max(0, gone - this.#usualTransfer);
    this.queue.add(sentAt - queuedAt + waited);
    // A chunk of a map has as many that ran one after the other.
    this.run.add(runMs / Math.max(1, call.chunk?.count ?? 1));
  }
}
