/**
 * Reads what a worker reports.
 *
 * @module
 */
import type { Call, LinkEvents } from "./call.ts";
import type { CallSlots } from "./call_slots.ts";
import { decodeError, type EncodedError } from "../wire/error_codec.ts";
import * as wire from "../wire/wire.ts";

/** Who does what reports ask for. */
export interface ReportSink<C extends Call> {
  /** The worker is ready. */
  ready(): void;
  /** A call has ended; its slot is free. */
  settle(call: C, isOk: boolean, value: unknown, runMs: number, heldMs: number): void;
  /** A call has been stopped; its slot is free. */
  stopped(call: C, isTimeout: boolean, isAbandoned: boolean, runMs: number, heldMs: number): void;
  /** A call has begun. */
  begun(call: C): void;
  /** A call that had not begun is given back; its slot is not free yet. */
  returned(call: C): void;
  /** A call wants more of an argument that is a stream, or, with 0, no more. */
  pulled(call: C, index: number, n: number): void;
}

/**
 * Reads one batch.
 *
 * @param batch what came
 * @param slots which call is in which slot
 * @param sink who does what it asks for
 * @param events who hears what concerns nobody else
 */
export function readReports<C extends Call>(
  batch: wire.Batch,
  slots: CallSlots<C>,
  sink: ReportSink<C>,
  events: LinkEvents<C>,
): void {
  for (let at = 1; at < batch.length;) {
    const op = batch[at] as number;
    const slot = batch[at + 1] as number;
    if (op === wire.OK) {
      const call = slots.release(slot);
      const held = batch[at + 2] as number / 1000;
      const value = batch[at + 3];
      at += 4;
      if (call !== undefined) sink.settle(call, true, value, held, held);
    } else {
      readRare(op, slot, batch, at, slots, sink, events);
      at += wire.entryLength(batch, at);
    }
  }
}

function readRare<C extends Call>(
  op: number,
  slot: number,
  batch: wire.Batch,
  at: number,
  slots: CallSlots<C>,
  sink: ReportSink<C>,
  events: LinkEvents<C>,
): void {
  if (op === wire.READY) return sink.ready();
  if (op === wire.LATE) return events.lateFailure(decodeError(batch[at + 1] as EncodedError));
  if (op === wire.RETIRED) return;
  if (op === wire.FULL) return events.full?.();
  const call = slots.at(slot);
  if (op === wire.RETURNED && call !== undefined) return sink.returned(call);
  if (op <= wire.RETURNED && op !== wire.BEGUN) {
    slots.release(slot);
    if (call !== undefined) readEnd(op, call, batch, at, sink);
    return;
  }
  if (call === undefined) return;
  switch (op) {
    case wire.BEGUN:
      return sink.begun(call);
    case wire.STREAM:
      // It may take as long as its consumer does; its worker alone can tell how much of that is its own.
      slots.renew(slot);
      return events.streamOpened(call);
    case wire.ITEM:
      return events.streamItem(call, batch[at + 2]);
    case wire.PULL:
      if (batch[at + 2] !== call.id) return;
      return sink.pulled(call, batch[at + 3] as number, batch[at + 4] as number);
    case wire.PROGRESS:
      return events.progress?.(call, batch[at + 2]);
    case wire.PART:
      return call.chunk?.partEnded(batch[at + 2] as ArrayLike<unknown>);
    case wire.ITEM_OK:
      return call.chunk?.itemEnded(batch[at + 2] as number, true, batch[at + 3]);
    case wire.ITEM_FAILED:
      return call.chunk?.itemEnded(
        batch[at + 2] as number,
        false,
        decodeError(batch[at + 3] as EncodedError, call.stack),
      );
  }
}

function readEnd<C extends Call>(
  op: number,
  call: C,
  batch: wire.Batch,
  at: number,
  sink: ReportSink<C>,
): void {
  const held = batch[at + 2] as number / 1000;
  const run = batch[at + 3] as number / 1000;
  const last = batch[at + 4];
  if (op === wire.SETTLED) sink.settle(call, true, last, run, held);
  else if (op !== wire.FAILED) sink.stopped(call, op === wire.TIMED_OUT, last === 1, run, held);
  else sink.settle(call, false, decodeError(last as EncodedError, call.stack), run, held);
}
