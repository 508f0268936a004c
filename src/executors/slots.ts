/**
 * The slots of an executor, and the line for them.
 *
 * ## States of a task that was submitted
 *
 * | state   | bit of the task | leaves it when                                                       |
 * | ------- | --------------- | -------------------------------------------------------------------- |
 * | delayed | `DELAYED`       | the delay is over → waiting                                          |
 * | waiting | `WAITS`         | its turn comes → running; one that has a slot waits for it → lent    |
 * | running |                 | it ends, which frees the slot                                        |
 * | lent    | `LENT`          | it ends, which gives the slot back; the lender ends → running        |
 *
 * From each it may end by a cancellation. What is cancelled in the line is passed over when its turn comes.
 *
 * ## Policy
 *
 * - A task that waits is a root task of the scheduler which has not been made ready, and costs no object beside itself.
 * - A task with a slot that waits for a task of the same executor lends it the slot, so that nothing dead-locks.
 * - The wait of an async function is seen where it is known whose code runs (`insider.ts`): up to its first `await`, and
 *   beyond that for tasks that are carried. The one that takes the last slot is carried, unless another one is (and one
 *   that was submitted by itself, even where slots stay free: it may wait until all is idle), and all
 *   from when one was seen to submit. So when each slot is held by a task that waits for what it has submitted, one is
 *   carried, and so is all that it waits for; on its slot, lent on and on, that comes to its end, and the slot is free
 *   for the line, in which all are carried. In a map for which slots stay free, none is.
 *
 * @module
 */

import { AgeingLine } from "../kernel/ageing_line.ts";
import type { Operation } from "../kernel/effect.ts";
import type { Settled } from "../kernel/join.ts";
import type { Scheduler } from "../kernel/scheduler.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CARRIED, DELAYED, LENT, WAITS } from "../kernel/task_bits.ts";
import type { ExecutorMeter } from "./executor_meter.ts";
import { Followed } from "./followed.ts";
import { carry, insider } from "./insider.ts";
import { Loans } from "./loans.ts";
import { Resting } from "./resting.ts";
import type { RateLimited, StartRate } from "./start_rate.ts";
import { Submission } from "./submission.ts";

/** What slots need. */
export interface SlotsOptions {
  /** What tasks have as their `holder`, by which those of the executor are known. */
  readonly holder: object;
  /** How many there are. */
  readonly size: number;
  /** How often a task may begin, if that is limited. */
  readonly rate: StartRate | null;
  /** Counts and times the tasks. */
  readonly meter: ExecutorMeter;
  /** A task has ended. */
  readonly onEnded: () => void;
}

/** The slots of one executor. It is told of the end of each of its tasks. */
export class Slots implements Settled, RateLimited {
  readonly #holder: object;
  readonly #meter: ExecutorMeter;
  readonly #rate: StartRate | null;
  readonly #onEnded: () => void;
  readonly #line = new AgeingLine<TaskNode>();
  #loans: Loans | null = null;
  #resting: Resting | null = null;
  #followed: Followed | null = null;
  /** How many running tasks are carried, and whether all are to be. */
  #carried = 0;
  #carriesAll = false;
  #scheduler: Scheduler | null = null;
  size: number;
  /** How many slots are taken. */
  running = 0;
  /** How many have no slot, delayed ones included. */
  waiting = 0;
  /** How many have not ended. */
  pending = 0;

  constructor({ holder, size, rate, meter, onEnded }: SlotsOptions) {
    this.#holder = holder;
    this.size = size;
    this.#rate = rate;
    this.#meter = meter;
    this.#onEnded = onEnded;
  }

