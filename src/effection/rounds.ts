/**
 * A priority queue in rounds: within a round the lower number first, then first come first served; who has had a turn in
 * a round gets the next one in the next.
 *
 * @module
 */

interface Entry<T> {
  readonly item: T;
  readonly round: number;
  readonly priority: number;
  readonly order: number;
}

/** The queue. Adding and taking cost O(log n): a binary heap. */
export class Rounds<T> {
  readonly #heap: Entry<T>[] = [];
  /** The round in which each has last had its turn. */
  readonly #lastTurn = new WeakMap<object, number>();
  readonly #whose = new WeakMap<Entry<T>, object>();
  #round = 0;
  #order = 0;

  /** How many stand in line. */
  get size(): number {
    return this.#heap.length;
  }

  /** Puts `item`, whose turn is one of `whose`, in line. */
  add(item: T, priority: number, whose: object): void {
    const round = this.#lastTurn.get(whose) === this.#round ? this.#round + 1 : this.#round;
    const entry = { item, round, priority, order: this.#order++ };
    this.#whose.set(entry, whose);
    const heap = this.#heap;
    let at = heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const above = heap[(at - 1) >> 1];
      if (!isBefore(entry, above)) break;
      heap[at] = above;
    }
    heap[at] = entry;
  }

  /** Takes the one whose turn it is. */
  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    this.#round = first.round;
    this.#lastTurn.set(this.#whose.get(first)!, first.round);
    return first.item;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1], heap[below])) below++;
      if (isBefore(entry, heap[below])) break;
      heap[at] = heap[below];
      at = below;
    }
    heap[at] = entry;
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.round !== b.round
    ? a.round < b.round
    : a.priority !== b.priority
    ? a.priority < b.priority
    : a.order < b.order;
}
