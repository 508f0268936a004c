/**
 * A place in shared memory for one small batch, for a worker that waits for it asleep.
 *
 * ```text
 *            worker has nothing to do          host writes a batch
 *   AWAY ──────────────────────────▶ PARKED ─────────────────────▶ FULL
 *    ▲ ◀── time over, or the host has posted a message ──┘           │
 *    └────────────────────────── worker reads it ────────────────────┘
 * ```
 *
 * A message wakes an event loop, which costs 15 to 30 µs; a thread that sleeps in `Atomics.wait` is woken in 5. So a worker to
 * which calls come one at a time sleeps there, for some milliseconds at most, before its event loop has its turn. Results go by message.
 *
 * Order: the host counts the messages it posts, and the worker those it has heard. Nothing is put while one is on its way, no
 * worker sleeps then, and whoever posts a message wakes it. So a batch in the box is always the next one.
 *
 * Shared slots for calls are the idea of knitting (https://github.com/mimiMonads/knitting), sleeping workers that of tinypool
 * and piscina, which sleep without an end and read their ports by hand.
 *
 * @module
 */
import type { Batch } from "./wire.ts";
import type { PortListener, WirePort } from "../platforms/platform.ts";

const STATE = 0;
const POSTED = 1;
const LENGTH = 2;
const HEARD = 3;

const AWAY = 0;
const PARKED = 1;
const FULL = 2;

/** How many elements a batch in the box may have, and how many characters its strings. */
const elements = 48;
const characters = 1024;

const header = 4;
const tagsAt = header * 4;
const numbersAt = tagsAt + elements * 4;
const textAt = numbersAt + elements * 8;
const size = textAt + characters * 2;

const NUMBER = 0;
const UNDEFINED = 1;
const NULL = 2;
const FALSE = 3;
const TRUE = 4;
const STRING = 5;

/** The box of one worker. */
export class Mailbox {
  /** The memory, to hand to the worker. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #tags: Int32Array;
  readonly #numbers: Float64Array;
  readonly #text: Uint16Array;
  #posted = 0;
  #heard = 0;

  /**
   * Makes the host's view, or the worker's.
   *
   * @param memory what the host sent; new without
   */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(size)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, header);
    this.#tags = new Int32Array(memory, tagsAt, elements);
    this.#numbers = new Float64Array(memory, numbersAt, elements);
    this.#text = new Uint16Array(memory, textAt, characters);
  }

  /** Host: puts a batch in, if the worker sleeps and the batch is small and of primitive values. */
  put(batch: Batch): boolean {
    if (Atomics.load(this.#words, STATE) !== PARKED) return false;
    // It may be about to find out that a message is on its way.
    if (Atomics.load(this.#words, HEARD) !== this.#posted || !this.#write(batch)) return false;
    if (Atomics.compareExchange(this.#words, STATE, PARKED, FULL) !== PARKED) return false;
    Atomics.notify(this.#words, STATE);
    return true;
  }

  /** Host: a message is about to be posted (1), or could not be (-1). */
  posting(n: 1 | -1): void {
    Atomics.store(this.#words, POSTED, this.#posted = this.#posted + n | 0);
  }

  /** Host: a message has been posted, which a worker that sleeps would not hear. */
  wake(): void {
    if (Atomics.load(this.#words, STATE) !== PARKED) return;
    if (Atomics.compareExchange(this.#words, STATE, PARKED, AWAY) !== PARKED) return;
    Atomics.notify(this.#words, STATE);
  }

  /** Worker: a message has come. */
  received(): void {
    Atomics.store(this.#words, HEARD, this.#heard = this.#heard + 1 | 0);
  }

  /**
   * Worker: sleeps until there is a batch; not while a message is on its way.
   *
   * @param ms how long at most
   * @returns the batch; nothing when the time was over, or a message has been posted
   */
  wait(ms: number): Batch | undefined {
    const words = this.#words;
    Atomics.store(words, STATE, PARKED);
    // After that, lest a message posted meanwhile find nobody to wake.
    if (Atomics.load(words, POSTED) === this.#heard) Atomics.wait(words, STATE, PARKED, ms);
    if (Atomics.exchange(words, STATE, AWAY) !== FULL) return undefined;
    return this.#read();
  }

  #write(batch: Batch): boolean {
    const { length } = batch;
    if (length > elements) return false;
    let textLength = 0;
    for (let i = 0; i < length; i++) {
      const value = batch[i];
      if (typeof value === "number") {
        this.#tags[i] = NUMBER;
        this.#numbers[i] = value;
      } else if (typeof value === "string") {
        if (textLength + value.length > characters) return false;
        this.#tags[i] = STRING;
        this.#numbers[i] = value.length;
        for (let at = 0; at < value.length; at++) this.#text[textLength++] = value.charCodeAt(at);
      } else {
        const tag = tagOf(value);
        if (tag === undefined) return false;
        this.#tags[i] = tag;
      }
    }
    this.#words[LENGTH] = length;
    return true;
  }

  #read(): Batch {
    const batch: Batch = [];
    let textLength = 0;
    for (let i = 0; i < (this.#words[LENGTH] as number); i++) {
      const tag = this.#tags[i] as number;
      if (tag === NUMBER) batch.push(this.#numbers[i]);
      else if (tag === STRING) {
        const end = textLength + (this.#numbers[i] as number);
        batch.push(String.fromCharCode(...this.#text.subarray(textLength, end)));
        textLength = end;
      } else {
        batch.push(tag === UNDEFINED ? undefined : tag === NULL ? null : tag === TRUE);
      }
    }
    return batch;
  }
}

function tagOf(value: unknown): number | undefined {
  if (value === undefined) return UNDEFINED;
  if (value === null) return NULL;
  return value === true ? TRUE : value === false ? FALSE : undefined;
}

/**
 * The host's end of a channel whose worker may sleep at its box.
 *
 * @param port the channel
 * @param box the worker's, where memory is shared
 */
export function mailPort(port: WirePort, box: Mailbox | undefined): WirePort {
  if (box === undefined) return port;
  return {
    post: (batch: Batch, transfer?: readonly Transferable[]): void => {
      if (transfer === undefined && box.put(batch)) return;
      box.posting(1);
      try {
        port.post(batch, transfer);
      } catch (error) {
        box.posting(-1);
        throw error;
      }
      box.wake();
    },
    listen: (listener: PortListener): void => port.listen(listener),
    close: (): void => port.close(),
  };
}
