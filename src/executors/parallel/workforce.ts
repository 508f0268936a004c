/**
 * The workers of a pool: how many there are, when one is started, and when one goes.
 *
 * ```text
 *                 more work than workers, up to `size`; after a loss: in a turn of the host's own, and slower when
 *                                                      workers die without having done anything
 *   (none) ──────────────────────────────────────▶ worker ──▶ retiring ──▶ gone
 *                 idle for `idleTimeout`, down to `minSize`; served its number; too much memory; resize; close
 * ```
 *
 * Policy: a start holds the host's thread for some milliseconds (tens on Deno). Were the replacements of workers that die in
 * numbers started as the deaths are heard of, nobody would hear anything else until the last had been replaced.
 *
 * @module
 */
import type { WorkerLoss } from "./link/call.ts";
import type { PoolWorker } from "./pool_worker.ts";
import type { RemoteCall } from "./remote_call.ts";

/** How many workers may die in a row before they are ready until those who wait are told, per worker of the pool. */
const startAttempts = 3;

/** Milliseconds before a replacement for a worker that died without having done anything: the first, and the most. */
const firstDelay = 5;
const lastDelay = 250;

/** What a workforce needs of its pool. */
export interface Employer {
  /** Makes a worker. */
  hire(): PoolWorker;
  /** How many tasks there are that have not ended. */
  readonly unfinished: number;
  /** Workers do not start: those who wait should be told. */
  giveUp(error: Error): void;
  /** A worker has been started in the place of another. */
  hired(): void;
  /** A worker ends what it has, and goes. */
  retired(worker: PoolWorker): void;
}

/** How a workforce begins. */
export interface WorkforceOptions {
  /** How many workers there may be. */
  readonly size: number;
  /** How many there are when there is nothing to do. */
  readonly minSize: number;
  /** How long a worker above that number may idle, in milliseconds. */
  readonly idleTimeout: number;
}

/** The workers of one pool. */
export class Workforce {
  readonly #employer: Employer;
  readonly #minSize: number;
  readonly #idleTimeout: number;
  /** Those that take work. */
  workers: PoolWorker[] = [];
  readonly #retiring = new Set<PoolWorker>();
  #size: number;
  #isOver = false;
  #failedStarts = 0;
  /** Whether workers do not start, and nobody has asked for one since that was said. */
  #hasGivenUp = false;
  /** How many died in a row that had done nothing. */
  #idleDeaths = 0;
  #replacing: ReturnType<typeof setTimeout> | undefined;
  #sweeping: ReturnType<typeof setInterval> | undefined;
  readonly #awaiting = new Set<{ resolve: () => void; reject: (error: Error) => void }>();

  constructor(options: WorkforceOptions, employer: Employer) {
    this.#size = options.size;
    this.#minSize = options.minSize;
    this.#idleTimeout = options.idleTimeout;
    this.#employer = employer;
  }

  /** How many workers there may be. */
  get size(): number {
    return this.#size;
  }

  /** How many there should be now. */
  get #needed(): number {
    const { unfinished } = this.#employer;
    return Math.min(this.#size, Math.max(Math.min(this.#minSize, this.#size), unfinished));
  }

  /** The worker that takes calls and holds least; `undefined` when there is none. */
  leastBusy(): PoolWorker | undefined {
    let least: PoolWorker | undefined;
    let held = Infinity;
    for (const worker of this.workers) {
      const { link } = worker;
      if (link.outstanding >= held || !link.isOpen) continue;
      least = worker;
      held = link.outstanding;
    }
    return least;
  }

