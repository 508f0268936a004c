/**
 * The memory a host and one worker share, and the state of each call in it.
 *
 * ```text
 *            host sends             worker begins             host asks it to stop
 *   FREE ───────────────▶ QUEUED ───────────────▶ RUNNING ───────────────────────▶ CANCELLING
 *                         │  ▲ │ host takes it back, or cancels it first
 *         needs its module ▼  │ └──────────────▶ TAKEN     (the worker passes over it and says RETURNED)
 *                        LOADING ─ cancelled first ─▲     ends when the module is ready: QUEUED again
 * ```
 *
 * Why memory and not messages: a worker inside a long synchronous call reads no messages, and that is exactly when what waits
 * behind that call should go elsewhere, and when that call should learn that it is cancelled. Beginning and taking back are
 * one compare-and-exchange on the same word, so a call is run by one worker or given back, never both.
 *
 * Where memory cannot be shared (a page without cross-origin isolation) each side has a block of its own, the worker's is the
 * one that counts, and the host asks by message.
 *
 * @module
 */

/** The slot is not in use. */
export const FREE = 0;
/** Sent, not begun. */
export const QUEUED = 1;
/** The worker has begun it. */
export const RUNNING = 2;
/** Taken back before it began. */
export const TAKEN = 3;
/** Begun, and asked to stop. */
export const CANCELLING = 4;
/** Not begun, and its module is being imported: whoever imports a module has run code of it. */
export const LOADING = 5;

const BEAT = 0;
const CURRENT = 1;
const EXITING = 2;
const CLAIMED = 3;
const ITEM = 4;
const HEADER = 16;

/** Call states and signs of life of one worker. */
export class ControlBlock {
  /** How many slots there are. */
  readonly capacity: number;
  /** The memory, to hand to the worker; `undefined` where it cannot be shared. */
  readonly memory: SharedArrayBuffer | undefined;
  readonly #words: Int32Array;

  private constructor(capacity: number, memory: SharedArrayBuffer | undefined) {
    this.capacity = capacity;
    this.memory = memory;
    this.#words = new Int32Array(memory ?? new ArrayBuffer((HEADER + capacity) * 4));
  }

  /**
   * Makes the host's block.
   *
   * @param capacity how many calls the worker may hold
   * @param shared whether to share it, where the platform can
   * @default true for `shared`
   * @returns the block
   */
  static create(capacity: number, shared = true): ControlBlock {
    const memory = shared && typeof SharedArrayBuffer === "function"
      ? new SharedArrayBuffer((HEADER + capacity) * 4)
      : undefined;
    return new ControlBlock(capacity, memory);
  }

  /**
   * Makes the worker's view.
   *
   * @param capacity how many calls the worker may hold
   * @param memory what the host sent
   * @returns the block
   */
  static attach(capacity: number, memory: SharedArrayBuffer | undefined): ControlBlock {
    return new ControlBlock(capacity, memory);
  }

  /** The state of a slot. */
  state(slot: number): number {
    return Atomics.load(this.#words, HEADER + slot);
  }

  /** Sets the state of a slot. */
  set(slot: number, state: number): void {
    Atomics.store(this.#words, HEADER + slot, state);
  }

  /** Moves a slot from one state to another; false when it was not in the first. */
  move(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, HEADER + slot, from, to) === from;
  }

  /** Takes back a call that has not begun, where memory is shared: `evenLoading`, also one that waits for its module. */
  takeBack(slot: number, evenLoading: boolean): boolean {
    return this.memory !== undefined &&
      (this.move(slot, QUEUED, TAKEN) || evenLoading && this.move(slot, LOADING, TAKEN));
  }

  /** The slot whose synchronous part holds the worker's thread now, or -1. */
  get current(): number {
    return Atomics.load(this.#words, CURRENT) - 1;
  }

  set current(slot: number) {
    Atomics.store(this.#words, CURRENT, slot + 1);
  }

  /**
   * A call of many begins: nothing of it is claimed. The worker claims items before it runs them, and the host may take what is
   * not claimed from the end; both are one word, the number claimed above the number there are.
   *
   * @param count how many items there are, below 2 ** 15
   */
  openItems(count: number): void {
    Atomics.store(this.#words, ITEM, 0);
    Atomics.store(this.#words, CLAIMED, count);
  }

  /** The call of many has ended. */
  closeItems(): void {
    Atomics.store(this.#words, CLAIMED, 0);
  }

  /** Claims up to `n` more items; returns how many are claimed now, as many as before when there are no more. */
  claimItems(n: number): number {
    for (;;) {
      const word = Atomics.load(this.#words, CLAIMED);
      const claimed = word >> 16;
      const count = word & 0xffff;
      if (claimed >= count) return claimed;
      const next = Math.min(count, claimed + n);
      if (Atomics.compareExchange(this.#words, CLAIMED, word, next << 16 | count) === word) {
        return next;
      }
    }
  }

  /** Takes half of the items that are not claimed from the call of many; returns how many that leaves, or -1 for none to take. */
  halveItems(): number {
    const word = Atomics.load(this.#words, CLAIMED);
    const claimed = word >> 16;
    const count = word & 0xffff;
    if (claimed === 0 || claimed >= count) return -1;
    const left = claimed + (count - claimed >> 1);
    const isTaken =
      Atomics.compareExchange(this.#words, CLAIMED, word, claimed << 16 | left) === word;
    return isTaken ? left : -1;
  }

  /** The item of a call of many that runs, or ran last. */
  get item(): number {
    return this.#words[ITEM] as number;
  }

  set item(index: number) {
    // Not atomic: it is read when the thread is gone.
    this.#words[ITEM] = index;
  }

  /** How often the worker's event loop has shown that it turns. */
  get beats(): number {
    return Atomics.load(this.#words, BEAT);
  }

  /** Shows that the event loop turns. */
  beat(): void {
    Atomics.add(this.#words, BEAT, 1);
  }

  /** The code the worker has said it exits with; `undefined` while it has not. */
  get exiting(): number | undefined {
    const word = Atomics.load(this.#words, EXITING);
    return word === 0 ? undefined : word - 1;
  }

  /** Says that the worker is about to exit; the first code stands. */
  sayExiting(code: number): void {
    Atomics.compareExchange(this.#words, EXITING, 0, code + 1);
  }
}
