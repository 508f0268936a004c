/**
 * What runs inside a worker: takes batches of calls, begins them, and obeys the host.
 *
 * ```text
 *   batch ─▶ queue ─▶ begun ─┬─ returned a plain value ─────────────────────▶ OK
 *            (SAB: QUEUED)   ├─ returned a promise, or a coroutine ─ waits ──▶ SETTLED | FAILED | CANCELLED | TIMED_OUT
 *                            └─ returned an async generator ─ STREAM, ITEM… ─▶ the same
 * ```
 *
 * Timeline of one turn: calls are begun in the order in which they came, until the queue is empty, as many wait as may
 * (`concurrency`), or the turn has lasted its budget; then the event loop gets a turn, so that timers, cancellations and the
 * promises of other calls are never behind more than one call. Reports leave together when the turn ends, but never wait
 * behind a call that is known to take long.
 *
 * Policy: whatever one call does ends that call only. An export that throws, a result that cannot be cloned, a module that
 * does not import, an error thrown long after the call returned: each is reported, and the worker goes on. What takes the
 * worker itself away (exit, heap) is the host's to notice; here it is only told apart where the runtime says nothing.
 *
 * @module
 */
import { CallRunner, type ServeOptions } from "./call_runner.ts";
import { ControlBlock, LOADING, QUEUED, RUNNING, TAKEN } from "../wire/control_block.ts";
import { decodeError, type EncodedError } from "../wire/error_codec.ts";
import { deliver, FedArguments } from "./fed_arguments.ts";
import { JobExport, JobModule } from "./job_module.ts";
import { clearInterval, performance, setInterval } from "../wire/own_globals.ts";
import {
  EXIT_HEAP_EXHAUSTED,
  EXIT_UNREADABLE,
  type WorkerPlatform,
} from "../platforms/platform.ts";
import { Mailbox } from "../wire/mailbox.ts";
import { Parking, type ParkingOwner } from "./parking.ts";
import { Reports } from "./reports.ts";
import { RunningCall } from "./running_call.ts";
import * as wire from "../wire/wire.ts";

export type { ServeOptions } from "./call_runner.ts";

/** Milliseconds of calls in one turn of the event loop. */
const TURN_BUDGET = 4;
/** A call expected to take longer than this many milliseconds keeps no report waiting. */
const LONG = 0.3;
/** Milliseconds between two signs of life while there is work. */
const BEAT_INTERVAL = 100;

/**
 * Makes this thread a worker of the pool. Called once, by the module the worker starts with.
 *
 * @param platform what the worker runs on
 * @param options what the layers above bring along
 */
export function serve(platform: WorkerPlatform, options: ServeOptions = {}): void {
  new WorkerSide(platform, options).begin();
}

class WorkerSide implements ParkingOwner {
  readonly #platform: WorkerPlatform;
  readonly #control: ControlBlock;
  readonly #reports: Reports;
  readonly #runner: CallRunner;
  readonly #parking: Parking | undefined;
  readonly #modules = new Map<string, JobModule>();
  readonly #jobs: (JobExport | undefined)[] = [];
  #queue: wire.Batch[] = [];
  /** Where in the first batch of the queue the next entry is. */
  #at = 1;
  /** Calls whose modules have become ready since it was their turn. */
  #loaded: RunningCall[] = [];
  /** Calls that wait for their modules. */
  readonly #loading = new Set<RunningCall>();
  #isRunning = false;
  #isDeferred = false;
  #isRetiring = false;
  #isLeaving = false;
  #isFull = false;
  /** A browser lets the running code return before it takes the worker away. */
  #isExiting = false;
  #heart: ReturnType<typeof setInterval> | undefined;

