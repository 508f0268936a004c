/**
 * A task: one coroutine and the scope of everything spawned in it. This is the state machine on which all laws of
 * structured concurrency rest.
 *
 * ## States and transitions
 *
 * | phase    | meaning                                   | on completion of it            | on a cancellation                     |
 * | -------- | ----------------------------------------- | ------------------------------ | ------------------------------------- |
 * | pending  | spawned, first step not taken             | first step → body              | → ended, the body never runs          |
 * | body     | the function runs, or waits               | it ended → children            | thrown in where it waits, once        |
 * | telling  | the body is over, and its children learn  | all were told → children       | passed on to them, newest first       |
 * | children | the body is over, its children are not    | the last ended → closing       | passed on to them, newest first       |
 * | closing  | finalisers run, newest first, one by one  | the last ended → ended         | only sets the time limit              |
 * | ended    | completed, failed or cancelled, for good  |                                | nothing                               |
 *
 * ## Timeline of a cancellation
 *
 * 1. `cancel()`: the task leaves what it waits for. A wait that has tasks of its own (a scope, a race) is unwound first.
 * 2. `CancelledError` is thrown at the point of waiting, once. So `finally` and `catch` blocks may wait like any code.
 * 3. When the body is over, its children are told, newest first, and awaited together.
 * 4. Finalisers run. Then the task has ended, and whoever waits for the cancellation goes on.
 * 5. What has not ended when the grace time is over is returned from (`iterator.return()`), and, if it still waits,
 *    abandoned. Each time an event names the task.
 *
 * ## Policy
 *
 * - A cancellation wins over a wake-up that has not been acted on; what the wake-up carried goes back where it came from.
 * - `throw` and not `return`: a `return` completion is lost in a plain `yield*` chain as soon as one `finally` waits, and
 *   the caller then goes on as if nothing had been (thefrontside/effection#1190). A throw completion is not.
 * - A failing child cancels its scope; errors are collected, the body's first, each once, and none is dropped.
 * - All descendants share the error and the deadline of the cancellation that reached them, so a deep tree is not
 *   given the grace time once per level.
 *
 * The fields are public to the kernel rather than `#private`: they are touched by the scheduler's other files on every
 * step, and a task is not handed out but as the interface `Task`. Structured concurrency after Sústrik (2016) and Smith,
 * "Notes on structured concurrency" (2018); the order of unwinding after Trio and Effection.
 *
 * @module
 */

import { armGrace, cancelByHand, deliverLate, endSpent, isTold } from "./cancellation.ts";
import { Cold } from "./cold.ts";
import { isNativeEffect, operation, outside, perform, Step } from "./effect.ts";
import type { Effect, ForeignResult, NativeEffect } from "./effect.ts";
import { stepEntered } from "./entered_step.ts";
import type { Enter, Environment } from "./environment.ts";
import { ErrorList } from "./error_list.ts";
import { joinFamily } from "./family.ts";
import { performForeign } from "./foreign.ts";
import { bodyReturned, bodyThrew, end } from "./ending.ts";
import { CancellationHandle, deliverOutcome, join, leaveJoin, type Settled } from "./join.ts";
import { resume } from "./generators.ts";
import { nowSeen, type OutcomePromise, promiseOf } from "./outcome_promise.ts";
import { pass } from "./running.ts";
import type { Scheduler } from "./scheduler.ts";
import * as B from "./task_bits.ts";
import { nextTaskId } from "./task_ids.ts";
import type { Cancellation, CancelOptions, Task, TaskStatus } from "./task_handle.ts";
import { eventOf } from "./task_event.ts";
import { recordOf, type TaskRecord, wordsOf } from "./task_record.ts";
import { givenWay, type Parking } from "./waiter.ts";
import { witness } from "./witness.ts";
import { iteratorOf } from "./work.ts";

// Their own to this file, for an imported constant is loaded anew at each use: 5 % of a spawn.
const { BODY, CANCELLING, ENDED, PENDING, QUEUED, SPENT, THROW, UNDELIVERED } = B;

/** How many results in a row a task may take without waiting before the others get their turn. */
const stepLimit = 256;

