/**
 * Several operations at once, all of whose results are wanted.
 *
 * @module
 */

import { BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { Group, thunkOf } from "../kernel/group.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe, isOperation, type Thunk } from "../kernel/work.ts";

/** An operation, or a function to run. */
export type Runnable<T> = Operation<T> | Thunk<T>;

/** What an operation or a function results in. */
export type ResultOf<W> = W extends () => infer R ? OutcomeOf<R> : OutcomeOf<W>;

/** What waiting for a value results in: an operation and a promise in their results, anything else in itself. */
export type OutcomeOf<R> = R extends Operation<infer T> ? T
  : R extends PromiseLike<infer T> ? T
  : R;

/** The results of a tuple, an array or a record of operations and functions. */
export type ResultsOf<W> = { -readonly [K in keyof W]: ResultOf<W[K]> };

/** Several operations and functions, as an array or by name. */
export type Runnables = readonly Runnable<unknown>[] | {
  readonly [key: string]: Runnable<unknown>;
};

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
export function all<const W extends Runnables>(works: W): Operation<ResultsOf<W>> {
  return new Many<ResultsOf<W>>("all", entriesOf(works, "all"), Array.isArray(works), AllGroup);
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
export function allSettled<const W extends Runnables>(works: W): Operation<SettledOf<W>> {
  return new Many<SettledOf<W>>(
    "allSettled",
    entriesOf(works, "allSettled"),
    Array.isArray(works),
    AllSettledGroup,
  );
}

/** The works by key, checked, as functions. */
export function entriesOf(works: unknown, verb: string): [key: string, work: Thunk<unknown>][] {
  if (!Array.isArray(works)) {
    if (
      typeof works !== "object" || works === null || isOperation(works) ||
      typeof (works as Iterator<unknown>).next === "function"
    ) {
      throw new TypeError(
        `Cannot run ${verb}: it takes an array or a record of operations: current value is ${
          describe(works)
        }`,
      );
    }
    if (Symbol.iterator in works) works = [...works as Iterable<unknown>];
  }
  return Object.entries(works as Record<string, Runnable<unknown>>)
    .map(([key, work]) => [key, thunkOf(work, `run ${verb}`, `entry '${key}'`)]);
}

class Many<T> extends BaseEffect<T> {
  readonly #verb: string;
  readonly #entries: [string, Thunk<unknown>][];
  readonly #isArray: boolean;
  readonly #group: typeof AllGroup | typeof AllSettledGroup;

  constructor(
    verb: string,
    entries: [string, Thunk<unknown>][],
    isArray: boolean,
    group: typeof AllGroup | typeof AllSettledGroup,
  ) {
    super();
    this.#verb = verb;
    this.#entries = entries;
    this.#isArray = isArray;
    this.#group = group;
  }

  get description(): string {
    return `${this.#verb}() of ${this.#entries.length}`;
  }

  [perform](task: TaskNode): boolean {
    if (this.#entries.length === 0) {
      task.give(this.#isArray ? [] : {});
      return true;
    }
    return new this.#group(task, this.description, this.#entries, this.#isArray).begin();
  }
}

abstract class ManyGroup extends Group {
  readonly description: string;
  protected readonly children: [key: string, child: TaskNode][];
  readonly #isArray: boolean;

  constructor(
    task: TaskNode,
    description: string,
    entries: [string, Thunk<unknown>][],
    isArray: boolean,
  ) {
    super(task);
    this.description = description;
    this.#isArray = isArray;
    this.children = entries.map(([key, work]) => [key, this.add(work, 0, work.name || key)]);
  }

  protected resolveWith(value: (child: TaskNode) => unknown): void {
    this.resolve(
      this.#isArray
        ? this.children.map(([, child]) => value(child))
        : Object.fromEntries(this.children.map(([key, child]) => [key, value(child)])),
    );
  }
}

class AllGroup extends ManyGroup {
  protected override childEnded(child: TaskNode): void {
    if (child.hasFailed) {
      this.stop(() => `Task ${child.id} '${child.name}', which ran beside it, failed`);
    }
  }

  protected allEnded(): void {
    if (this.errors.size > 0) this.reject(this.errors);
    else this.resolveWith((child) => child.value);
  }
}

class AllSettledGroup extends ManyGroup {
  protected allEnded(): void {
    this.resolveWith((child) =>
      child.hasFailed || child.isCancelled
        ? { status: "rejected", reason: child.failure }
        : { status: "fulfilled", value: child.value }
    );
  }
}
