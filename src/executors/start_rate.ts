/**
 * How often the tasks of an executor may begin.
 *
 * @module
 */

import type { Scheduler } from "../kernel/scheduler.ts";
import { Timer } from "../kernel/timers.ts";
import { RateLimiter, type RateLimiterOptions } from "../sync/rate_limiter.ts";

/** The limit that an executor was given; one that lanes have in common is handed on. */
export function startRate(options: RateLimiterOptions | undefined): StartRate | null {
  if (options === undefined) return null;
  return options instanceof StartRate ? options : new StartRate(options);
}

/** Who has tasks that may not begin yet. */
export interface RateLimited {
  /** They may try again. */
  rateOpened(): void;
}

/** The limit of one executor; the lanes of an adaptive one have it in common. */
export class StartRate extends Timer {
  readonly #limiter: RateLimiter;
  readonly #refused = new Set<RateLimited>();
  #scheduler: Scheduler | null = null;

  constructor(options: RateLimiterOptions) {
    super();
    this.#limiter = new RateLimiter(options);
  }

  /** Whether one more may begin now. If not, `who` will be told when to try again. */
  isOpen(who: RateLimited, scheduler: Scheduler): boolean {
    this.#scheduler ??= scheduler;
    if (this.#limiter.isOpenFor(1, this.#scheduler)) return true;
    this.#refused.add(who);
    if (this.bucket === null) this.#scheduler.setTimer(this, this.#limiter.opensAt);
    return false;
  }

  /** One has begun. */
  count(): void {
    this.#limiter.tryAcquire();
  }

  /** `who` has no tasks any more: no timer may outlive the last one. */
  release(who: RateLimited): void {
    if (!this.#refused.delete(who) || this.#refused.size > 0) return;
    if (this.bucket !== null) this.#scheduler!.cancelTimer(this);
  }

  fire(): void {
    const refused = [...this.#refused];
    this.#refused.clear();
    for (const who of refused) who.rateOpened();
  }
}
