/**
 * What a worker tells its host, written into the outbox.
 *
 * @module
 */
import { encodeError } from "../wire/error_codec.ts";
import { Outbox } from "../wire/outbox.ts";
import { performance } from "../wire/own_globals.ts";
import type { WirePort } from "../platforms/platform.ts";
import type { RunningCall } from "./running_call.ts";
import { transferListOf } from "./transfer.ts";
import { findUncloneable } from "../wire/uncloneable.ts";
import {
  type Batch,
  BATCH_REPORTS,
  BEGUN,
  CANCELLED,
  FAILED,
  FULL,
  ITEM,
  ITEM_FAILED,
  ITEM_OK,
  LATE,
  OK,
  PART,
  PROGRESS,
  PULL,
  READY,
  RETIRED,
  RETURNED,
  SETTLED,
  STREAM,
  TIMED_OUT,
} from "../wire/wire.ts";

const micros = (ms: number): number => Math.round(ms * 1000);

/** Milliseconds between two sendings of progress from code that does not let the turn end. */
const PROGRESS_INTERVAL = 20;

/** The worker's reports. */
export class Reports {
  readonly #outbox: Outbox;
  readonly #itemRefused: (slot: number, error: unknown) => void;
  #progressAt = 0;

  /**
   * Begins with nothing to report.
   *
   * @param port the channel to the host
   * @param itemRefused hears of a stream whose item cannot be cloned
   */
  constructor(port: WirePort, itemRefused: (slot: number, error: unknown) => void) {
    this.#itemRefused = itemRefused;
    this.#outbox = new Outbox(port, BATCH_REPORTS, (entry, error, transfer) => {
      this.#refused(entry, error, transfer);
    });
  }

  /** Sends what has gathered. */
  flush(): void {
    this.#outbox.flush();
  }

  /** Sends what has gathered, and nothing after it: what a worker that exits still says of its calls is not to be relied on. */
  close(): void {
    this.#outbox.flush();
    this.#outbox.close();
  }

  /** A synchronous call returned. The hot path. */
  ok(slot: number, held: number, value: unknown): void {
    if (typeof value === "object" && value !== null) {
      return this.#value([OK, slot, micros(held), value], value);
    }
    this.#outbox.open(BATCH_REPORTS).push(OK, slot, micros(held), value);
    this.#outbox.wrote();
  }

  /** A call that waited ended well. */
  settled(call: RunningCall, run: number, value: unknown): void {
    this.#value([SETTLED, call.slot, micros(call.held), micros(run), value], value);
  }

  /** A call failed. */
  failed(slot: number, held: number, run: number, error: unknown): void {
    this.#write(FAILED, slot, micros(held), micros(run), encodeError(error));
  }

  /** A call was stopped, as it was asked to, or given up. */
  stopped(call: RunningCall, run: number, isAbandoned: boolean): void {
    const code = call.stop === "timeout" ? TIMED_OUT : CANCELLED;
    this.#write(code, call.slot, micros(call.held), micros(run), isAbandoned ? 1 : 0);
  }

  /** A watched call begins. Sent at once: the call may not let the turn end. */
  begun(slot: number): void {
    this.#write(BEGUN, slot);
    this.#outbox.flush();
  }

  /** A call will not be begun. */
  returned(slot: number): void {
    this.#write(RETURNED, slot);
  }

  /** A call is a stream. */
  stream(slot: number): void {
    this.#write(STREAM, slot);
  }

  /** One item of a stream. */
  item(slot: number, value: unknown): void {
    this.#value([ITEM, slot, value], value);
  }

  /** A call wants more items of one of its arguments; none with 0. Sent at once: the call waits for them. */
  pull(call: RunningCall, index: number, n: number): void {
    this.#write(PULL, call.slot, call.id, index, n);
  }

  /** One of a call of many has a result that travels by itself. */
  itemOk(slot: number, index: number, value: unknown): void {
    this.#value([ITEM_OK, slot, index, value], value);
  }

  /** One of a call of many failed. */
  itemFailed(slot: number, index: number, error: unknown): void {
    this.#write(ITEM_FAILED, slot, index, encodeError(error));
  }

  /** The first results of a call of many that will not end. */
  part(slot: number, values: ArrayLike<unknown>): void {
    this.#write(PART, slot, values);
  }

  /** Progress of a call. */
  progress(slot: number, value: unknown): void {
    this.#value([PROGRESS, slot, value], value);
    const now = performance.now();
    if (now - this.#progressAt < PROGRESS_INTERVAL) return;
    this.#progressAt = now;
    this.#outbox.flush();
  }

  /** Something failed that no call can be blamed for. */
  late(error: unknown): void {
    this.#write(LATE, encodeError(error));
  }

  /** The worker can take calls. */
  ready(): void {
    this.#write(READY);
    this.#outbox.flush();
  }

  /** The worker holds more memory than it may. */
  full(): void {
    this.#write(FULL);
  }

  /** The worker is about to exit, as it was asked to. */
  retired(): void {
    this.#write(RETIRED);
    this.#outbox.flush();
  }

  #write(...entry: unknown[]): void {
    this.#outbox.open(BATCH_REPORTS).push(...entry);
    this.#outbox.wrote();
  }

  #value(entry: Batch, value: unknown): void {
    const transfer = transferListOf(value);
    if (transfer !== undefined) return this.#outbox.postAlone(BATCH_REPORTS, entry, transfer);
    this.#outbox.separate(entry);
    this.#outbox.open(BATCH_REPORTS).push(...entry);
    this.#outbox.wrote();
  }

  #refused(entry: Batch, error: unknown, transfer?: readonly Transferable[]): void {
    const slot = entry[1] as number;
    const value = entry.at(-1);
    switch (entry[0]) {
      case OK:
      case SETTLED: {
        const held = entry[2] as number;
        const run = entry[0] === OK ? held : entry[3];
        const why = encodeError(findUncloneable(value, "result", error, transfer));
        return this.#write(FAILED, slot, held, run, why);
      }
      case ITEM:
        return this.#itemRefused(slot, findUncloneable(value, "item", error, transfer));
      case ITEM_OK: {
        const why = findUncloneable(value, "result", error, transfer);
        return this.itemFailed(slot, entry[2] as number, why);
      }
      case PROGRESS:
        return this.late(findUncloneable(value, "progress", error, transfer));
      default:
        // Encoded errors are made of what can be cloned, so only a fault of the channel itself leads here.
        throw error;
    }
  }
}
