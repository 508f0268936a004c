/**
 * A first-in first-out queue in a ring buffer: push and shift cost the same however long it is, and nothing is
 * allocated but when it outgrows its buffer.
 *
 * @module
 */

const initialCapacity = 16;
// A buffer that grew far beyond its need is let go, so that one burst does not hold memory for ever.
const shrinkAbove = 4096;

/** A first-in first-out queue. `undefined` is not a value it can hold. */
export class RingQueue<T> {
  #buffer: (T | undefined)[] = new Array(initialCapacity).fill(undefined);
  #mask: number = initialCapacity - 1;
  #head = 0;
  #size = 0;

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  /** Adds at the end. */
  push(item: T): void {
    if (this.#size > this.#mask) this.#resize((this.#mask + 1) * 2);
    this.#buffer[(this.#head + this.#size) & this.#mask] = item;
    this.#size++;
  }

  /** Takes from the front; `undefined` when it is empty. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const head = this.#head;
    const item = this.#buffer[head];
    this.#buffer[head] = undefined;
    this.#head = (head + 1) & this.#mask;
    if (--this.#size === 0 && this.#mask >= shrinkAbove) this.#resize(initialCapacity);
    return item;
  }

  /** What stands at the front, left where it is. */
  peek(): T | undefined {
    return this.#buffer[this.#head];
  }

  /** Takes out what has `index` others before it; those move up. O(index). */
  removeAt(index: number): T | undefined {
    const item = this.#buffer[(this.#head + index) & this.#mask];
    for (let at = index; at > 0; at--) {
      const to = (this.#head + at) & this.#mask;
      this.#buffer[to] = this.#buffer[(this.#head + at - 1) & this.#mask];
    }
    this.shift();
    return item;
  }

  /** Those in it, the first first. It must not change meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let at = 0; at < this.#size; at++) {
      yield this.#buffer[(this.#head + at) & this.#mask] as T;
    }
  }

  /** Takes everything out. */
  clear(): void {
    this.#size = this.#head = 0;
    this.#resize(initialCapacity);
  }

  #resize(capacity: number): void {
    const next: (T | undefined)[] = new Array(capacity).fill(undefined);
    for (let i = 0; i < this.#size; i++) next[i] = this.#buffer[(this.#head + i) & this.#mask];
    this.#buffer = next;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
