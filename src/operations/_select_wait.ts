/**
 * The wait of a `select`.
 *
 * | phase     | meaning                                     | a case becomes ready      | a child ends          | a cancellation       |
 * | --------- | ------------------------------------------- | ------------------------- | --------------------- | -------------------- |
 * | open      | stands in all lines; children run           | → claimed, others leave   | it has won → ending   | all leave → leaving  |
 * | claimed   | a case was woken, and is taken when the     | –                         | gives the claim back, | gives the claim back |
 * |           | task runs; gone by then → open              |                           | has won → ending      | → leaving            |
 * | ending    | it is decided; losing children clean up     | –                         | the last → go on      | after it, if the     |
 * |           |                                             |                           |                       | case took something  |
 * | leaving   | cancelled; children clean up                | –                         | the last → go on      | –                    |
 *
 * A case that has happened when it wakes the task, such as a send whose value was taken, goes from open to ending.
 *
 * @module
 */

import { oneError } from "../kernel/aggregate.ts";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { cancelEach } from "../kernel/cancellation.ts";
import { type Effect, type NativeEffect, type Operation, perform } from "../kernel/effect.ts";
import { ErrorList } from "../kernel/error_list.ts";
import type { Settled } from "../kernel/join.ts";
import { poll, Seat, type SeatHolder, type Selectable } from "../kernel/selectable.ts";
import { spawnOwned } from "../kernel/spawn.ts";
import { TaskNode } from "../kernel/task.ts";
import { UNDELIVERED } from "../kernel/task_bits.ts";
import type { Parking } from "../kernel/waiter.ts";
import type { Thunk } from "../kernel/work.ts";

/** A case as it was given: something selectable, another task, or work for a child. */
export interface SelectCase {
  readonly key: string;
  readonly selectable: (Operation<unknown> & Selectable) | TaskNode | null;
  readonly work: Thunk<unknown> | null;
  /** Where it was given, when that is recorded. */
  readonly site: Error | null;
}

/** One case of one wait. */
class Option {
  readonly given: SelectCase;
  seat: Seat | null = null;
  child: TaskNode | null = null;
  #iterator: Iterator<Effect<unknown>, unknown, unknown> | null = null;
  #effect: NativeEffect | null = null;
  /** What it came to without an effect, when it needed none. */
  #result: IteratorReturnResult<unknown> | null = null;

  constructor(given: SelectCase) {
    this.given = given;
  }

  get isReady(): boolean {
    const { selectable } = this.given;
    if (selectable === null) return false;
    return selectable instanceof TaskNode ? selectable.hasEnded : selectable[poll]();
  }

  /** Whether it stands in line as one who looks for something, as one who holds something out, or not at all. */
  get stance(): "looks" | "offers" | "works" {
    const { selectable } = this.given;
    if (selectable === null) return "works";
    return !(selectable instanceof TaskNode) && selectable.offers === true ? "offers" : "looks";
  }

  /** Performs the effect on the seat; whether it has come to something at once. */
  sit(task: TaskNode, holder: SeatHolder): boolean {
    this.seat ??= new Seat(task, holder);
    if (this.#iterator === null) {
      this.#iterator = this.given.selectable![Symbol.iterator]();
      const first = this.#iterator.next();
      if (first.done) {
        this.#result = { done: true, value: first.value };
        return true;
      }
      this.#effect = first.value as NativeEffect;
    }
    try {
      return this.#effect![perform](this.seat as unknown as TaskNode);
    } catch (error) {
      this.seat.fail(error);
      return true;
    }
  }

