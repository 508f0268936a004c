/**
 * Slots that tasks of a full executor lend to tasks that they wait for.
 *
 * A lender lends its slot to one task at a time; others that it waits for as well stand in line for it, and in that of the
 * executor too: whichever comes first. So what runs, without those that wait for it, is never more than the size.
 *
 * @module
 */

import { RingQueue } from "../kernel/ring_queue.ts";
import type { TaskNode } from "../kernel/task.ts";
import { LENT, WAITS } from "../kernel/task_bits.ts";

/** What one lender lends. */
class Loan {
  readonly lender: TaskNode;
  borrower: TaskNode | null = null;
  readonly line: RingQueue<TaskNode> = new RingQueue();

  constructor(lender: TaskNode) {
    this.lender = lender;
  }
}

/** The loans of one executor. */
export class Loans {
  readonly #start: (task: TaskNode) => boolean;
  readonly #byLender = new Map<TaskNode, Loan>();
  readonly #byBorrower = new Map<TaskNode, Loan>();

  /**
   * @param start begins a task on the slot of another one; `false` when nothing may begin now
   */
  constructor(start: (task: TaskNode) => boolean) {
    this.#start = start;
  }

  /** `lender`, which runs, waits for `task`, which has no slot. */
  lend(lender: TaskNode, task: TaskNode): void {
    let loan = this.#byLender.get(lender);
    if (loan === undefined) {
      loan = new Loan(lender);
      this.#byLender.set(lender, loan);
    }
    loan.line.push(task);
    this.#grant(loan);
  }

  /** How many wait for a task by having lent it their slot, or that of another such one. */
  lendersOf(task: TaskNode): number {
    let count = 0;
    for (let loan = this.#byBorrower.get(task); loan !== undefined; count++) {
      loan = this.#byBorrower.get(loan.lender);
    }
    return count;
  }

  /** Tries again what could not begin. */
  retry(): void {
    for (const loan of this.#byLender.values()) this.#grant(loan);
  }

  /** A task that ran on a lent slot has ended. */
  returned(borrower: TaskNode): void {
    const loan = this.#byBorrower.get(borrower);
    if (loan === undefined) return;
    this.#byBorrower.delete(borrower);
    loan.borrower = null;
    this.#grant(loan);
  }

  /**
   * A task has ended, which may be a lender. What runs on its slot inherits it.
   *
   * @returns whether the slot has passed on
   */
  ended(lender: TaskNode): boolean {
    const loan = this.#byLender.get(lender);
    if (loan === undefined) return false;
    this.#byLender.delete(lender);
    const heir = loan.borrower;
    if (heir === null) return false;
    this.#byBorrower.delete(heir);
    const above = this.#byBorrower.get(lender);
    if (above === undefined) heir.bits &= ~LENT;
    else {
      this.#byBorrower.delete(lender);
      this.#byBorrower.set(heir, above);
      above.borrower = heir;
    }
    return true;
  }

  #grant(loan: Loan): void {
    const { line } = loan;
    for (let task = line.peek(); task !== undefined; task = line.peek()) {
      // It has had its turn in the line of the executor, or was cancelled.
      if ((task.bits & WAITS) === 0) line.shift();
      else {
        if (loan.borrower !== null || !this.#start(task)) return;
        line.shift();
        loan.borrower = task;
        this.#byBorrower.set(task, loan);
      }
    }
  }
}
