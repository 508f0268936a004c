/**
 * The way out of one side: entries gather into a batch, and the batch goes when the turn ends, or when it is big enough that
 * the other side should begin.
 *
 * @module
 */
import { queueMicrotask } from "./own_globals.ts";
import type { WirePort } from "../platforms/platform.ts";
import { type Batch, entryLength } from "./wire.ts";

/** Entries after which a batch goes without waiting for the end of the turn, so that both sides work at the same time. */
const MAX_ENTRIES = 256;

/** Gathers entries and sends them. */
export class Outbox {
  readonly #port: WirePort;
  readonly #refused: (entry: Batch, error: unknown, transfer?: readonly Transferable[]) => void;
  readonly #flush: () => void;
  #batch: Batch;
  #kind: number;
  #entries = 0;
  #scheduled = false;
  #objects: Set<object> | null = null;
  #isClosed = false;

  /**
   * Begins empty.
   *
   * @param port where batches go
   * @param kind the kind of batch to begin with
   * @param refused hears of each entry that cannot be cloned; the others of its batch have gone
   */
  constructor(
    port: WirePort,
    kind: number,
    refused: (entry: Batch, error: unknown, transfer?: readonly Transferable[]) => void,
  ) {
    this.#port = port;
    this.#kind = kind;
    this.#batch = [kind];
    this.#refused = refused;
    this.#flush = () => {
      this.#scheduled = false;
      this.flush();
    };
  }

  /**
   * The batch to push one entry to; {@linkcode wrote} must follow.
   *
   * @param kind the kind of batch the entry belongs in
   */
  open(kind: number): Batch {
    if (kind !== this.#kind) {
      this.flush();
      this.#kind = kind;
      this.#batch[0] = kind;
    }
    return this.#batch;
  }

  /** Says that an entry is complete. */
  wrote(): void {
    if (++this.#entries >= MAX_ENTRIES) {
      this.flush();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(this.#flush);
    }
  }

  /**
   * Keeps two entries from sharing an object. One clone of a batch would make one object of it on the other side, and what
   * the one call does to its argument the other would see, or not, depending on when batches happen to go. Only values that
   * are passed themselves are seen to, not what they hold.
   *
   * @param values the values the next entry carries
   */
  separate(values: readonly unknown[]): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value === "object" && value !== null) return this.#separate(values, i);
    }
  }

  #separate(values: readonly unknown[], from: number): void {
    const objects = this.#objects ??= new Set();
    for (let i = from; i < values.length; i++) {
      const value = values[i];
      if (typeof value === "object" && value !== null && objects.has(value)) {
        this.flush();
        break;
      }
    }
    for (let i = from; i < values.length; i++) {
      const value = values[i];
      if (typeof value === "object" && value !== null) objects.add(value);
    }
  }

  /** Sends what has gathered. */
  flush(): void {
    if (this.#entries === 0) return;
    const batch = this.#batch;
    const entries = this.#entries;
    this.#batch = [this.#kind];
    this.#entries = 0;
    if (this.#objects !== null && this.#objects.size > 0) this.#objects.clear();
    if (this.#isClosed) return;
    try {
      this.#port.post(batch);
    } catch (error) {
      if (entries === 1) this.#refused(batch.slice(1), error);
      else this.#postEach(batch);
    }
  }

  /**
   * Sends one entry by itself, with what it transfers: a transfer that fails must not take others with it.
   *
   * @param kind the kind of batch it belongs in
   * @param entry the entry
   * @param transfer what to move
   */
  postAlone(kind: number, entry: Batch, transfer: readonly Transferable[]): void {
    this.flush();
    if (this.#isClosed) return;
    try {
      this.#port.post([kind, ...entry], transfer);
    } catch (error) {
      this.#refused(entry, error, transfer);
    }
  }

  /** Drops whatever is written from now on. */
  close(): void {
    this.#isClosed = true;
  }

  #postEach(batch: Batch): void {
    for (let at = 1; at < batch.length;) {
      const length = entryLength(batch, at);
      const entry = batch.slice(at, at + length);
      at += length;
      try {
        this.#port.post([batch[0], ...entry]);
      } catch (error) {
        this.#refused(entry, error);
      }
    }
  }
}
