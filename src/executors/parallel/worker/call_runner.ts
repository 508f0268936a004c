/**
 * Runs calls in a worker, each from its beginning to the worker's last word on it.
 *
 * @module
 */
import { CallTimer } from "./call_timer.ts";
import { type ChunkHost, ChunkLoop } from "./chunk_loop.ts";
import { CANCELLING, type ControlBlock } from "../wire/control_block.ts";
import { CoroutineError } from "./coroutine_error.ts";
import { type CallContext, carryCall, setRunningCall } from "./current_call.ts";
import type { JobFunction } from "./job_module.ts";
import { isBrokenOff, isDeclaredAsync, isGenerator, isStream } from "./job_result.ts";
import { clearTimeout, performance, queueMicrotask, setTimeout } from "../wire/own_globals.ts";
import type { WorkerPlatform } from "../platforms/platform.ts";
import type { Reports } from "./reports.ts";
import { type CallOwner, ENDED, type RunningCall, STOPPING } from "./running_call.ts";
import { pumpStream, type StreamOutlet } from "./stream_pump.ts";

/** What the layers above bring to a worker. The worker's side itself knows nothing of coroutines. */
export interface ServeOptions {
  /**
   * Runs a coroutine that an export returned, to its end. Without it such a call fails with a {@linkcode CoroutineError}.
   *
   * @param coroutine what the export returned
   * @param call the call; the coroutine is cancelled when its signal aborts
   * @returns what the coroutine gives
   */
  readonly runCoroutine?: (coroutine: object, call: CallContext) => PromiseLike<unknown>;
  /**
   * Whether an object that an export returned is to be run as a coroutine.
   *
   * @default a generator object is, nothing else
   */
  readonly isCoroutine?: (value: object) => boolean;
  /**
   * What the signal of a cancelled call says when the host gave no reason, or gave it too late to be heard.
   *
   * @default a `DOMException` named `AbortError`
   */
  readonly cancelReason?: () => unknown;
  /**
   * What the signal of a call says whose time is over.
   *
   * @default a `DOMException` named `TimeoutError`
   */
  readonly timeoutReason?: (ms: number) => unknown;
}

/** Runs the calls of one worker. */
export class CallRunner implements CallOwner, StreamOutlet, ChunkHost {
  readonly #platform: WorkerPlatform;
  readonly control: ControlBlock;
  readonly reports: Reports;
  readonly #options: ServeOptions;
  readonly #isCoroutine: (value: object) => boolean;
  readonly #freed: () => void;
  readonly #free: () => void;
  #isFreeing = false;
  readonly #concurrency: number;
  readonly #calls: (RunningCall | undefined)[] = [];
  /** The call of many that runs. */
  #loop: ChunkLoop | undefined;
  /** Calls that wait for something of their own; a stream that waits for its consumer is not one. */
  #busy = 0;
  /** Calls that have begun and not ended. */
  #active = 0;

