/**
 * One call that a task has waiting in a parallel pool, or at a worker.
 *
 * @module
 */

import { BaseEffect, perform } from "../../kernel/effect.ts";
import type { TaskNode } from "../../kernel/task.ts";
import type { Parking } from "../../kernel/waiter.ts";
import { propagatedValues } from "../../operations/context.ts";
import type { SubmitOptions } from "../executor.ts";
import { type Job, ModuleJob } from "../job.ts";
import { type Feed, feedsAmong } from "./wire/argument_feeds.ts";
import type { MapChunk } from "../map_chunk.ts";
import type { Call } from "./link/call.ts";
import { ChunkJob } from "./chunk_job.ts";
import type { PoolWorker } from "./pool_worker.ts";
import type { RemoteStream } from "./remote_stream.ts";

/** What a call needs of its pool. */
export interface CallHost {
  /** Takes a call in. */
  enqueue(call: RemoteCall): void;
  /** The task of a call that has not been sent is cancelled. */
  withdraw(call: RemoteCall): void;
}

/** A job that is for one worker. */
export class PinnedJob<T> extends ModuleJob<T> {
  readonly worker: PoolWorker;

  constructor({ module, name, args, kind }: Job<T>, worker: PoolWorker) {
    super(module, name, args, kind);
    this.worker = worker;
  }
}

/** A call that came back so often is not overtaken again. */
const mostReturns = 4;

/** A call, and the task that waits for it. */
export class RemoteCall implements Call, Parking {
  readonly id: number;
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly transfer: readonly Transferable[] | undefined;
  readonly feeds: readonly Feed[] | undefined;
  readonly timeout: number | undefined;
  readonly attempt: number;
  readonly title: string | undefined;
  readonly deadline: number | undefined;
  readonly context: ReadonlyMap<string, unknown> | undefined;
  readonly task: TaskNode;
  readonly #host: CallHost;
  readonly #site: Error | null;
  slot = -1;
  /** It was let pass before a higher one, and is to be sent. */
  hasTurn = false;
  /** How often it came back from a worker. */
  returns = 0;
  /** Where it is: in the pool's line, or with a worker; neither when it is over. */
  worker: PoolWorker | null = null;
  /** Whether its task is cancelled: nobody waits for the result, only for the end. */
  cancelled = false;
  /** Whether its task has been told how it went; what comes after that belongs to the stream. */
  settled = false;
  stream: RemoteStream | null = null;
  /** Whether the pool has nothing more to do with it. */
  isOver = false;
  /** The worker it is for, when it is for no other. */
  readonly pinnedTo: PoolWorker | null;
  /** The inputs, when it is a call of many. */
  readonly chunk: MapChunk | null;
  /** When it was enqueued, and when it was last sent to a worker; 0 when that is not measured. */
  queuedAt = 0;
  sentAt = 0;
  /** Whether its worker had nothing else to do. */
  isDirect = false;

  constructor(
    job: Job<unknown>,
    options: SubmitOptions,
    task: TaskNode,
    host: CallHost,
    site: Error | null = null,
  ) {
    this.#site = site;
    this.module = job.module;
    this.name = job.name;
    this.args = job.args;
    this.transfer = options.transfer;
    this.feeds = feedsAmong(job.args, options.transfer);
    this.timeout = checkedTimeout(options.timeout);
    this.attempt = task.cold?.attempt ?? 1;
    this.title = options.name === job.name ? undefined : options.name;
    this.deadline = options.deadline === undefined ? undefined : Number(options.deadline);
    this.context = propagatedValues(task.environment);
    this.id = task.id;
    this.task = task;
    this.pinnedTo = job instanceof PinnedJob ? job.worker : null;
    this.chunk = job instanceof ChunkJob ? job.chunk : null;
    this.#host = host;
  }

  /** Where it was submitted, when that is recorded. */
  get stack(): string | undefined {
    return this.#site?.stack;
  }

  get priority(): number {
    return this.returns < mostReturns ? this.task.priority : Infinity;
  }

  get stays(): boolean {
    return this.pinnedTo !== null;
  }

  get description(): string {
    return `job '${this.name}' ${this.worker === null ? "to be taken by a worker" : "at a worker"}`;
  }

  /** Once the outcome is on its way to the task, a cancellation comes after it. */
  get shielded(): boolean {
    return this.settled;
  }

  abandon(task: TaskNode): boolean {
    if (this.worker === null) {
      this.#host.withdraw(this);
      return true;
    }
    if (!this.cancelled) {
      this.cancelled = true;
      const { cancelCause, cancelDeadline } = task.cold!;
      const grace = Math.max(0, cancelDeadline - task.scheduler.clock.now());
      this.worker.link.cancel(this, cancelCause!.error, grace);
    }
    // The link answers within the grace time, by ending the worker if need be, even when force is asked for.
    return false;
  }
}

/** In the bounds of what a worker's timers know: beyond 24 days there is no limit, and none is shorter than 1 ms. */
function checkedTimeout(ms: number | undefined): number | undefined {
  return ms === undefined || ms >= 2 ** 31 - 1 ? undefined : Math.max(1, ms);
}

/** The effect of calling a job in a pool and waiting for what it comes to. */
export class CallJob<T> extends BaseEffect<T> {
  readonly #job: Job<T>;
  readonly #options: SubmitOptions;
  readonly #host: CallHost;
  readonly site: Error | null;

  constructor(
    job: Job<T>,
    options: SubmitOptions,
    host: CallHost,
    site: Error | null = null,
  ) {
    super();
    this.site = site;
    this.#job = job;
    this.#options = options;
    this.#host = host;
  }

  get description(): string {
    return `job '${this.#job.name}'`;
  }

  [perform](task: TaskNode): boolean {
    const call = new RemoteCall(
      this.#job,
      this.#options,
      task,
      this.#host,
      this.site,
    );
    task.waiting = call;
    task.scheduler.outside++;
    this.#host.enqueue(call);
    return false;
  }
}
