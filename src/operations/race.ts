/**
 * Several operations at once, one of whose results is wanted.
 *
 * @module
 */

import { inWords } from "../kernel/aggregate.ts";
import { BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { Group } from "../kernel/group.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Thunk } from "../kernel/work.ts";
import { entriesOf, type ResultOf, type Runnables } from "./all.ts";

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
export function race<const W extends Runnables>(works: W): Operation<WinnerOf<W>> {
  return new Race<WinnerOf<W>>("race", entriesOf(works, "race"), false);
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
export function any<const W extends Runnables>(works: W): Operation<WinnerOf<W>> {
  return new Race<WinnerOf<W>>("any", entriesOf(works, "any"), true);
}

class Race<T> extends BaseEffect<T> {
  readonly #verb: string;
  readonly #works: Thunk<unknown>[];
  readonly #needsSuccess: boolean;

  constructor(verb: string, entries: [string, Thunk<unknown>][], needsSuccess: boolean) {
    super();
    if (entries.length === 0) {
      throw new TypeError(
        `Cannot run ${verb}: there must be at least one operation, or it would wait for ever`,
      );
    }
    this.#verb = verb;
    this.#works = entries.map(([, work]) => work);
    this.#needsSuccess = needsSuccess;
  }

  get description(): string {
    return `${this.#verb}() of ${this.#works.length}`;
  }

  [perform](task: TaskNode): boolean {
    return new RaceGroup(task, this.description, this.#works, this.#needsSuccess).begin();
  }
}

class RaceGroup extends Group {
  readonly description: string;
  readonly #needsSuccess: boolean;
  #winner: TaskNode | null = null;
  #cancelled: TaskNode | null = null;

  constructor(task: TaskNode, description: string, works: Thunk<unknown>[], needsSuccess: boolean) {
    super(task);
    this.description = description;
    this.#needsSuccess = needsSuccess;
    for (const work of works) this.add(work, 0, work.name || undefined);
  }

  protected override childEnded(child: TaskNode): void {
    if (this.#winner !== null) return;
    if (child.isCancelled) this.#cancelled = child;
    if (this.#needsSuccess && (child.hasFailed || child.isCancelled)) return;
    this.#winner = child;
    // What failed before the first success does not count against it.
    if (this.#needsSuccess) this.errors.clear();
    this.stop(() => `Task ${child.id} '${child.name}' ended first`);
  }

  protected allEnded(): void {
    const winner = this.#winner;
    if (winner === null) {
      const errors = this.errors.size > 0 ? [...this.errors] : [this.#cancelled!.failure];
      this.reject([
        new AggregateError(
          errors,
          `None of ${this.description} succeeded, the first error: ${inWords(errors[0])}`,
        ),
      ]);
    } else if (this.errors.size > 0) this.reject(this.errors);
    else if (winner.isCancelled) this.reject([winner.failure]);
    else this.resolve(winner.value);
  }
}
