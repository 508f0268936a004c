/**
 * One worker as its pool sees it.
 *
 * @module
 */

import type { LinkEvents } from "./link/call.ts";
import type { LinkOptions } from "./link/link_options.ts";
import type { RemoteCall } from "./remote_call.ts";
import { WorkerLink } from "./link/worker_link.ts";

/** A worker, and what its pool remembers of it. */
export class PoolWorker {
  readonly link: WorkerLink<RemoteCall>;
  /** Its number in the pool, from 1. */
  readonly number: number;
  /** Whether it has become ready. */
  ready = false;
  /** How many calls it has ended. */
  served = 0;
  /** How many it had ended when the pool last looked whether it gets on. */
  servedBefore = 0;
  /** The same, for the sweep that retires idle workers; and how many sweeps have found it idle. */
  servedAtSweep = 0;
  idleSweeps = 0;

  constructor(
    number: number,
    options: LinkOptions<RemoteCall>,
    events: (worker: PoolWorker) => LinkEvents<RemoteCall>,
  ) {
    this.number = number;
    this.link = new WorkerLink(options, events(this));
  }

  /** Whether it has nothing to do. */
  get isIdle(): boolean {
    return this.link.outstanding === 0;
  }
}