/** A task as the kernel sees it. */
export class TaskNode<T = unknown> implements Task<T>, NativeEffect<T>, Parking, Settled {
  readonly id: number = nextTaskId();
  readonly scheduler: Scheduler;
  readonly parent: TaskNode | null;
  /** The children that have not ended, newest first. */
  children: TaskNode | null = null;
  newer: TaskNode | null = null;
  older: TaskNode | null = null;
  environment: Environment;
  readonly priority: number;
  phase: number = PENDING;
  bits: number;
  readonly work: () => unknown;
  readonly label: string | undefined;
  iterator: Iterator<unknown, unknown, unknown> | null = null;
  /** What the next step takes in; after the end, the result or the error. */
  value: unknown = undefined;
  /** What it waits on, or waited on until it was woken. */
  waiting: Parking | null = null;
  joiners: Settled | null = null;
  outcome: OutcomePromise | null = null;
  cold: Cold | null = null;

  constructor(
    scheduler: Scheduler,
    parent: TaskNode | null,
    environment: Environment,
    work: () => unknown,
    bits: number,
    priority: number,
    label: string | undefined,
  ) {
    this.scheduler = scheduler;
    this.parent = parent;
    this.environment = environment;
    this.work = work;
    this.bits = bits | QUEUED;
    this.priority = priority;
    this.label = label;
    joinFamily(this as TaskNode);
    if (scheduler.instrument !== null) {
      scheduler.instrument.taskSpawned?.(eventOf(this as TaskNode));
    }
  }

  // ---- stepping -------------------------------------------------------------------------------------------------

  /** Takes one step: called by the scheduler, in its turn, with no task running. It may leave this one as the running one. */
  run(): void {
    if (this.phase === ENDED) return;
    if ((this.bits & SPENT) !== 0) return endSpent(this as TaskNode);
    pass(this as TaskNode);
    const { enter } = this.environment;
    if (enter === null) this.#step();
    else this.#stepEntered(enter);
    if ((this.bits & CANCELLING) !== 0) {
      pass(null);
      armGrace(this as TaskNode);
    }
  }

  // Apart from `run`, which would else make room for the closure's `this` each time.
  #stepEntered(enter: Enter): void {
    stepEntered(this as TaskNode, enter, () => this.#step());
  }

  #step(): void {
    this.waiting = null;
    this.bits &= ~QUEUED;
    if (this.iterator === null && !this.#begin()) return;
    const iterator = this.iterator!;
    for (let left = stepLimit; left > 0; left--) {
      let result: IteratorResult<unknown, unknown>;
      const value = this.value;
      this.value = undefined;
      try {
        result = (this.bits & THROW) === 0
          ? resume(iterator, value)
          : this.#throwInto(iterator, value);
      } catch (error) {
        bodyThrew(this as TaskNode, error);
        return;
      }
      if (result.done === true) {
        bodyReturned(this as TaskNode, result.value);
        return;
      }
      const effect = result.value;
      if ((this.bits & UNDELIVERED) !== 0 && isTold(this as TaskNode, effect)) {
        this.fail(this.cold!.cancelCause!.error);
        continue;
      }
      try {
        if (
          !(isNativeEffect(effect)
            ? effect[perform](this as TaskNode, result)
            : performForeign(effect, this as TaskNode))
        ) {
          if ((this.bits & UNDELIVERED) !== 0) deliverLate(this as TaskNode);
          return;
        }
      } catch (error) {
        this.waiting = null;
        this.fail(error);
      }
      if (this.scheduler.isOverdue()) break;
    }
    this.waiting = givenWay;
    this.requeue();
  }

