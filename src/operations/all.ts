/**
 * Several operations at once, all of whose results are wanted.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { Group } from "../kernel/group.ts";
import type { TaskNode } from "../kernel/task.ts";
import { type ResultOf, type Runnables, type Works, worksOf } from "./runnables.ts";

/** The results of a tuple, an array or a record of operations and functions. */
export type ResultsOf<W> = { -readonly [K in keyof W]: ResultOf<W[K]> };

/** The outcomes of several operations, as `Promise.allSettled` gives them. */
export type SettledOf<W> = { -readonly [K in keyof W]: PromiseSettledResult<ResultOf<W[K]>> };

/**
 * Runs several operations or functions at once, and gives all results, in the shape of the input: a tuple for a tuple, a
 * record for a record. The first that fails cancels the others; when they have ended, its error is thrown.
 *
 * @example
 * ```ts
 * import { all, run, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* after<T>(ms: number, value: T) {
 *   yield* sleep(ms);
 *   return value;
 * }
 * const [a, b] = await run(() => all([after(2, "a"), () => Promise.resolve(1)]));
 * assertEquals([a, b], ["a", 1]);
 * const { x } = await run(() => all({ x: after(1, true) }));
 * assertEquals(x, true);
 * ```
 *
 * @param works an array, a tuple or a record of operations and functions
 * @returns the results in input order
 * @throws {AggregateError} when several failed: the first to fail comes first
 */
export function all<const W extends Runnables>(works: W): AwaitableOperation<ResultsOf<W>> {
  return new Many<ResultsOf<W>>("all", worksOf(works, "all", all), AllGroup);
}

/**
 * Runs several operations or functions at once, and gives the outcome of each, in the shape of the input. None of them
 * concerns another, and it does not throw.
 *
 * @example
 * ```ts
 * import { allSettled, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const outcomes = await run(() => allSettled([() => 1, () => Promise.reject("no")]));
 * assertEquals(outcomes.map((outcome) => outcome.status), ["fulfilled", "rejected"]);
 * ```
 *
 * @param works an array, a tuple or a record of operations and functions
 * @returns `{ status: "fulfilled", value }` or `{ status: "rejected", reason }` for each, in input order
 */
export function allSettled<const W extends Runnables>(works: W): AwaitableOperation<SettledOf<W>> {
  return new Many<SettledOf<W>>(
    "allSettled",
    worksOf(works, "allSettled", allSettled),
    AllSettledGroup,
  );
}

class Many<T> extends BaseEffect<T> {
  readonly #verb: string;
  readonly #works: Works;
  readonly #group: typeof AllGroup | typeof AllSettledGroup;

  constructor(verb: string, works: Works, group: typeof AllGroup | typeof AllSettledGroup) {
    super();
    this.#verb = verb;
    this.#works = works;
    this.#group = group;
  }

  get description(): string {
    return `${this.#verb}() of ${this.#works.thunks.length}`;
  }

  [perform](task: TaskNode): boolean {
    const { thunks, keys, site } = this.#works;
    if (thunks.length === 0) {
      task.give(keys === null ? [] : {});
      return true;
    }
    return new this.#group(task, this, keys).begin(thunks, keys, site);
  }
}

abstract class ManyGroup extends Group {
  readonly #effect: Many<unknown>;
  readonly #keys: readonly string[] | null;

  constructor(task: TaskNode, effect: Many<unknown>, keys: readonly string[] | null) {
    super(task);
    this.#effect = effect;
    this.#keys = keys;
  }

  get description(): string {
    return this.#effect.description;
  }

  protected resolveWith(value: (child: TaskNode) => unknown): void {
    const values = this.children.map(value);
    this.resolve(
      this.#keys === null
        ? values
        : Object.fromEntries(this.#keys.map((key, index) => [key, values[index]])),
    );
  }
}

class AllGroup extends ManyGroup {
  protected override childEnded(child: TaskNode): void {
    if (!child.hasFailed) return;
    this.stop(
      new CancelCause(() => `Task ${child.id} '${child.name}', which ran beside it, failed`),
    );
  }

  protected allEnded(): void {
    if (this.errors !== null) this.rejectWithErrors();
    else this.resolveWith((child) => child.value);
  }
}

class AllSettledGroup extends ManyGroup {
  protected override get absorbsFailures(): boolean {
    return true;
  }

  protected allEnded(): void {
    this.resolveWith((child) =>
      child.hasFailed || child.isCancelled
        ? { status: "rejected", reason: child.failure }
        : { status: "fulfilled", value: child.value }
    );
  }
}