  /** Takes what the seat came to; `null` when that is gone, and the case waits again. Throws what the case throws. */
  take(): IteratorReturnResult<unknown> | null {
    if (this.#result !== null) return this.#result;
    const { value, hasFailed } = this.seat!;
    this.seat!.waiting = null;
    if (hasFailed) throw value;
    const result = this.#iterator!.next(value);
    if (result.done) return result;
    this.#effect = result.value as NativeEffect;
    return null;
  }
}

/** A wait for the first of several. As an effect it is the wait itself, begun or gone on with. */
export class SelectWait implements NativeEffect, Parking, Settled, SeatHolder {
  readonly description: string;
  readonly #task: TaskNode;
  readonly #options: Option[];
  #phase: "open" | "claimed" | "ending" | "leaving" = "open";
  #chosen: Option | null = null;
  #value: unknown = undefined;
  #failed = false;
  /** Whether what was chosen has taken something that could not be given back. */
  #taken = false;
  /** The children that have not ended, oldest first; `null` before they are spawned. */
  #children: Set<TaskNode> | null = null;
  /** What cleaning up threw. */
  readonly #errors = new ErrorList();
  #performing = false;
  /** Whether the task stands still here, and nobody has woken it. */
  #parked = false;

  constructor(task: TaskNode, description: string, cases: readonly SelectCase[]) {
    this.#task = task;
    this.description = description;
    this.#options = cases.map((given) => new Option(given));
  }

  get shielded(): boolean {
    return this.#phase === "ending" && this.#task.isQueued;
  }