  /** Takes a task in, which does not join the line yet. */
  take(task: TaskNode): void {
    if (!this.#carriesAll && this.insider() !== null) this.#carriesAll = true;
    this.pending++;
    this.waiting++;
    if (this.#rate !== null) this.#scheduler = task.scheduler;
    task.bits |= DELAYED;
    task.joiners = this;
  }

  /** Has a task begin, or join the line; one that was submitted `alone`, not by a map, is carried when no other one is. */
  admit(task: TaskNode, alone = false): void {
    task.bits = (task.bits & ~DELAYED) | WAITS;
    if (this.running < this.size && this.#line.size === 0 && this.#mayBegin(task.scheduler)) {
      if (alone && this.#carried === 0 && this.size !== Infinity) this.#carry(task);
      this.#begin(task);
    } else this.#line.push(task, task.priority);
  }

  rateOpened(): void {
    this.#loans?.retry();
    this.#fill();
  }

  resize(size: number): void {
    this.size = size;
    this.#fill();
  }

  /** The task of this executor that has a slot and whose code is under way; `null` when there is none. */
  insider(): TaskNode | null {
    const task = insider();
    return task !== null && this.#holdsSlot(task) ? task : null;
  }

  /** `lender`, which has a slot, waits for `task`. */
  lend(lender: TaskNode, task: TaskNode): void {
    if ((task.bits & WAITS) === 0) return;
    this.#loans ??= new Loans((borrower) => this.#beginLent(borrower));
    this.#loans.lend(lender, task);
  }

  /** A task without a slot is about to be waited for. */
  awaited(task: TaskNode): void {
    const lender = this.insider();
    if (lender === null || lender === task) return;
    this.lend(lender, task);
  }

  settled(task: TaskNode): void {
    this.pending--;
    this.#resting?.ended(task);
    const { bits } = task;
    if ((bits & CARRIED) !== 0) this.#carried--;
    if (task.cold !== null) Submission.find(task)?.ended(task);
    if ((bits & (WAITS | DELAYED)) !== 0) {
      task.bits &= ~(WAITS | DELAYED);
      this.waiting--;
      this.#meter.ended(task, false);
    } else {
      const frees = this.#loans === null || this.#giveBack(task, this.#loans);
      this.#meter.ended(task, frees);
      if (frees) {
        this.running--;
        this.#fill();
      }
    }
    if (this.pending === 0) this.#rate?.release(this);
    this.#resting?.look();
    this.#onEnded();
  }

  /** Ends what a task has lent and borrowed. Returns whether a slot is free now. */
  #giveBack(task: TaskNode, loans: Loans): boolean {
    const passedOn = loans.ended(task);
    if ((task.bits & LENT) === 0) return !passedOn;
    loans.returned(task);
    return false;
  }

  /** Waits, for a task that has a slot, until the others have ended. */
  untilOthersEnd(task: TaskNode): Operation<void> {
    this.#resting ??= new Resting(
      () => {
        this.running--;
        this.#fill();
      },
      () => this.running++,
      (resting) => {
        const lenders = resting.reduce((sum, one) => sum + (this.#loans?.lendersOf(one) ?? 0), 0);
        return this.pending === resting.length + lenders;
      },
    );
    return this.#resting.wait(task);
  }

  with(who: Settled): Followed {
    const last = this.#followed;
    if (last !== null && last.who === who) return last;
    return this.#followed = new Followed(this, who);
  }

  #holdsSlot(task: TaskNode): boolean {
    return task.environment.holder === this.#holder && !task.hasEnded &&
      (task.bits & (WAITS | DELAYED)) === 0;
  }

  #mayBegin(scheduler: Scheduler): boolean {
    return this.#rate === null || this.#rate.isOpen(this, scheduler);
  }

  #fill(): void {
    const line = this.#line;
    while (this.running < this.size) {
      if (this.#rate !== null && line.size > 0 && !this.#rate.isOpen(this, this.#scheduler!)) {
        return;
      }
      const task = line.shift();
      if (task === undefined) return;
      if ((task.bits & WAITS) !== 0) this.#begin(task);
    }
  }

  #begin(task: TaskNode): void {
    task.bits &= ~WAITS;
    this.running++;
    if ((this.#carried === 0 && this.running >= this.size) || this.#carriesAll) this.#carry(task);
    this.#start(task, true);
  }

  #beginLent(task: TaskNode): boolean {
    if (!this.#mayBegin(task.scheduler)) return false;
    // It stays in the line, and is passed over when its turn comes.
    task.bits = (task.bits & ~WAITS) | LENT;
    this.#carry(task);
    this.#start(task, false);
    return true;
  }

  #carry(task: TaskNode): void {
    if ((task.bits & CARRIED) !== 0) return;
    carry(task);
    if ((task.bits & CARRIED) !== 0) this.#carried++;
  }

  #start(task: TaskNode, takesSlot: boolean): void {
    this.waiting--;
    this.#rate?.count();
    this.#meter.begun(task, takesSlot);
    task.scheduler.enqueue(task);
    if (task.cold !== null) Submission.find(task)?.begun();
  }
}