  /** Begins with no calls. */
  constructor(
    platform: WorkerPlatform,
    control: ControlBlock,
    reports: Reports,
    options: ServeOptions,
    freed: () => void,
  ) {
    this.#platform = platform;
    this.control = control;
    this.reports = reports;
    this.#options = options;
    this.#isCoroutine = options.isCoroutine ?? isGenerator;
    this.#freed = freed;
    this.#free = () => {
      this.#isFreeing = false;
      freed();
    };
    this.#concurrency = platform.settings.concurrency;
  }

  /** How many calls have begun and not ended. */
  get active(): number {
    return this.#active;
  }

  /** Whether another call may begin. */
  get hasRoom(): boolean {
    return this.#busy < this.#concurrency;
  }

  /**
   * Runs a call that needs nothing but its function and its arguments: the hot path, without a copy of the arguments.
   *
   * @returns when its synchronous part was over
   */
  startPlain(
    call: RunningCall,
    run: JobFunction,
    batch: readonly unknown[],
    at: number,
    argc: number,
  ): number {
    const { slot } = call;
    const startedAt = call.startedAt = performance.now();
    this.control.current = slot;
    setRunningCall(call);
    let value: unknown;
    let isOk = true;
    try {
      if (argc === 1) value = run(batch[at]);
      else if (argc === 2) value = run(batch[at], batch[at + 1]);
      else value = argc === 0 ? run() : run(...batch.slice(at, at + argc));
    } catch (error) {
      value = error;
      isOk = false;
    }
    setRunningCall(undefined);
    this.control.current = -1;
    const now = performance.now();
    const held = call.held = now - startedAt;
    call.job.expected += (held - call.job.expected) * 0.2;
    if (isOk && call.stop === undefined && (typeof value !== "object" || value === null)) {
      call.phase = ENDED;
      this.reports.ok(slot, held, value);
    } else {
      this.#track(call);
      if (isOk) this.#returned(call, value);
      else this.failed(call, value);
    }
    return now;
  }

  /**
   * Runs a call whose module is ready.
   *
   * @returns when its synchronous part was over
   */
  start(call: RunningCall): number {
    this.#track(call);
    const { job, extras } = call;
    const timeout = extras?.timeout ?? 0;
    if (extras !== undefined && (extras.watch || timeout > 0 && call.clock === undefined)) {
      this.reports.begun(call.slot);
    }
    if (timeout > 0) {
      call.clock ??= new CallTimer(timeout, () => {});
      call.clock.rest();
      call.clock.expired = () => this.#timedOut(call, timeout);
    }
    const now = call.startedAt = performance.now();
    let value: unknown;
    let isOk = true;
    try {
      value = this.#invoke(call, job.resolve());
    } catch (error) {
      value = error;
      isOk = false;
    }
    setRunningCall(undefined);
    this.control.current = -1;
    const end = performance.now();
    call.held = end - now;
    job.expected += (call.held / Math.max(1, call.many) - job.expected) * 0.2;
    if (isOk) this.#returned(call, value);
    else if (isBrokenOff(value)) this.#timedOut(call, timeout);
    else this.failed(call, value);
    return end;
  }

  #invoke(call: RunningCall, run: JobFunction): unknown {
    if (call.many > 0) return (this.#loop = new ChunkLoop(call, this)).run(run);
    const args = (call.args ?? []) as readonly unknown[];
    const body = call.job.isCarried ? () => carryCall(call, run, args) : () => run(...args);
    this.control.current = call.slot;
    setRunningCall(call);
    const { within } = this.#platform;
    const { clock } = call;
    const value = clock === undefined || within === undefined ? body() : within(clock.left, body);
    // Set again as soon as a call of it returns a promise.
    call.job.isCarried = isDeclaredAsync(run);
    return value;
  }

  #returned(call: RunningCall, value: unknown): void {
    if (typeof value !== "object" || value === null) return this.ended(call, value);
    let promise: PromiseLike<unknown> | undefined;
    try {
      promise = this.promiseOf(call, value);
    } catch (error) {
      return this.failed(call, error);
    }
    if (promise !== undefined) {
      if (call.many === 0) call.job.isCarried = true;
      this.#waits(call);
      promise.then(
        (result) => this.ended(call, result),
        (error) => this.failed(call, error),
      );
    } else if (isStream(value as object)) {
      this.reports.stream(call.slot);
      this.#waits(call);
      pumpStream(call, value as AsyncIterator<unknown>, this);
    } else {
      this.ended(call, value);
    }
  }

  promiseOf(call: RunningCall, value: object): PromiseLike<unknown> | undefined {
    if (typeof (value as PromiseLike<unknown>).then === "function") {
      return value as PromiseLike<unknown>;
    }
    if (!this.#isCoroutine(value)) return undefined;
    const { runCoroutine } = this.#options;
    if (runCoroutine === undefined) throw new CoroutineError(call);
    return runCoroutine(value, call);
  }

  /** The worker is about to exit: what is known of the call of many that runs. */
  sayPart(): void {
    const slot = this.control.current;
    if (this.#loop !== undefined && this.#loop.slot === slot) {
      this.reports.part(slot, this.#loop.values);
    }
  }

  #waits(call: RunningCall): void {
    call.clock?.spend(call.held);
    this.waiting(call, false);
  }

  /**
   * A call waits for its module. It can be taken back still, but its time runs, as it does on the executors that import
   * modules as part of the task.
   *
   * @param expired is called when its time is over before the module is ready
   */
  beginLoading(call: RunningCall, expired: () => void): void {
    const { timeout = 0, watch = false } = call.extras ?? {};
    if (timeout <= 0) return;
    // Who watches wants to hear when its code begins.
    if (!watch) this.reports.begun(call.slot);
    call.clock = new CallTimer(timeout, expired);
    call.clock.run();
  }

  /** The time of a call is over that has not come to run. */
  outOfTime(call: RunningCall): void {
    this.#track(call);
    this.#timedOut(call, call.extras?.timeout ?? 0);
  }

  /** A call cannot be run at all. */
  refuse(call: RunningCall, error: unknown): void {
    this.#track(call);
    this.failed(call, error);
  }

  /**
   * Asks a call to stop.
   *
   * @returns false when no such call has begun
   */
  cancel(slot: number, reason: unknown, grace: number): boolean {
    const call = this.#calls[slot];
    if (call === undefined) return false;
    call.requestStop("cancel", reason ?? this.cancelReason());
    this.#giveUpAfter(call, grace);
    return true;
  }

  #timedOut(call: RunningCall, timeout: number): void {
    const { timeoutReason } = this.#options;
    const reason = timeoutReason?.(timeout) ??
      new DOMException(`The call took longer than ${timeout} ms`, "TimeoutError");
    call.requestStop("timeout", reason);
    // Broken off inside its synchronous part it has nothing left to stop; else it is told and gets its grace.
    const grace = call.isDeafStream ? 0 : call.extras?.grace ?? 0;
    if (call.counted || call.onStop !== undefined) this.#giveUpAfter(call, grace);
    else this.#stopped(call, false);
  }

  #giveUpAfter(call: RunningCall, grace: number): void {
    if (call.phase === ENDED || call.phase === STOPPING) return;
    call.phase = STOPPING;
    call.clock?.rest();
    if (!call.canHear) return this.#stopped(call, true);
    if (grace >= 2 ** 31) return;
    call.timer = setTimeout(() => this.#stopped(call, true), grace);
  }

  /** A stream may send more. */
  credit(slot: number, n: number): void {
    this.#calls[slot]?.onCredit?.(n);
  }

  /** The call in a slot, if it has begun and not ended. */
  at(slot: number): RunningCall | undefined {
    return this.#calls[slot];
  }

  /** An item of a stream cannot be cloned: the stream fails, and its generator is told to return. */
  itemRefused(slot: number, error: unknown): void {
    const call = this.#calls[slot];
    if (call === undefined) return;
    const { onStop } = call;
    this.failed(call, error);
    onStop?.();
  }

  ended(call: RunningCall, value: unknown): void {
    if (call.stop !== undefined) return this.#stopped(call, false);
    if (!this.#end(call)) return;
    const run = performance.now() - call.startedAt;
    if (call.isSynchronous) this.reports.ok(call.slot, call.held, value);
    else this.reports.settled(call, run, value);
  }

  failed(call: RunningCall, error: unknown): void {
    if (call.isStop(error)) return this.#stopped(call, false);
    if (!this.#end(call)) return;
    this.reports.failed(call.slot, call.held, performance.now() - call.startedAt, error);
  }

  #stopped(call: RunningCall, isAbandoned: boolean): void {
    if (!this.#end(call)) return;
    this.reports.stopped(call, performance.now() - call.startedAt, isAbandoned);
  }

  item(call: RunningCall, value: unknown): void {
    this.reports.item(call.slot, value);
  }

  progress(call: RunningCall, value: unknown): void {
    this.reports.progress(call.slot, value);
  }

  waiting(call: RunningCall, isWaiting: boolean): void {
    call.isSynchronous = false;
    if (call.counted !== isWaiting) return;
    call.counted = !isWaiting;
    this.#busy += isWaiting ? -1 : 1;
    if (isWaiting) {
      call.clock?.rest();
      this.#freed();
    } else if (call.stop === undefined) {
      call.clock?.run();
    }
  }

  cancelRequested(call: RunningCall): boolean {
    return call.phase !== ENDED && this.control.state(call.slot) === CANCELLING;
  }

  cancelReason(): unknown {
    return this.#options.cancelReason?.() ??
      new DOMException("The call was cancelled", "AbortError");
  }

  #track(call: RunningCall): void {
    if (this.#calls[call.slot] === call) return;
    this.#calls[call.slot] = call;
    this.#active++;
  }

  /** Ends a call; false when it had ended before. */
  #end(call: RunningCall): boolean {
    if (call.phase === ENDED) return false;
    call.phase = ENDED;
    call.clock?.rest();
    call.feeds?.endAll("done");
    clearTimeout(call.timer);
    this.#calls[call.slot] = undefined;
    this.#active--;
    if (call.counted) {
      call.counted = false;
      this.#busy--;
    }
    if (!this.#isFreeing) {
      this.#isFreeing = true;
      // Later, since the caller writes its report now, and others may end in this turn.
      queueMicrotask(this.#free);
    }
    return true;
  }
}
