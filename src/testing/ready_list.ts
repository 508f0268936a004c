/**
 * The tasks that are ready, in an order, from which any may be taken.
 *
 * They stand in pieces of some hundreds, so that taking one out moves no more than a piece: with ten thousand of them a
 * step costs about what it does with ten.
 *
 * @module
 */

import type { TaskNode } from "../kernel/task.ts";

/** Who is ready, for those who choose. */
export interface ReadyTasks {
  /** How many there are. */
  readonly length: number;
  /** The one at a place, from 0. */
  at(place: number): TaskNode;
  /** The place of a task; -1 when it is not ready. */
  placeOf(task: TaskNode): number;
}

const pieceLength = 512;

/** Tasks in the order of their priority, and of their coming within it. */
export class ReadyList implements ReadyTasks {
  readonly #pieces: TaskNode[][] = [[]];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(place: number): TaskNode {
    for (const piece of this.#pieces) {
      if (place < piece.length) return piece[place];
      place -= piece.length;
    }
    throw new RangeError(`Cannot tell who is ready: there are no ${place} more`);
  }

  placeOf(task: TaskNode): number {
    if (!task.isQueued) return -1;
    const pieces = this.#pieces;
    if (pieces[0][0] === task) return 0;
    // Most often it is asked for the one that ran last, which stands at the end.
    let before = this.#length;
    for (let index = pieces.length - 1; index >= 0; index--) {
      const piece = pieces[index];
      before -= piece.length;
      const place = piece.lastIndexOf(task);
      if (place >= 0) return before + place;
    }
    return -1;
  }

  /** Puts `task` behind all of its priority. */
  push(task: TaskNode): void {
    const pieces = this.#pieces;
    const { priority } = task;
    this.#length++;
    let index = pieces.length - 1;
    while (index > 0 && pieces[index][0].priority < priority) index--;
    const piece = pieces[index];
    let at = piece.length;
    while (at > 0 && piece[at - 1].priority < priority) at--;
    if (at < piece.length) piece.splice(at, 0, task);
    else if (at < pieceLength || index < pieces.length - 1) piece.push(task);
    else pieces.push([task]);
  }

  /** Puts `task` before all others. */
  unshift(task: TaskNode): void {
    this.#length++;
    const [first] = this.#pieces;
    if (first.length < 2 * pieceLength) first.unshift(task);
    else this.#pieces.unshift([task]);
  }

  /** Takes out the one at a place; `undefined` when nobody stands there. */
  take(place: number): TaskNode | undefined {
    if (place >= this.#length) return undefined;
    const pieces = this.#pieces;
    let index = 0;
    while (place >= pieces[index].length) place -= pieces[index++].length;
    const piece = pieces[index];
    this.#length--;
    const task = place === 0 ? piece.shift() : piece.splice(place, 1)[0];
    if (piece.length === 0 && pieces.length > 1) pieces.splice(index, 1);
    return task;
  }
}
