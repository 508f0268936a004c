/**
 * Which call is in which slot. Arrays and small integers: this is the host's hot path.
 *
 * @module
 */
import type { Call } from "./call.ts";
import type { ControlBlock } from "../wire/control_block.ts";

/** The slots of one worker. */
export class CallSlots<C extends Call> {
  readonly #calls: (C | undefined)[];
  /** When each was sent, as a growing number. */
  readonly #order: number[];
  readonly #free: number[] = [];
  #sent = 0;

  /**
   * Makes them, all free.
   *
   * @param capacity how many there are
   */
  constructor(capacity: number) {
    this.#calls = new Array(capacity).fill(undefined);
    this.#order = new Array(capacity).fill(0);
    for (let slot = capacity - 1; slot >= 0; slot--) this.#free.push(slot);
  }

  /** How many are free. */
  get room(): number {
    return this.#free.length;
  }

  /** The call in a slot; none when the slot is free, or its call has been dealt with before the worker's last word. */
  at(slot: number): C | undefined {
    return this.#calls[slot];
  }

  /** Which sending put the call of a slot there. */
  turnOf(slot: number): number {
    return this.#order[slot] as number;
  }

  /** Counts as another sending from now on: what was set for the one before holds no longer. */
  renew(slot: number): void {
    this.#order[slot] = this.#sent++;
  }

  /** Puts a call into a free slot; the caller has seen to it that there is one. */
  put(call: C): number {
    const slot = this.#free.pop() as number;
    this.#calls[slot] = call;
    this.#order[slot] = this.#sent++;
    call.slot = slot;
    return slot;
  }

  /** Takes a call out while the worker still has the slot. */
  detach(call: C): void {
    this.#calls[call.slot] = undefined;
    call.slot = -1;
  }

  /** The worker has said its last word on a slot: gives its call, if it still has one, and frees the slot. */
  release(slot: number): C | undefined {
    const call = this.#calls[slot];
    this.#free.push(slot);
    if (call === undefined) return undefined;
    this.#calls[slot] = undefined;
    call.slot = -1;
    return call;
  }

  /** The calls, those sent last first. */
  newestFirst(): C[] {
    const calls = this.#calls.filter((call) => call !== undefined);
    return calls.sort((a, b) => (this.#order[b.slot] as number) - (this.#order[a.slot] as number));
  }
}

/**
 * Takes half of what is left of the call of many that runs, if one does, so that it can go elsewhere.
 *
 * @param slots the worker's calls
 * @param control the memory shared with it
 */
export function splitRunning<C extends Call>(slots: CallSlots<C>, control: ControlBlock): void {
  const { current } = control;
  const call = slots.at(current);
  if (!call?.chunk) return;
  const left = control.halveItems();
  // Has another one begun meanwhile, it will say how far it got.
  if (left > 0 && control.current === current) call.chunk.split(left);
}