  /** Starts workers until there are as many as needed, unless replacements are being paced. */
  staff(): void {
    if (this.#replacing !== undefined) return;
    while (!this.#isOver && this.workers.length < this.#needed) {
      this.#hasGivenUp = false;
      this.workers.push(this.#employer.hire());
    }
    if (this.workers.length > this.#minSize) this.#sweepIdle();
  }

  /** Changes how many there may be. */
  resize(size: number): void {
    this.#size = size;
    while (this.workers.length > size) this.retire(this.leastBusy() ?? this.workers[0]);
    this.staff();
  }

  /** A worker can run calls. */
  ready(worker: PoolWorker): void {
    worker.ready = true;
    this.#failedStarts = 0;
    this.#hasGivenUp = false;
    this.#tellReady();
  }

  /** Lets a worker end what it has begun, and go. */
  retire(worker: PoolWorker): void {
    this.workers = this.workers.filter((other) => other !== worker);
    this.#retiring.add(worker);
    this.#employer.retired(worker);
    worker.link.takeBack(Infinity);
    void worker.link.retire().then(() => this.#retiring.delete(worker));
    this.#tellReady();
  }

  /** A worker is gone. */
  lost(worker: PoolWorker, loss: WorkerLoss<RemoteCall>): void {
    const wasRetiring = this.#retiring.delete(worker);
    this.workers = this.workers.filter((other) => other !== worker);
    this.#idleDeaths = worker.served > 0 ? 0 : this.#idleDeaths + 1;
    const isUseless = loss.cause === "start" || worker.served === 0 && loss.culprit === undefined;
    if (!isUseless) this.#failedStarts = 0;
    else if (this.#hasGivenUp || ++this.#failedStarts >= startAttempts * this.#size) {
      // What another one held that was starting too has come back with it.
      this.#giveUp(loss.error);
    }
    // One that never became ready is replaced when there is work for it, else a pool that cannot start would never rest.
    const isNeeded = worker.ready || this.#employer.unfinished > 0 || this.#awaiting.size > 0;
    if (!wasRetiring && isNeeded && !this.#hasGivenUp) this.#replaceSoon();
  }

  /** Tells those who wait. Nothing more is started before somebody asks. */
  #giveUp(error: Error): void {
    this.#failedStarts = 0;
    this.#hasGivenUp = true;
    clearTimeout(this.#replacing);
    this.#replacing = undefined;
    for (const { reject } of this.#awaiting) reject(error);
    this.#awaiting.clear();
    this.#employer.giveUp(error);
  }

  #replaceSoon(): void {
    if (this.#isOver || this.#replacing !== undefined) return;
    const rounds = Math.floor(this.#idleDeaths / Math.max(1, this.#size));
    const delay = rounds === 0 ? 0 : Math.min(lastDelay, firstDelay * 2 ** rounds);
    this.#replacing = setTimeout(() => this.#replace(), delay);
  }

  /** One worker in each turn of the host. */
  #replace(): void {
    this.#replacing = undefined;
    if (this.#isOver || this.workers.length >= this.#needed) return;
    this.workers.push(this.#employer.hire());
    this.#employer.hired();
    if (this.workers.length < this.#needed) {
      this.#replacing = setTimeout(() => this.#replace(), 0);
    }
  }

  /** Whether there are as many as needed, all of them ready. */
  get #isReady(): boolean {
    return this.workers.length >= this.#needed &&
      this.workers.every(({ ready, link }) => ready && link.isOpen);
  }

  /**
   * Tells when the workers are ready, or that they cannot be started.
   *
   * @returns a function that withdraws the question
   */
  awaitReady(resolve: () => void, reject: (error: Error) => void): () => void {
    const one = { resolve, reject };
    this.#awaiting.add(one);
    this.staff();
    this.#tellReady();
    return () => this.#awaiting.delete(one);
  }

  #tellReady(): void {
    if (this.#awaiting.size === 0 || !(this.#isReady || this.#isOver)) return;
    for (const { resolve } of this.#awaiting) resolve();
    this.#awaiting.clear();
  }

  /** While there are more than `minSize`. It does not keep the process alive. */
  #sweepIdle(): void {
    if (this.#idleTimeout === Infinity || this.#sweeping !== undefined) return;
    this.#sweeping = setInterval(() => this.#sweep(), Math.max(1, this.#idleTimeout / 2));
    letEnd(this.#sweeping);
  }

  /** Retires what has done nothing since the last sweep and the one before. */
  #sweep(): void {
    for (const worker of [...this.workers]) {
      const isIdle = worker.isIdle && worker.served === worker.servedAtSweep;
      worker.idleSweeps = isIdle ? worker.idleSweeps + 1 : 0;
      worker.servedAtSweep = worker.served;
      if (worker.idleSweeps >= 2 && this.workers.length > this.#minSize) this.retire(worker);
    }
    if (this.workers.length > this.#minSize) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  /** Lets all workers go, and starts no more. */
  disband(): Promise<void>[] {
    this.#isOver = true;
    clearTimeout(this.#replacing);
    clearInterval(this.#sweeping);
    for (const worker of this.workers) this.retire(worker);
    return [...this.#retiring].map((worker) => worker.link.retire());
  }
}

function letEnd(timer: ReturnType<typeof setInterval>): void {
  const { Deno } = globalThis as { Deno?: { unrefTimer(id: number): void } };
  if (typeof timer === "number") Deno?.unrefTimer(timer);
  else (timer as { unref?(): void }).unref?.();
}
