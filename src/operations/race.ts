/**
 * Several operations at once, one of whose results is wanted.
 *
 * @module
 */

import { inWords } from "../kernel/aggregate.ts";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { Group } from "../kernel/group.ts";
import type { TaskNode } from "../kernel/task.ts";
import { type ResultOf, type Runnables, type Works, worksOf } from "./runnables.ts";

/** What the winner may result in. */
export type WinnerOf<W> = ResultOf<W[keyof W & (W extends readonly unknown[] ? number : string)]>;

/**
 * Runs several operations or functions at once; the first that ends, by result or by error, decides. The others are
 * cancelled, and their cleanup is done before `race` returns. A loser whose cleanup fails makes the race fail.
 *
 * @example
 * ```ts
 * import { race, run, sleep, suspend } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* tortoise() {
 *   yield* sleep(2);
 *   return "tortoise";
 * }
 * assertEquals(await run(() => race([tortoise, suspend()])), "tortoise");
 * ```
 *
 * @param works an array, a tuple or a record of operations and functions; at least one
 * @returns the result of the first to end
 * @throws {TypeError} when there is nothing to race
 */
export function race<const W extends Runnables>(works: W): AwaitableOperation<WinnerOf<W>> {
  return new Race<WinnerOf<W>>("race", worksOf(works, "race", race), false);
}

/**
 * Runs several operations or functions at once; the first that succeeds decides, and the others are cancelled, their
 * cleanup done before `any` returns.
 *
 * @example
 * ```ts
 * import { any, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const value = await run(() => any([() => Promise.reject(new Error("no")), () => Promise.resolve("yes")]));
 * assertEquals(value, "yes");
 * ```
 *
 * @param works an array, a tuple or a record of operations and functions; at least one
 * @returns the first result
 * @throws {AggregateError} when all failed; `errors` in the order in which they did
 * @throws {TypeError} when there is nothing to run
 */
export function any<const W extends Runnables>(works: W): AwaitableOperation<WinnerOf<W>> {
  return new Race<WinnerOf<W>>("any", worksOf(works, "any", any), true);
}

class Race<T> extends BaseEffect<T> {
  readonly #verb: string;
  readonly #works: Works;
  readonly #needsSuccess: boolean;

  constructor(verb: string, works: Works, needsSuccess: boolean) {
    super();
    if (works.thunks.length === 0) {
      throw new TypeError(
        `Cannot run ${verb}: there must be at least one operation, or it would wait for ever`,
      );
    }
    this.#verb = verb;
    this.#works = works;
    this.#needsSuccess = needsSuccess;
  }

  get description(): string {
    return `${this.#verb}() of ${this.#works.thunks.length}`;
  }

  [perform](task: TaskNode): boolean {
    const { thunks, keys, site } = this.#works;
    return new RaceGroup(task, this, this.#needsSuccess).begin(thunks, keys, site);
  }
}

class RaceGroup extends Group {
  readonly #effect: Race<unknown>;
  readonly #needsSuccess: boolean;
  #winner: TaskNode | null = null;
  #cancelled: TaskNode | null = null;

  constructor(task: TaskNode, effect: Race<unknown>, needsSuccess: boolean) {
    super(task);
    this.#effect = effect;
    this.#needsSuccess = needsSuccess;
  }

  get description(): string {
    return this.#effect.description;
  }

  protected override get absorbsFailures(): boolean {
    return this.#needsSuccess && this.#winner === null;
  }

  protected override childEnded(child: TaskNode): void {
    if (this.#winner !== null) return;
    if (child.isCancelled) this.#cancelled = child;
    if (this.#needsSuccess && (child.hasFailed || child.isCancelled)) return;
    this.#winner = child;
    // What failed before the first success does not count against it.
    if (this.#needsSuccess) this.errors = null;
    this.stop(new CancelCause(() => `Task ${child.id} '${child.name}' ended first`));
  }

  protected allEnded(): void {
    const winner = this.#winner;
    if (winner === null) {
      const errors = this.errors === null ? [this.#cancelled!.failure] : [...this.errors];
      this.reject(
        new AggregateError(
          errors,
          `None of ${this.description} succeeded, the first error: ${inWords(errors[0])}`,
        ),
      );
    } else if (this.errors !== null) this.rejectWithErrors();
    else if (winner.isCancelled) this.reject(winner.failure);
    else this.resolve(winner.value);
  }
}