  #throwInto(
    iterator: Iterator<unknown, unknown, unknown>,
    error: unknown,
  ): IteratorResult<unknown, unknown> {
    this.bits &= ~THROW;
    if (iterator.throw === undefined) throw error;
    return iterator.throw(error);
  }

  /** Calls the thunk, or the next finaliser. Returns whether there is something to iterate over. */
  #begin(): boolean {
    let thunk = this.work;
    if (this.phase === PENDING) {
      this.phase = BODY;
    } else {
      const finaliser = this.cold!.finalisers!.pop();
      if (finaliser === undefined) return end(this as TaskNode), false;
      thunk = finaliser;
    }
    let outcome: unknown;
    try {
      outcome = thunk();
      this.iterator = iteratorOf(outcome);
    } catch (error) {
      bodyThrew(this as TaskNode, error);
      return false;
    }
    if (this.iterator !== null) return true;
    bodyReturned(this as TaskNode, outcome);
    return false;
  }

  // ---- results of effects, and waking -----------------------------------------------------------------------------

  /** Sets the result of the effect that is being performed. */
  give(value: unknown): void {
    this.value = value;
  }

  /** Makes the effect that is being performed throw. */
  fail(error: unknown): void {
    this.value = error;
    this.bits |= THROW;
  }

  /** Ends the wait with a result. */
  wake(value: unknown): void {
    this.value = value;
    this.requeue();
  }

  /** Ends the wait with an error. */
  wakeWithError(error: unknown): void {
    this.fail(error);
    this.requeue();
  }

  /** Ends the wait, with what {@linkcode give} or {@linkcode fail} has set, and runs next: a caller after its callee. */
  goOn(): void {
    this.bits |= QUEUED;
    this.scheduler.enqueueNext(this as TaskNode);
  }

  /** Ends a wait that had to unwind first. */
  wakeCancelled(): void {
    this.wakeWithError(this.cold!.cancelCause!.error);
  }

  /** Puts the task at the end of the ready queue. */
  requeue(): void {
    this.bits |= QUEUED;
    this.scheduler.enqueue(this as TaskNode);
  }

  // ---- what the kernel's other files ask ------------------------------------------------------------------------------

  get hasEnded(): boolean {
    return this.phase === ENDED;
  }

  get hasFailed(): boolean {
    return (this.bits & B.FAILED) !== 0;
  }

  get isCancelled(): boolean {
    return (this.bits & B.CANCELLED) !== 0;
  }

  /** The error of a task that did not complete. */
  get failure(): unknown {
    return this.isCancelled ? this.cold!.cancelCause!.error : this.value;
  }

  get isQueued(): boolean {
    return (this.bits & QUEUED) !== 0;
  }

  get isForced(): boolean {
    return (this.bits & B.FORCED) !== 0;
  }

  /** Somebody learns of the outcome, so that a failure need not be reported. */
  observe(): void {
    this.bits |= (this.bits & B.OBSERVED) === 0 ? B.OBSERVED : B.OBSERVED_AGAIN;
    if (this.phase === ENDED) nowSeen(this as TaskNode);
  }

  // ---- as the effect of joining it, as what its only joiner waits on, and as the joiner of another (see join.ts) -------

  get description(): string {
    return `the end of task ${this.id} '${this.name}'`;
  }

  [perform](by: TaskNode): boolean {
    return join(this as TaskNode, by);
  }

  enter(
    resolve: (result: ForeignResult) => void,
    routine: unknown,
  ): (left: (result: ForeignResult<void>) => void) => void {
    return outside.enter(this, resolve, routine);
  }

  abandon(by: TaskNode): boolean {
    leaveJoin(this as TaskNode, by);
    return true;
  }

  settled(target: TaskNode): void {
    deliverOutcome(target, this as TaskNode);
  }

  // ---- the handle -----------------------------------------------------------------------------------------------------

  get name(): string {
    return this.label ?? (this.work.name || "anonymous");
  }

  get status(): TaskStatus {
    witness.now?.interferes();
    if (this.phase === ENDED) {
      return this.hasFailed ? "failed" : this.isCancelled ? "cancelled" : "completed";
    }
    if ((this.bits & CANCELLING) !== 0) return "cancelling";
    return this.phase === PENDING ? "pending" : "running";
  }

  get waitsFor(): string | undefined {
    witness.now?.interferes();
    if (this.phase === B.CHILDREN) return "the tasks of its scope";
    if ((this.bits & QUEUED) !== 0 || this.phase === ENDED) return undefined;
    return this.waiting?.description;
  }

  /** Where it was spawned, when that was recorded. */
  get spawnedAt(): string | undefined {
    return this.cold?.spawnSite?.stack;
  }

  get [operation](): true {
    return true;
  }

  get [Symbol.toStringTag](): string {
    return "Task";
  }

  cancel(reason?: unknown, options?: CancelOptions): Cancellation {
    if (this.phase === ENDED) return new CancellationHandle(null);
    cancelByHand(this as TaskNode, reason, options);
    return new CancellationHandle(this as TaskNode);
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown> {
    return new Step<T>(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  then<A = T, C = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => C | PromiseLike<C>) | null,
  ): Promise<A | C> {
    return promiseOf<T>(this).then(onfulfilled, onrejected);
  }

  catch<C = never>(onrejected?: ((reason: unknown) => C | PromiseLike<C>) | null): Promise<T | C> {
    return promiseOf<T>(this).catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return promiseOf<T>(this).finally(onfinally);
  }

  /** Adds to the errors with which this task will fail. */
  collect(error: unknown): void {
    (this.coldPart().errors ??= new ErrorList()).add(error);
  }

  coldPart(): Cold {
    return this.cold ??= new Cold();
  }

  toString(): string {
    return wordsOf(this);
  }

  toJSON(): TaskRecord {
    return recordOf(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
