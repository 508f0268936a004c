/**
 * A priority queue in rounds: within a round the lower number first, then first come first served; who has had so many
 * turns in a round gets the next one in the next.
 *
 * @module
 */

/** Whose turns they are. */
export interface Participant {
  /** The round in which it has last had its turn; none yet is -1. Kept by the queue. */
  lastRound: number;
  /** How many it has had there. Kept by the queue. */
  turns: number;
}

/** One turn to be taken; it stands in line once at a time. */
export interface Turn {
  /** The lower number comes first within a round. */
  readonly priority: number;
  readonly whose: Participant;
  /** The place in line. Kept by the queue. */
  round: number;
  order: number;
}

/** The queue. Adding and taking cost O(log n): a binary heap. */
export class Rounds<T extends Turn> {
  readonly #heap: T[] = [];
  readonly #turns: number;
  #round = 0;
  #order = 0;

  /**
   * Makes a queue.
   *
   * @param turns how many turns each gets in a round
   */
  constructor(turns: number) {
    this.#turns = turns;
  }

  /** How many stand in line. */
  get size(): number {
    return this.#heap.length;
  }

  /** Puts a turn in line. */
  add(turn: T): void {
    const { lastRound, turns } = turn.whose;
    const isThrough = lastRound === this.#round && turns >= this.#turns;
    turn.round = isThrough ? this.#round + 1 : this.#round;
    turn.order = this.#order++;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(turn);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(turn, heap[above])) break;
      heap[at] = heap[above];
      at = above;
    }
    heap[at] = turn;
  }

  /** Takes the one whose turn it is. */
  take(): T | undefined {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined) return undefined;
    let first = last;
    if (heap.length > 0) {
      first = heap[0];
      this.#sink(last);
    }
    const { round, whose } = first;
    whose.turns = whose.lastRound === round ? whose.turns + 1 : 1;
    this.#round = whose.lastRound = round;
    return first;
  }

  #sink(turn: T): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1], heap[below])) below++;
      if (isBefore(turn, heap[below])) break;
      heap[at] = heap[below];
      at = below;
    }
    heap[at] = turn;
  }
}

function isBefore(a: Turn, b: Turn): boolean {
  return a.round !== b.round
    ? a.round < b.round
    : a.priority !== b.priority
    ? a.priority < b.priority
    : a.order < b.order;
}
