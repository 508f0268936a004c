/**
 * When a worker sleeps at its mailbox: while calls come to it one at a time, for some milliseconds at most before its event loop has
 * a turn, and no longer than some milliseconds after the last call. An idle worker waits in its event loop, and takes no time.
 *
 * @module
 */
import type { Mailbox } from "../wire/mailbox.ts";
import { type Batch, BATCH_CALLS, CALL, entryLength } from "../wire/wire.ts";

/** Milliseconds the event loop waits for its turn at most: what a job has left behind, timers, I/O, is late by that. */
const longest = 5;
/** Milliseconds after a call in which the next one is awaited so. */
const hot = 20;

/** A worker that slept in vain, since what came could not go into the box, lets so many chances pass at most. */
const mostPassed = 64;

/** What parking needs of the worker's side. */
export interface ParkingOwner {
  /** Whether there is nothing to do, and no retirement under way. */
  readonly mayPark: boolean;
  /** A batch has been found in the box. */
  received(batch: Batch): void;
  /** Calls `run` after the event loop has had a turn. */
  defer(run: () => void): void;
}

/** Sleeps for one worker. */
export class Parking {
  readonly #box: Mailbox;
  readonly #owner: ParkingOwner;
  readonly #park: () => void;
  #isDue = false;
  #isAlone = false;
  #calledAt = 0;
  /** How many chances are let pass, and how many were after the last vain sleep. */
  #toPass = 0;
  #passed = 0;
  #turnAt = 0;

  constructor(box: Mailbox, owner: ParkingOwner) {
    this.#box = box;
    this.#owner = owner;
    this.#park = () => {
      this.#isDue = false;
      this.#sleep();
    };
  }

  /** A batch has come by message. */
  heard(batch: Batch): void {
    this.#box.received();
    this.#turnAt = performance.now();
    this.#came(batch);
  }

  #came(batch: Batch): void {
    this.#isAlone = batch[0] === BATCH_CALLS && batch[1] === CALL &&
      batch.length === 1 + entryLength(batch, 1);
    this.#calledAt = performance.now();
  }

  /** There may be nothing to do now: sleeps when the turn's microtasks have run. */
  rest(): void {
    if (!this.#isAlone || this.#isDue || !this.#owner.mayPark) return;
    if (this.#toPass > 0) return void this.#toPass--;
    this.#isDue = true;
    queueMicrotask(this.#park);
  }

  #sleep(): void {
    if (!this.#isAlone || !this.#owner.mayPark) return;
    const left = this.#turnAt + longest - performance.now();
    const batch = left > 0 ? this.#box.wait(left) : undefined;
    if (batch === undefined) {
      const wasWoken = left > 0 && performance.now() < this.#turnAt + longest;
      if (wasWoken) this.#toPass = this.#passed = Math.min(mostPassed, 2 * this.#passed + 1);
      return wasWoken ? undefined : this.#turn();
    }
    this.#passed = 0;
    this.#came(batch);
    this.#owner.received(batch);
  }

  #turn(): void {
    this.#isDue = true;
    this.#owner.defer(() => {
      this.#turnAt = performance.now();
      if (this.#turnAt - this.#calledAt < hot) return this.#park();
      this.#isDue = false;
    });
  }
}
