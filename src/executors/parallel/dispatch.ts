/**
 * Which call goes to which worker, and what becomes of it. `parallel_pool.ts` has the policy in words.
 *
 * @module
 */
import { TimeoutError, WorkerLostError } from "../../kernel/errors.ts";
import { leaveSources } from "./wire/argument_feeds.ts";
import type { MapChunk } from "../map_chunk.ts";
import { tellProgress } from "../../kernel/task_info.ts";
import type { LinkEvents, WorkerLoss } from "./link/call.ts";
import { CallCosts } from "./call_costs.ts";
import { CallLine } from "./call_line.ts";
import { CallTimes } from "./call_times.ts";
import { Deadlines } from "./link/deadlines.ts";
import type { LinkOptions } from "./link/link_options.ts";
import { lostCall, unrunnableCall } from "./link/loss.ts";
import { OpenStreams } from "./open_streams.ts";
import { PoolEvents } from "./pool_events.ts";
import { PoolWorker } from "./pool_worker.ts";
import type { CallHost, RemoteCall } from "./remote_call.ts";
import { RemoteStream } from "./remote_stream.ts";
import type { StuckThread } from "./link/stuck_threads.ts";
import { type Employer, Workforce, type WorkforceOptions } from "./workforce.ts";

/** How often to look for a worker that does not get on, in milliseconds, while there is work. */
const glance = 5;

/** How many chunks of a map a worker may hold: one that runs, and one for when that has ended. */
const chunksHeld = 2;

/** How calls are dispatched. */
export interface DispatchOptions extends WorkforceOptions {
  /** The name of the pool, for reports. */
  readonly pool: string;
  /** How workers are started. */
  readonly link: LinkOptions<RemoteCall>;
  /** How many calls a worker may hold, whatever they cost. */
  readonly maxHeld: number;
  /** How many calls a worker runs before it is replaced. */
  readonly maxTasksPerWorker: number;
  /** How long a call may wait until it begins, in milliseconds. */
  readonly queueTimeout: number;
  /** Learns how long each call held its worker's thread. */
  measured(call: RemoteCall, heldMs: number): void;
}

