/**
 * The host's end of one worker: sends calls, hears what becomes of them, and notices when the worker is gone.
 *
 * ```text
 *   STARTING ── ready ──▶ READY ── retire() ──▶ RETIRING ── exit ──▶ GONE
 *      │ timeout, error     │ exit, error, silence, terminate() │
 *      └────────────────────┴──── lost, once ───────────────────┴──▶ GONE
 * ```
 *
 * A call: `send` ▶ (in the worker's queue) ▶ begun ▶ exactly one of `settled`, `returned`, `lost`.
 *
 * Timeline: `send` writes into a batch, and the batch leaves when the turn ends; a call with something to transfer leaves at
 * once. The worker begins calls in the order in which they were sent. What it has not begun can be taken back at any time,
 * also while it is inside a long synchronous call, since beginning and taking back meet in one word of shared memory.
 *
 * Cancelling: a call that has not begun is settled at once. One that has is told by shared memory and by message. The worker
 * gives it up when its grace is over; should the worker not answer either, because a call holds its thread, then
 * - the thread is ended if it is held by this very call, or by nobody known (a continuation after an `await`);
 * - the call alone is given up if another call holds the thread: that one has done nothing wrong.
 * A timeout is the same with the worker's own clock, counted from the beginning.
 *
 * Policy on the process: a link keeps it alive while a call is outstanding, while the worker starts and while it retires;
 * an idle one has no timer and lets the process end.
 *
 * The idea of a pool that hands to a worker only what it can begin, and takes back what it cannot, is that of prefork servers;
 * credit for streams is that of HTTP/2's windows.
 *
 * @module
 */
import { ArgumentFeeds } from "../wire/argument_feeds.ts";
import type { Call, LinkEvents, WorkerLoss } from "./call.ts";
import { CallWriter, DEFAULT_GRACE, refusalOf } from "../wire/call_entry.ts";
import { CallSlots, splitRunning } from "./call_slots.ts";
import { CANCELLING, ControlBlock, QUEUED, RUNNING } from "../wire/control_block.ts";
import { Deadlines } from "./deadlines.ts";
import { encodeError } from "../wire/error_codec.ts";
import { linkSettings, threadOptions } from "./link_options.ts";
import type { LinkOptions, LinkSettings } from "./link_options.ts";
import { Liveness } from "./liveness.ts";
import { lossOf } from "./loss.ts";
import { Mailbox, mailPort } from "../wire/mailbox.ts";
import { Outbox } from "../wire/outbox.ts";
import type { Thread } from "../platforms/platform.ts";
import { readReports, type ReportSink } from "./report_reader.ts";
import { ThreadEnd } from "./thread_end.ts";
import type { Stop, Watched } from "./watched.ts";
import * as wire from "../wire/wire.ts";

const STARTING = 0;
const READY = 1;
const RETIRING = 2;
const GONE = 3;

const SLACK = 250; // Milliseconds a worker's answer may be on its way.
const MAX_DELAY = 2 ** 31; // No timer can be set for longer.

/** One worker. `C` is the owner's own class of calls. */
export class WorkerLink<C extends Call> {
  readonly #settings: LinkSettings<C>;
  readonly #events: LinkEvents<C>;
  readonly #control: ControlBlock;
  readonly #slots: CallSlots<C>;
  readonly #thread: Thread;
  readonly #outbox: Outbox;
  readonly #deadlines: Deadlines<Watched<C>>;
  readonly #liveness: Liveness;
  readonly #end: ThreadEnd;
  readonly #writer: CallWriter;
  readonly #feeds: ArgumentFeeds<C>;
  readonly #sink: ReportSink<C>;
  /** Why each call is being stopped, for those that are. */
  readonly #stops = new Map<C, Stop>();
  readonly #gone: (() => void)[] = [];
  #state = STARTING;
  #outstanding = 0;
  /** For the start first, for the retirement later. */
  #stateTimer: ReturnType<typeof setTimeout> | undefined;
  #culprit: C | undefined;
  #hasBeenReady = false;
  #retirement = 0;