  [perform](task: TaskNode): boolean {
    this.#performing = true;
    if (this.#phase === "open") this.#takeReady();
    if (this.#phase === "open") this.#standInLine();
    this.#performing = false;
    if (this.#phase !== "claimed") {
      if (this.#phase !== "open" && this.#isAlone) {
        task.give(this);
        return true;
      }
      this.#parked = true;
    }
    task.waiting = this;
    return false;
  }

  /** This runs in tasks of ours only; the operation that it belongs to is what others enter. */
  enter(): never {
    throw new TypeError("The wait of a select belongs to the task that began it");
  }

  /** The task runs again: what it goes on with. */
  goOn(): IteratorResult<Effect<unknown>, unknown> {
    if (this.#phase === "claimed") {
      if (this.#errors.size > 0) this.#giveBack();
      else if (!this.#conclude(this.#chosen!)) {
        this.#phase = "open";
        this.#chosen = null;
      }
    }
    // Either the claim came to nothing, or the losers are not done.
    if (this.#phase === "open" || !this.#isAlone) return { done: false, value: this };
    if (this.#phase === "leaving" && this.#errors.size === 0) {
      throw this.#task.cold!.cancelCause!.error;
    }
    const errors = this.#failed ? [this.#value, ...this.#errors] : [...this.#errors];
    if (errors.length > 0) throw oneError(errors, this.description);
    return { done: true, value: { key: this.#chosen!.given.key, value: this.#value } };
  }

  seatWoken(seat: Seat): void {
    // One was first already, and has this one leave.
    if (this.#phase !== "open") return;
    const option = this.#options.find((option) => option.seat === seat)!;
    this.#phase = "claimed";
    this.#chosen = option;
    const happened = seat.waiting?.shielded === true;
    this.#leaveLines();
    if (!happened) {
      this.#parked = false;
      this.#task.wake(this);
      return;
    }
    this.#conclude(option);
    if (!this.#performing) this.#goOnIfAlone();
  }

  settled(child: TaskNode): void {
    this.#children!.delete(child);
    if (this.#phase === "claimed") this.#giveBack();
    if (this.#phase === "open") {
      this.#phase = "ending";
      this.#chosen = this.#options.find((option) => option.child === child)!;
      this.#failed = child.hasFailed || child.isCancelled;
      this.#value = this.#failed ? child.failure : child.value;
      this.#leaveLines();
      this.#stopChildren();
    } else if (child.hasFailed) {
      this.#errors.add(child.value);
    }
    this.#goOnIfAlone();
  }

  abandon(task: TaskNode): boolean {
    const { cancelCause, cancelDeadline } = task.cold!;
    if (this.#phase === "ending" && this.#taken) {
      // What was taken cannot be given back, so the cancellation comes after it; but the losers' time is measured now.
      task.bits |= UNDELIVERED;
      cancelEach([...this.#children!].reverse(), cancelCause!, cancelDeadline);
      return false;
    }
    // What a child failed with is not lost with its case.
    if (this.#failed) this.#errors.add(this.#value);
    this.#failed = false;
    this.#phase = "leaving";
    this.#chosen = null;
    this.#leaveLines();
    if (this.#isAlone) {
      if (this.#errors.size > 0) throw oneError([...this.#errors], this.description);
      return true;
    }
    cancelEach([...this.#children!].reverse(), cancelCause!, cancelDeadline);
    return false;
  }

  get #isAlone(): boolean {
    return this.#children === null || this.#children.size === 0;
  }

  /** Makes one of the ready cases happen, from a place that chance decides on. */
  #takeReady(): void {
    for (const option of this.#turns()) {
      if (option.isReady && option.sit(this.#task, this)) return this.#happened(option);
      if (this.#phase !== "open") return;
    }
  }

  /** No case is ready: waits for all of them. */
  #standInLine(): void {
    const turns = [...this.#turns()];
    for (const stance of ["looks", "offers"]) {
      for (const option of turns) {
        if (option.stance !== stance || option.seat?.waiting) continue;
        if (option.sit(this.#task, this)) this.#happened(option);
        // A case may have met its counterpart the moment it came.
        if (this.#phase !== "open") return;
      }
    }
    if (this.#children === null) this.#spawnChildren();
  }

  /** A case happened at once. */
  #happened(option: Option): void {
    this.#chosen = option;
    this.#phase = "claimed";
    this.#leaveLines();
    this.#conclude(option);
  }

  /** The options, in rotation from one that chance picks: so each gets its turn, however ready the others are. */
  *#turns(): Generator<Option, void, undefined> {
    const options = this.#options;
    const count = options.length;
    const first = count === 1 ? 0 : this.#task.scheduler.pick(count);
    for (let i = 0; i < count; i++) yield options[(first + i) % count];
  }

  #spawnChildren(): void {
    const children = this.#children = new Set();
    for (const option of this.#options) {
      const { key, work, site } = option.given;
      if (work === null) continue;
      option.child = spawnOwned(this.#task, work, this, work.name || key, 0, site);
      children.add(option.child);
    }
    for (const child of children) this.#task.scheduler.enqueue(child);
  }

  /** Takes what the chosen case came to. Returns `false` when that is gone. */
  #conclude(option: Option): boolean {
    try {
      const result = option.take();
      if (result === null) return false;
      this.#value = result.value;
    } catch (error) {
      this.#value = error;
      this.#failed = true;
    }
    this.#phase = "ending";
    this.#taken = true;
    this.#stopChildren();
    return true;
  }

  /** What was chosen is left, with nothing taken, for something else has come. */
  #giveBack(): void {
    const { seat } = this.#chosen!;
    this.#chosen = null;
    this.#phase = "open";
    this.#leave(seat!);
    if (this.#errors.size === 0) return;
    this.#phase = "ending";
    this.#stopChildren();
  }

  #leaveLines(): void {
    for (const option of this.#options) {
      if (option !== this.#chosen && option.seat !== null) this.#leave(option.seat);
    }
  }

  #leave(seat: Seat): void {
    try {
      seat.leave();
    } catch (error) {
      this.#errors.add(error);
    }
  }

  #stopChildren(): void {
    if (this.#isAlone) return;
    const because = () => `Case '${this.#chosen?.given.key}' of ${this.description} came first`;
    const cause = new CancelCause(because);
    cancelEach([...this.#children!].reverse(), cause);
  }

  #goOnIfAlone(): void {
    if (!this.#parked || !this.#isAlone) return;
    this.#parked = false;
    this.#task.give(this);
    this.#task.goOn();
  }
}
