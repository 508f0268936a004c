/**
 * A run of neighbouring inputs of a map that are worked on by one task, and what became of each.
 *
 * ```text
 *   filling ── submitted ──▶ running ── its task has ended ──▶ ended: results are taken, the first first
 *                               │
 *                               └─ split: the tail becomes a chunk of its own, `rest`, which stands right behind
 * ```
 *
 * A number in a chunk costs a hundredth of what a task costs; everything a caller can see is as if each had its own.
 *
 * @module
 */

import { listen, type Settled } from "../kernel/join.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Task } from "../kernel/task_handle.ts";

/** Makes the tasks of chunks, for an executor that has a way of working on many inputs at a time. */
export interface Chunker {
  /** How many inputs may be worked on at a time, by what they have cost so far. */
  readonly concurrency: number;
  /** How many inputs a chunk should have now; 1 while they are to be submitted one by one. */
  readonly chunkSize: number;
  /**
   * Calls the mapper.
   *
   * @returns what it gave
   */
  map(input: unknown, index: number): unknown;
  /** Whether what the mapper gave can be in a chunk with others of its kind. */
  accepts(work: unknown): boolean;
  /** Adds it to a chunk; `false` when it does not go with what is in there. */
  add(work: unknown, chunk: MapChunk): boolean;
  /** The task of an input whose mapper threw. */
  failed(error: unknown): Task<unknown>;
  /** The task of one that cannot be in a chunk. */
  submitOne(work: unknown): Task<unknown>;
  /** The task of a chunk. */
  submit(chunk: MapChunk): Task<unknown>;
  /** A chunk has ended. */
  ended(chunk: MapChunk): void;
}

/** Who hears of a chunk: its stream. */
export interface ChunkListener {
  /** Its task has ended. */
  chunkEnded(chunk: MapChunk): void;
  /** One has been made, and has its place among the results. */
  chunkMade(chunk: MapChunk): void;
  /** It has all its inputs, and can be submitted; also of one that is the tail of another. */
  chunkFilled(chunk: MapChunk): void;
  /** A task of one input has been made. */
  taskMade(task: Task<unknown>): void;
}

/** Of an item that has no outcome of its own the value is in the chunk's. */
type Outcome = { readonly isOk: boolean; readonly value: unknown };

/** Some inputs, and what becomes of them. */
export class MapChunk implements Settled {
  readonly #listener: ChunkListener;
  /** The work of its first input; the others are of its kind. */
  readonly first: unknown;
  /** What the works are called with, one after the other. */
  readonly args: unknown[];
  /** How many inputs there are. */
  count = 0;
  /** How many there were when its task was made. */
  weight = 0;
  /** How many of its results have been taken. */
  taken = 0;
  /** What comes right behind, when it has been split. */
  rest: MapChunk | null = null;
  task: TaskNode | null = null;
  hasEnded = false;
  #values: ArrayLike<unknown> = [];
  #outcomes: Map<number, Outcome> | null = null;
  #failure: unknown = undefined;

  constructor(listener: ChunkListener, first: unknown, args: unknown[]) {
    this.#listener = listener;
    this.first = first;
    this.args = args;
  }

  /** Its task has been made. */
  begin(task: TaskNode): void {
    this.task = task;
    task.observe();
    if (task.hasEnded) this.settled(task);
    else listen(task, this);
  }

  /** One of its inputs has an outcome of its own: it failed, or its result was sent by itself. */
  itemEnded(index: number, isOk: boolean, value: unknown): void {
    (this.#outcomes ??= new Map()).set(index, { isOk, value });
  }

  /** The first of its inputs have results, though it has not ended. */
  partEnded(values: ArrayLike<unknown>): void {
    this.#values = values;
  }

  /**
   * Gives the inputs from `at` on to a chunk of their own.
   *
   * @param at how many it keeps, at least one
   */
  split(at: number): void {
    if (at >= this.count) return;
    const width = this.args.length / this.count;
    const rest = new MapChunk(this.#listener, this.first, this.args.slice(at * width));
    rest.count = this.count - at;
    rest.rest = this.rest;
    this.args.length = at * width;
    this.count = at;
    this.rest = rest;
    this.#listener.chunkFilled(rest);
  }

  /**
   * Whoever worked on it is gone: those that had begun and are not known to have ended have failed.
   *
   * @param begun how many had begun
   * @param error what they failed with
   */
  lost(begun: number, error: unknown): void {
    this.split(begun);
    for (let i = this.#values.length; i < this.count; i++) {
      if (!this.#outcomes?.has(i)) this.itemEnded(i, false, error);
    }
  }

  settled(task: TaskNode): void {
    this.hasEnded = true;
    if (task.hasFailed || task.isCancelled) {
      this.#failure = task.failure;
      for (let i = this.#values.length; i < this.count; i++) {
        if (!this.#outcomes?.has(i)) this.itemEnded(i, false, this.#failure);
      }
    } else if (task.value !== undefined) {
      this.#values = task.value as ArrayLike<unknown>;
      // It may have been broken off.
      if (this.#values.length > 0) this.split(this.#values.length);
    }
    this.#listener.chunkEnded(this);
  }

  /** How many results may be taken as they are, from the next on: those before the first with an outcome of its own. */
  get plain(): number {
    return this.#outcomes === null ? this.count - this.taken : 0;
  }

  /** How many of its inputs have failed. */
  get failures(): number {
    let count = 0;
    for (const { isOk } of this.#outcomes?.values() ?? []) if (!isOk) count++;
    return count;
  }

  /** Puts the plain ones into `results`. */
  takeAll(results: unknown[]): void {
    const values = this.#values;
    for (let i = this.taken; i < this.count; i++) results.push(values[i]);
    this.taken = this.count;
  }

  /** Takes the next one. */
  take(): Outcome {
    const index = this.taken++;
    return this.#outcomes?.get(index) ?? { isOk: true, value: this.#values[index] };
  }

  /** Whether the next one is a failure. */
  get isFailureNext(): boolean {
    return this.#outcomes?.get(this.taken)?.isOk === false;
  }
}