/** The calls of one pool, and its workers. */
export class Dispatch implements CallHost, Employer {
  readonly #options: DispatchOptions;
  readonly force: Workforce;
  readonly streams: OpenStreams = new OpenStreams();
  readonly #line = new CallLine();
  /** The lowest priority of the calls sent since all had ended, and the highest of those that should overtake some. */
  #lowestSent = Infinity;
  #overtaking = -Infinity;
  readonly costs = new CallCosts();
  readonly #impatient: Deadlines<RemoteCall>;
  #watch: ReturnType<typeof setInterval> | undefined = undefined;
  #stuck: StuckThread[] = [];
  readonly #mustLearn: boolean;
  readonly #events: PoolEvents;
  readonly times: CallTimes = new CallTimes();
  #hired = 0;
  unfinished = 0;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#mustLearn = options.link.adapter.learn !== undefined;
    this.#events = new PoolEvents(options.pool);
    this.#impatient = new Deadlines((call) => this.#waitedTooLong(call));
    this.force = new Workforce(options, this);
    this.force.staff();
  }

  /** Whether inputs of a map may share calls: where it is known what a worker has begun, and each counts as one task. */
  get chunks(): boolean {
    const { link, maxTasksPerWorker } = this.#options;
    return link.adapter.sharesMemory && typeof SharedArrayBuffer === "function" &&
      maxTasksPerWorker === Infinity;
  }

  /** How many threads were ended by force and may run on. */
  get stuck(): number {
    this.#stuck = this.#stuck.filter((thread) => thread.isRunning);
    return this.#stuck.length;
  }

  /** Workers that cannot import a module are replaced by such as can. */
  learn(module: string): void {
    if (this.#options.link.adapter.learn?.(module) !== true) return;
    for (const worker of this.force.workers) this.#replace(worker);
  }

  enqueue(call: RemoteCall): void {
    if (this.#mustLearn) this.learn(call.module);
    this.unfinished++;
    this.#watch ??= setInterval(() => this.#look(), glance);
    this.times.queued(call);
    if (call.pinnedTo !== null) return this.#sendPinned(call, call.pinnedTo);
    if (this.force.workers.length < this.force.size) this.force.staff();
    if (this.#options.queueTimeout < Infinity) {
      this.#impatient.add(call, this.#options.queueTimeout, 0);
    }
    const isHigher = call.priority > this.#lowestSent && this.force.leastBusy()?.isIdle !== true;
    if (!isHigher && this.#line.isEmpty && this.#send(call)) return;
    this.#line.push(call);
    if (isHigher) this.#overtakeSoon(call.priority);
  }

  /** When the turn ends: many may have come in it. */
  #overtakeSoon(priority: number): void {
    if (this.#overtaking === -Infinity) queueMicrotask(() => this.#overtake());
    this.#overtaking = Math.max(this.#overtaking, priority);
  }

  /** Takes back what workers hold, have not begun, and should come after one that waits. */
  #overtake(): void {
    const below = this.#overtaking;
    this.#overtaking = -Infinity;
    for (const { link } of this.force.workers) link.takeBack(link.outstanding, below);
    this.pump();
  }

  withdraw(call: RemoteCall): void {
    // It is passed over when its turn comes.
    call.cancelled = true;
    this.#finish(call);
  }

  /** Sends what stands in line, as far as the workers have room. */
  pump(): void {
    for (;;) {
      const call = this.#line.next();
      if (call === undefined) break;
      if (call.cancelled || this.#send(call)) continue;
      this.#line.giveBack(call);
      return;
    }
    this.#share();
  }

  readonly #pumpSoon = (): void => this.pump();

  /** Sends a call to the worker that holds least, if that has room. */
  #send(call: RemoteCall): boolean {
    const worker = this.force.leastBusy();
    if (worker === undefined) return false;
    const held = worker.link.outstanding;
    if (held > 0 && (held >= this.#window(call, worker) || worker.link.room === 0)) return false;
    call.worker = worker;
    if (call.priority < this.#lowestSent) this.#lowestSent = call.priority;
    this.times.sent(call, held === 0 && worker.served > 0);
    worker.link.send(call);
    return true;
  }

  #window(call: RemoteCall, worker: PoolWorker): number {
    const { maxHeld, maxTasksPerWorker } = this.#options;
    const learned = call.chunk === null ? this.costs.window(call.module, call.name) : chunksHeld;
    return Math.min(learned, maxHeld, maxTasksPerWorker - worker.served);
  }

  #sendPinned(call: RemoteCall, worker: PoolWorker): void {
    if (!worker.link.isOpen || worker.link.room === 0) {
      const why = worker.link.isOpen ? "it has no room for more calls" : "it is gone";
      return this.#settle(call, false, unrunnableCall(call, new Error(`Of its worker: ${why}`)));
    }
    call.worker = worker;
    this.times.sent(call, worker.isIdle && worker.served > 0);
    worker.link.send(call);
  }

  /** Nothing stands in line: an idle worker gets half of what the busiest has not begun. */
  #share(): void {
    const { workers } = this.force;
    if (workers.length === 0) return;
    let busiest = workers[0];
    let hasIdle = false;
    for (const worker of workers) {
      if (worker.isIdle && worker.ready) hasIdle = true;
      if (worker.link.outstanding > busiest.link.outstanding) busiest = worker;
    }
    if (!hasIdle) return;
    if (busiest.link.outstanding > 1) busiest.link.takeBack(busiest.link.outstanding >> 1);
    else busiest.link.splitRunning();
  }

  /** Takes back what waits behind a call that takes long. */
  #look(): void {
    // Not as soon as the last one has ended: where calls come one at a time, that would be each.
    if (this.unfinished === 0) return this.#lookNoMore();
    for (const worker of this.force.workers) {
      const held = worker.link.outstanding;
      if (held > 0 && worker.ready && worker.served === worker.servedBefore) {
        worker.link.takeBack(held - 1);
        worker.link.splitRunning();
      }
      worker.servedBefore = worker.served;
    }
  }

  #lookNoMore(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  hire(): PoolWorker {
    const number = ++this.#hired;
    const worker = new PoolWorker(number, this.#options.link, (worker) => this.#eventsOf(worker));
    this.#events.worker("workerStarted", worker);
    return worker;
  }

  retired(worker: PoolWorker): void {
    this.#events.worker("workerRetired", worker);
  }

  hired(): void {
    this.pump();
  }

  #eventsOf(worker: PoolWorker): LinkEvents<RemoteCall> {
    const { maxTasksPerWorker } = this.#options;
    return {
      ready: () => {
        this.force.ready(worker);
        this.#events.worker("workerReady", worker);
        this.pump();
      },
      settled: (call, isOk, value, runMs, heldMs) => {
        worker.served++;
        this.#events.ended(worker, call, isOk, runMs, heldMs);
        if (isOk || runMs > 0) this.times.ended(call, runMs);
        const each = call.chunk === null ? heldMs : heldMs / Math.max(1, call.chunk.count);
        this.costs.learn(call.module, call.name, each);
        if (isOk && call.chunk === null) {
          this.costs.learnKind(call.module, call.name, runMs === heldMs);
        }
        this.#options.measured(call, each);
        this.#settle(call, isOk, value);
        if (worker.served === maxTasksPerWorker) this.#replace(worker);
        this.pump();
      },
      returned: (call) => {
        this.#takeBack(call);
        queueMicrotask(this.#pumpSoon);
      },
      abandoned: () => {},
      streamOpened: (call) => this.#openStream(call),
      streamItem: (call, value) => call.stream?.push(value),
      progress: (call, value) => tellProgress(call.task, value),
      full: () => this.#replace(worker),
      lateFailure: this.#lateFailure,
      lost: (loss) => this.#lose(worker, loss),
    };
  }

  readonly #lateFailure = (error: unknown): void => this.#events.lateFailure(error);

  #replace(worker: PoolWorker): void {
    if (!this.force.workers.includes(worker)) return;
    this.force.retire(worker);
    this.force.staff();
  }

  #settle(call: RemoteCall, isOk: boolean, value: unknown): void {
    const { stream, task } = call;
    const wasCancelled = call.cancelled;
    this.#finish(call);
    if (stream !== null) {
      this.streams.closed(stream);
      return stream.end(isOk || wasCancelled ? "done" : { error: value });
    }
    call.settled = true;
    // A worker that had to be ended to stop a call has been lost as it was meant to be.
    const isStopped = isOk || value === task.cold?.cancelCause?.error ||
      value instanceof WorkerLostError;
    if (wasCancelled && isStopped) task.wakeCancelled();
    else if (isOk) task.wake(value);
    else task.wakeWithError(value);
  }

  #openStream(call: RemoteCall): void {
    if (call.cancelled) return;
    call.stream = new RemoteStream(call);
    this.streams.opened(call.stream);
    call.settled = true;
    call.task.wake(call.stream);
  }

  /** A call has come back from its worker, which has not begun it. */
  #takeBack(call: RemoteCall): void {
    call.worker = null;
    call.hasTurn = false;
    call.returns++;
    if (call.cancelled) this.#settle(call, false, call.task.cold!.cancelCause!.error);
    else this.#line.giveBack(call);
  }

  /** There is nothing more to do with a call. */
  #finish(call: RemoteCall): void {
    call.worker = null;
    call.isOver = true;
    if (call.feeds !== undefined) leaveSources(call, this.#lateFailure);
    call.task.scheduler.outside--;
    if (--this.unfinished > 0) return;
    this.#lowestSent = Infinity;
    this.#impatient.clear();
  }

  #waitedTooLong(call: RemoteCall): void {
    if (call.isOver || call.cancelled) return;
    const { link } = call.worker ?? {};
    if (link !== undefined && !link.withdraw(call)) return;
    const error = new TimeoutError(
      this.#options.queueTimeout,
      `The queueing of job '${call.name}'`,
    );
    this.#settle(call, false, error);
    // It may stand in line still, and is passed over.
    call.cancelled = true;
  }

  #lose(worker: PoolWorker, loss: WorkerLoss<RemoteCall>): void {
    const job = loss.culprit?.name;
    this.#events.worker("workerLost", worker, loss.error, job);
    if (loss.stuck !== undefined) {
      this.#events.worker("workerStuck", worker, loss.error, job);
      this.#warnOfStuck(loss, loss.stuck);
    }
    for (const call of loss.notBegun) {
      if (call.stays && !call.cancelled) loss.begun.push(call);
      else this.#takeBack(call);
    }
    for (const call of loss.begun) {
      this.#events.ended(worker, call, false, undefined, 0);
      if (call.chunk === null || call.cancelled) this.#settle(call, false, lostCall(call, loss));
      else this.#loseSome(call, call.chunk, loss);
    }
    this.force.lost(worker, loss);
    this.pump();
  }

  /** What had not begun of a call of many runs elsewhere. */
  #loseSome(call: RemoteCall, chunk: MapChunk, loss: WorkerLoss<RemoteCall>): void {
    const begun = loss.culprit === call ? Math.min(loss.begunItems, chunk.count) : chunk.count;
    chunk.lost(begun, lostCall(call, loss));
    this.#settle(call, true, undefined);
  }

  #warnOfStuck({ culprit }: WorkerLoss<RemoteCall>, thread: StuckThread): void {
    this.#stuck.push(thread);
    const who = culprit === undefined ? "A thread" : `Job '${culprit.name}' of ${culprit.module}`;
    console.warn(
      `${who} cannot be stopped: this runtime does not end a thread that loops. It keeps a core busy until the process ` +
        `ends. Pool '${this.#options.pool}' goes on with another worker; isolation: "process" really ends such a job`,
    );
  }

  giveUp(error: Error): void {
    for (;;) {
      const call = this.#line.next();
      if (call === undefined) return;
      if (!call.cancelled) this.#settle(call, false, unrunnableCall(call, error));
    }
  }

  /** Lets the workers go. */
  disband(): Promise<void>[] {
    this.#lookNoMore();
    return this.force.disband();
  }
}
