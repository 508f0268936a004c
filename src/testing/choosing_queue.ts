/**
 * A ready queue in which somebody chooses.
 *
 * @module
 */

import { ageingInterval } from "../kernel/ageing_line.ts";
import type { ReadyQueue } from "../kernel/ready_queue.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Decisions } from "./decisions.ts";
import { ReadyList } from "./ready_list.ts";

/** Keeps the tasks that are ready, and has one chosen whenever there are several. */
export class ChoosingQueue implements ReadyQueue {
  readonly #decisions: Decisions;
  readonly #ready = new ReadyList();
  #last: TaskNode | undefined = undefined;
  #served = 0;
  #turn = 0;

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  get size(): number {
    return this.#ready.length;
  }

  push(task: TaskNode): void {
    this.#ready.push(task);
    this.#decisions.added(task);
  }

  pushNext(task: TaskNode): void {
    this.#ready.unshift(task);
    this.#decisions.added(task);
  }

  /** It holds nobody. */
  release(): void {}

  shift(): TaskNode | undefined {
    const ready = this.#ready;
    if (ready.length === 0) return undefined;
    if (ready.at(0).priority > ready.at(ready.length - 1).priority) this.#age();
    const stay = this.#last === undefined ? -1 : ready.placeOf(this.#last);
    return this.#last = ready.take(this.#decisions.next(ready, stay));
  }

  /** Every eighth time a lower priority comes first, each in turn, lest a loop of a higher one go on for ever. */
  #age(): void {
    if (++this.#served % ageingInterval !== 0) return;
    const ready = this.#ready;
    const { priority } = ready.at(0);
    const firsts = new Map<number, number>();
    for (let place = 1; place < ready.length; place++) {
      const other = ready.at(place).priority;
      if (other < priority && !firsts.has(other)) firsts.set(other, place);
    }
    const places = [...firsts.values()];
    ready.unshift(ready.take(places[this.#turn++ % places.length])!);
  }
}