  constructor(platform: WorkerPlatform, options: ServeOptions) {
    const { settings, port } = platform;
    this.#platform = platform;
    this.#control = ControlBlock.attach(settings.capacity, settings.memory);
    this.#reports = new Reports(port, (slot, error) => this.#runner.itemRefused(slot, error));
    this.#parking = settings.mail && new Parking(new Mailbox(settings.mail), this);
    this.#runner = new CallRunner(
      platform,
      this.#control,
      this.#reports,
      options,
      () => this.#freed(),
    );
  }

  begin(): void {
    this.#platform.trap((error) => this.#reports.late(error));
    this.#platform.onExit((code) => {
      this.#control.sayExiting(code);
      this.#runner.sayPart();
      this.#reports.close();
      this.#isExiting = true;
    });
    this.#platform.port.listen({
      received: (batch) => {
        this.#parking?.heard(batch);
        this.received(batch);
      },
      unreadable: () => this.#platform.exit(EXIT_UNREADABLE),
      closed: () => this.#platform.exit(0),
    });
    this.#reports.ready();
  }

  /** A batch has come. */
  received(batch: wire.Batch): void {
    if (batch[0] === wire.BATCH_CONTROL) return this.#obey(batch);
    this.#queue.push(batch);
    if (this.#control.memory === undefined) this.#markQueued(batch);
    this.#heart ??= setInterval(() => this.#beat(), BEAT_INTERVAL);
    this.#run();
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const turnEnd = performance.now() + TURN_BUDGET;
    while (this.#loaded.length > 0 && this.#hasRoom) {
      const call = this.#loaded.shift() as RunningCall;
      if (this.#claim(call.slot) && this.#runner.start(call) > turnEnd) break;
    }
    while (this.#queue.length > 0 && this.#hasRoom) {
      const batch = this.#queue[0] as wire.Batch;
      if (this.#at >= batch.length) {
        this.#queue.shift();
        this.#at = 1;
      } else if (this.#beginNext(batch, this.#at) > turnEnd) {
        break;
      }
    }
    this.#isRunning = false;
    const isMore = this.#loaded.length > 0 || this.#queue.length > 0;
    if (isMore && this.#hasRoom) this.#defer();
    else this.#retireIfDone();
    this.#parking?.rest();
  }

  get mayPark(): boolean {
    return this.#isIdle && !this.#isRetiring && !this.#isLeaving && !this.#isExiting;
  }

  defer(run: () => void): void {
    this.#platform.defer(run);
  }

  get #hasRoom(): boolean {
    return this.#runner.hasRoom && !this.#isExiting;
  }

  #defer(): void {
    this.#reports.flush();
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#platform.defer(() => {
      this.#isDeferred = false;
      this.#run();
    });
  }

  /** Begins the entry at `at`; returns when that was done, as far as is known. */
  #beginNext(batch: wire.Batch, at: number): number {
    const op = batch[at];
    if (op === wire.DEFINE) {
      this.#at = at + 4;
      this.#define(batch[at + 1] as number, batch[at + 2] as string, batch[at + 3] as string);
      return 0;
    }
    if (op === wire.CALL_MANY) return this.#beginMany(batch, at);
    const isPlain = op === wire.CALL;
    const first = at + (isPlain ? 5 : 6);
    const argc = batch[first - 1] as number;
    this.#at = first + argc;
    const slot = batch[at + 1] as number;
    const job = this.#jobs[batch[at + 3] as number] as JobExport;
    const id = batch[at + 2] as number;
    if (isPlain && !job.isCarried && job.run !== undefined) {
      if (!this.#claim(slot)) return 0;
      if (job.expected > LONG) this.#reports.flush();
      const call = new RunningCall(this.#runner, slot, id, job, undefined, undefined);
      return this.#runner.startPlain(call, job.run, batch, first, argc);
    }
    const args = batch.slice(first, first + argc);
    const extras = isPlain ? undefined : batch[at + 4] as wire.CallExtras;
    const call = new RunningCall(this.#runner, slot, id, job, args, extras);
    if (extras?.feeds !== undefined) {
      const pull = (index: number, n: number) => this.#reports.pull(call, index, n);
      call.feeds = new FedArguments(extras.feeds, args, pull);
    }
    return this.#beginCall(call, job.expected);
  }

  #beginMany(batch: wire.Batch, at: number): number {
    this.#at = at + wire.entryLength(batch, at);
    const [slot, id, ref, count] = batch.slice(at + 1, at + 5) as number[];
    const job = this.#jobs[ref as number] as JobExport;
    const args = batch[at + 5] as ArrayLike<unknown>;
    const call = new RunningCall(this.#runner, slot as number, id as number, job, args, undefined);
    call.many = count as number;
    return this.#beginCall(call, Infinity);
  }

  #beginCall(call: RunningCall, expected: number): number {
    if (!call.job.module.isReady) return this.#awaitModule(call);
    if (!this.#claim(call.slot)) return 0;
    if (expected > LONG) this.#reports.flush();
    return this.#runner.start(call);
  }

  /** Begins a call, unless the host has taken it back. */
  #claim(slot: number): boolean {
    if (this.#control.move(slot, QUEUED, RUNNING) || this.#control.move(slot, LOADING, RUNNING)) {
      return true;
    }
    this.#reports.returned(slot);
    return false;
  }

  /** Until its module is ready a call has not begun, and can be taken back; but its time runs. */
  #awaitModule(call: RunningCall): number {
    if (!this.#control.move(call.slot, QUEUED, LOADING)) {
      this.#reports.returned(call.slot);
      return 0;
    }
    this.#loading.add(call);
    this.#runner.beginLoading(call, () => {
      if (this.#loading.delete(call) && this.#claim(call.slot)) this.#runner.outOfTime(call);
      this.#retireIfDone();
    });
    call.job.module.load().then(() => {
      if (this.#loading.has(call)) this.#moduleReady(call.job.module);
    }, (error) => {
      if (this.#loading.delete(call) && this.#claim(call.slot)) this.#runner.refuse(call, error);
      this.#retireIfDone();
    });
    return 0;
  }

  /** All its calls at once: the first may hold the thread, and the host can take back none that seems to wait for its module. */
  #moduleReady(module: JobModule): void {
    // It was this module's doing: its calls count as begun.
    if (this.#isExiting) return;
    for (const call of this.#loading) {
      if (call.job.module !== module) continue;
      this.#loading.delete(call);
      this.#control.move(call.slot, LOADING, QUEUED);
      this.#loaded.push(call);
    }
    this.#run();
  }

  #define(ref: number, url: string, name: string): void {
    let module = this.#modules.get(url);
    if (module === undefined) {
      module = new JobModule(url, this.#platform.settings.importTimeout);
      this.#modules.set(url, module);
    }
    this.#jobs[ref] = new JobExport(module, name);
  }

  #obey(batch: wire.Batch): void {
    for (let at = 1; at < batch.length; at += wire.entryLength(batch, at)) {
      const slot = batch[at + 1] as number;
      switch (batch[at]) {
        case wire.CANCEL:
          this.#cancel(slot, batch[at + 2] as EncodedError | undefined, batch[at + 3] as number);
          break;
        case wire.CREDIT:
          this.#runner.credit(slot, batch[at + 2] as number);
          break;
        case wire.FEED:
        case wire.FEED_END:
        case wire.FEED_FAILED:
          deliver(this.#runner.at(slot), batch, at);
          break;
        case wire.TAKE_BACK:
          this.#giveBack(slot);
          break;
        case wire.RETIRE:
          this.#isRetiring = true;
          this.#retireIfDone();
          break;
        case wire.EXIT:
          this.#reports.flush();
          this.#platform.exit(0);
      }
    }
  }

  #cancel(slot: number, reason: EncodedError | undefined, grace: number): void {
    const error = reason === undefined ? undefined : decodeError(reason);
    if (this.#runner.cancel(slot, error, grace)) return;
    // Where memory is shared, the host has taken back itself what has not begun.
    if (this.#control.memory === undefined) this.#giveBackSlot(slot);
  }

  #markQueued(batch: wire.Batch): void {
    for (let at = 1; at < batch.length; at += wire.entryLength(batch, at)) {
      if (batch[at] !== wire.DEFINE) this.#control.set(batch[at + 1] as number, QUEUED);
    }
  }

  #giveBack(count: number): void {
    const slots: number[] = [...this.#loading, ...this.#loaded].map((call) => call.slot);
    this.#queue.forEach((batch, index) => {
      for (
        let at = index === 0 ? this.#at : 1;
        at < batch.length;
        at += wire.entryLength(batch, at)
      ) {
        if (batch[at] !== wire.DEFINE) slots.push(batch[at + 1] as number);
      }
    });
    for (let left = count; left > 0 && slots.length > 0;) {
      if (this.#giveBackSlot(slots.pop() as number)) left--;
    }
  }

  /** Says RETURNED now, so that the call can go elsewhere, and once more when the queue has passed it, for the slot. */
  #giveBackSlot(slot: number): boolean {
    if (!this.#control.move(slot, QUEUED, TAKEN) && !this.#control.move(slot, LOADING, TAKEN)) {
      return false;
    }
    this.#reports.returned(slot);
    return true;
  }

  /** A call has ended, so another may begin. */
  #freed(): void {
    if (!this.#isIdle || this.#isRetiring) this.#run();
    else this.#parking?.rest();
  }

  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#loaded.length === 0 && this.#runner.active === 0 &&
      !this.#isLoading;
  }

  /** Whether a call waits for its module; not one that the host has taken back meanwhile. */
  get #isLoading(): boolean {
    for (const { slot } of this.#loading) {
      if (this.#control.state(slot) === LOADING) return true;
    }
    return false;
  }

  #beat(): void {
    // A timer never fires inside a synchronous call. If one seems to be under way, the runtime has torn it down without a
    // word, as Deno does when the heap is full; nothing that this worker does from now on can be relied upon.
    if (this.#control.current >= 0 || this.#platform.heapExhausted?.() === true) {
      return this.#platform.exit(EXIT_HEAP_EXHAUSTED);
    }
    this.#control.beat();
    this.#weigh();
    if (!this.#isIdle) return;
    clearInterval(this.#heart);
    this.#heart = undefined;
  }

  /** Once is enough: the host retires it. */
  #weigh(): void {
    const platform = this.#platform;
    if (this.#isFull || (platform.memory?.() ?? 0) <= platform.settings.maxMemory) return;
    this.#isFull = true;
    this.#reports.full();
  }

  #retireIfDone(): void {
    if (!this.#isRetiring || !this.#isIdle) return;
    this.#isRetiring = false;
    this.#isLeaving = true;
    void this.#retire();
  }

  async #retire(): Promise<void> {
    for (const module of [...this.#modules.values()].reverse()) {
      try {
        await module.dispose();
      } catch (error) {
        this.#reports.late(error);
      }
    }
    this.#reports.retired();
    this.#platform.exit(0);
  }
}