  /**
   * Starts a worker.
   *
   * @param options how
   * @param events what to tell
   * @throws {TypeError} when an option has the wrong shape
   * @throws {RangeError} when an option has the wrong size
   */
  constructor(options: LinkOptions<C>, events: LinkEvents<C>) {
    const settings = this.#settings = linkSettings(options);
    this.#events = events;
    this.#control = ControlBlock.create(settings.capacity, settings.shareMemory);
    const box = this.#control.memory && new Mailbox();
    this.#slots = new CallSlots(settings.capacity);
    this.#deadlines = new Deadlines((watched, stage) => this.#overdue(watched, stage));
    this.#thread = settings.adapter.start(
      threadOptions(settings, this.#control.memory, box?.memory),
      {
        failed: (error) => this.#end.failed(error),
        exited: (code, signal) => this.#end.exited(code, signal),
      },
    );
    this.#end = new ThreadEnd({
      thread: this.#thread,
      control: this.#control,
      stopsLoops: settings.adapter.stopsLoops,
      isAnswering: () => this.#hasBeenReady,
      askToExit: () => this.#tell(wire.EXIT),
      ending: () => this.#liveness.hold(),
      finished: () => this.#finished(),
    });
    this.#outbox = new Outbox(
      mailPort(this.#thread.port, box),
      wire.BATCH_CALLS,
      (entry, error, transfer) => this.#refused(entry, error, transfer),
    );
    this.#writer = new CallWriter(this.#outbox);
    this.#feeds = new ArgumentFeeds(this.#outbox, (error) => events.lateFailure(error));
    this.#sink = this.#makeSink();
    this.#liveness = new Liveness(this.#thread, this.#control, settings.silenceLimit, {
      silent: () => this.#end.force("silent"),
      exitUnheard: (code) => this.#end.exitUnheard(code),
    });
    this.#thread.port.listen({
      received: (batch) => {
        if (this.#state !== GONE) readReports(batch, this.#slots, this.#sink, this.#events);
      },
      unreadable: (error) => this.#end.force("silent", error),
      closed: () => this.#end.portClosed(),
    });
    this.#limit(settings.startTimeout, "start");
  }

  /** How many calls were sent and have not been settled, returned or lost. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** How many more calls can be sent now. */
  get room(): number {
    return this.#slots.room;
  }

  /** Whether calls can be sent: not after `retire`, `terminate` or the loss of the worker. */
  get isOpen(): boolean {
    return this.#state <= READY && this.#end.isLiving;
  }

  /** Whether a call has begun, as far as shared memory tells; without it, whether the call was watched and has begun. */
  hasBegun(call: C): boolean {
    return call.slot >= 0 && [RUNNING, CANCELLING].includes(this.#control.state(call.slot));
  }

  /**
   * Sends a call. It leaves when the turn ends.
   *
   * @param call the call; it is with no other link
   * @throws {RangeError} when the link holds as many calls as it may
   * @throws {Error} when the link takes no more calls
   */
  send(call: C): void {
    if (!this.isOpen) {
      throw new Error(`Cannot send a call to ${this.#settings.name}: it takes no more calls`);
    }
    if (this.#slots.room === 0) {
      const { name, capacity } = this.#settings;
      const rest = "as many as it may. Wait for one to end, or raise 'capacity'";
      throw new RangeError(`Cannot send a call to ${name}: it holds ${capacity}, ${rest}`);
    }
    this.#control.set(this.#slots.put(call), QUEUED);
    if (this.#outstanding++ === 0) this.#liveness.wake();
    this.#writer.write(call);
  }

  /**
   * Lets a stream send more items. A stream begins with none.
   *
   * @param call the stream
   * @param n how many more
   */
  credit(call: C, n: number): void {
    if (call.slot < 0) return;
    this.#writer.order(wire.CREDIT, call.slot, n);
  }

  /**
   * Stops a call; a stream returns. It is settled with `reason`, unless it ends by itself first, or fails while stopping.
   *
   * @param call the call
   * @param reason what it is settled with; also what its signal says in the worker
   * @param grace milliseconds it has for its cleanup
   */
  cancel(call: C, reason: unknown, grace: number = DEFAULT_GRACE): void {
    const { slot } = call;
    if (slot < 0 || this.#stops.has(call)) return;
    this.#stops.set(call, { reason, beats: this.#control.beats });
    if (this.#control.takeBack(slot, true)) {
      this.#slots.detach(call);
      return this.#settle(call, false, reason, 0, 0);
    }
    this.#control.move(slot, RUNNING, CANCELLING);
    this.#writer.order(wire.CANCEL, slot, encodeError(reason), Math.max(0, grace));
    this.#lookAfter(call, grace);
  }

  /** Takes one call back, if it has certainly not begun; then nothing more is said of it. */
  withdraw(call: C): boolean {
    if (call.slot < 0 || !this.#control.takeBack(call.slot, false)) return false;
    this.#slots.detach(call);
    this.#leave(call);
    return true;
  }

  /**
   * Takes back calls the worker has not begun, those sent last first; each comes as `returned`, before this method returns
   * where memory is shared, else when the worker has answered. Calls that wait for their module stay, and those that are
   * for this worker only.
   *
   * @param n how many at most; Infinity takes back those that wait for their module too
   * @param below only those of a lower priority; none where no memory is shared
   */
  takeBack(n: number, below = Infinity): void {
    const { memory } = this.#control;
    if (n <= 0 || this.#outstanding === 0 || below < Infinity && memory === undefined) return;
    if (memory === undefined) return this.#writer.order(wire.TAKE_BACK, n);
    let taken = 0;
    for (const call of this.#slots.newestFirst()) {
      if (taken === n) return;
      if (call.stays === true || (below < Infinity && (call.priority ?? 0) >= below)) continue;
      if (!this.#control.takeBack(call.slot, n === Infinity)) continue;
      taken++;
      this.#slots.detach(call);
      this.#leave(call);
      this.#events.returned(call);
    }
  }

  /** Takes half of what is left of the call of many that runs, if there is one, so that it can go elsewhere. */
  splitRunning(): void {
    splitRunning(this.#slots, this.#control);
  }

  /**
   * Lets the worker finish what it has, dispose of its modules and exit.
   *
   * @param grace milliseconds it has, when its last call has ended, before it is terminated
   * @returns when the worker is gone
   */
  retire(grace: number = DEFAULT_GRACE): Promise<void> {
    if (this.#state <= READY) {
      this.#state = RETIRING;
      clearTimeout(this.#stateTimer);
      this.#liveness.wake();
      this.#tell(wire.RETIRE);
      this.#retirement = grace;
      if (this.#outstanding === 0) this.#limit(this.#retirement, "terminated");
    }
    return this.#whenGone();
  }

  /** Its start may take so long, and its end: its `dispose` exports, when it has no calls any more. */
  #limit(ms: number, cause: "start" | "terminated"): void {
    if (ms < MAX_DELAY) this.#stateTimer = setTimeout(() => this.#end.force(cause), ms);
  }

  /**
   * Ends the worker by force. Its calls are reported lost.
   *
   * @returns when the worker is gone, or, where the runtime cannot stop a thread, given up; see `stuckThreads`
   */
  terminate(): Promise<void> {
    this.#end.force("terminated");
    return this.#whenGone();
  }

  #tell(order: number): void {
    this.#writer.order(order);
    this.#outbox.flush();
  }

  async #whenGone(): Promise<void> {
    if (this.#state !== GONE) await new Promise<void>((resolve) => this.#gone.push(resolve));
  }

  #makeSink(): ReportSink<C> {
    return {
      ready: () => {
        this.#hasBeenReady = true;
        if (this.#state !== STARTING) return;
        this.#state = READY;
        clearTimeout(this.#stateTimer);
        if (this.#outstanding === 0) this.#liveness.rest();
        this.#events.ready();
      },
      settle: (call, isOk, value, runMs, heldMs) => this.#settle(call, isOk, value, runMs, heldMs),
      stopped: (call, isTimeout, isAbandoned, runMs, heldMs) => {
        if (isAbandoned) this.#events.abandoned?.(call);
        const error = isTimeout ? this.#settings.timeoutError(call) : this.#stops.get(call)?.reason;
        this.#settle(call, false, error, runMs, heldMs);
      },
      begun: (call) => {
        if (this.#control.memory === undefined) this.#control.set(call.slot, RUNNING);
        const { timeout = 0, grace = DEFAULT_GRACE } = call;
        if (timeout > 0) this.#lookAfter(call, timeout + grace + SLACK);
        this.#events.begun?.(call);
      },
      returned: (call) => {
        this.#slots.detach(call);
        const stop = this.#stops.get(call);
        if (stop !== undefined) return this.#settle(call, false, stop.reason, 0, 0);
        this.#leave(call);
        this.#events.returned(call);
      },
      pulled: (call, index, n) => this.#feeds.pulled(call, index, n),
    };
  }

  #settle(call: C, isOk: boolean, value: unknown, runMs: number, heldMs: number): void {
    this.#leave(call);
    this.#events.settled(call, isOk, value, runMs, heldMs);
  }

  /** The call is with this link no longer. */
  #leave(call: C): void {
    if (this.#stops.size > 0) this.#stops.delete(call);
    if (call.feeds !== undefined) this.#feeds.ended(call);
    if (--this.#outstanding > 0) return;
    // Else the time of a call that has ended would keep the process alive.
    this.#deadlines.clear();
    if (this.#state === READY) this.#liveness.rest();
    if (this.#state === RETIRING) this.#limit(this.#retirement, "terminated");
  }

  #refused(entry: wire.Batch, error: unknown, transfer?: readonly Transferable[]): void {
    const slot = entry[1] as number;
    if (this.#feeds.refused(entry, error, this.#slots.at(slot))) return;
    // Else it is a call. The worker has not seen it, so the slot is free at once.
    const call = this.#slots.release(slot);
    if (call === undefined) return;
    const reason = refusalOf(call, error, transfer);
    this.#settle(call, false, reason, 0, 0);
  }

  /** A call has not ended although its grace is over, and the worker has not given it up. */
  #overdue(watched: Watched<C>, stage: number): void {
    const { call, turn } = watched;
    const { slot } = call;
    if (slot < 0 || this.#slots.at(slot) !== call || this.#slots.turnOf(slot) !== turn) return;
    if (this.#state === GONE) return;
    const { current } = this.#control;
    const stop = this.#stops.get(call);
    if (current === slot) return this.#kill(call, stop);
    // A worker whose event loop turns is about to answer.
    if (stage === 0) return this.#deadlines.add(watched, SLACK, 1);
    const isTurning = stop !== undefined && this.#control.beats !== stop.beats;
    if (current < 0 && !isTurning) return this.#kill(call, stop);
    this.#slots.detach(call);
    this.#giveUp(call, stop);
  }

  #lookAfter(call: C, ms: number): void {
    this.#deadlines.add({ call, turn: this.#slots.turnOf(call.slot) }, ms, 0);
  }

  #kill(call: C, stop: Stop | undefined): void {
    this.#culprit = call;
    this.#slots.detach(call);
    // First, lest whoever hears of the call send the next one.
    this.#end.force("killed");
    this.#giveUp(call, stop);
  }

  #giveUp(call: C, stop: Stop | undefined): void {
    this.#events.abandoned?.(call);
    const error = stop === undefined ? this.#settings.timeoutError(call) : stop.reason;
    this.#settle(call, false, error, 0, 0);
  }

  #finished(): void {
    const hasRetired = this.#state === RETIRING && this.#end.cause === undefined &&
      this.#outstanding === 0;
    const wasStarting = this.#state === STARTING;
    this.#state = GONE;
    clearTimeout(this.#stateTimer);
    this.#deadlines.clear();
    this.#liveness.stop();
    this.#thread.port.close();
    if (!hasRetired) this.#events.lost(this.#loss(wasStarting));
    for (const resolve of this.#gone.splice(0)) resolve();
  }

  #loss(wasStarting: boolean): WorkerLoss<C> {
    const culprit = this.#culprit ?? this.#slots.at(this.#control.current);
    this.#stops.clear();
    this.#feeds.endAll();
    this.#outstanding = 0;
    return lossOf(this.#settings.name, this.#end, this.#slots, this.#control, culprit, wasStarting);
  }
}
