/**
 * Whichever of several operations can happen first, and only that one.
 *
 * @module
 */

import {
  type AwaitableOperation,
  BaseEffect,
  BaseOperation,
  type Effect,
  perform,
  Step,
} from "../kernel/effect.ts";
import { thunkOf } from "../kernel/owned_wait.ts";
import { isSelectable } from "../kernel/selectable.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import { TaskNode } from "../kernel/task.ts";
import { describe, isOperation } from "../kernel/work.ts";
import { type SelectCase, SelectWait } from "./_select_wait.ts";
import type { ResultOf, Runnable } from "./runnables.ts";

/** Operations and functions by name, one of which is to happen. */
export interface Selection {
  /** A case. */
  readonly [key: string]: Runnable<unknown>;
}

/** Which case of a {@linkcode select} happened, and what it resulted in: narrow by `key`, and `value` has its type. */
export type Selected<C> = {
  [K in keyof C & string]: { readonly key: K; readonly value: ResultOf<C[K]> };
}[keyof C & string];

/**
 * Waits for the first of several operations that can happen, and makes that one happen; the others take and leave
 * nothing. When several are ready, chance decides, so that none is starved: each ready one of n has a probability of at
 * least 1/n. An error of the chosen one is thrown, the end of a closed channel too.
 *
 * All or nothing holds for what is selectable: `channel.receive()`, `next()` and `send()`, `sleep()`, `suspend()`,
 * `semaphore.acquire()`, `mutex.acquire()`, `limiter.acquire()`, `latch.wait()`, tasks, `until(promise)` and `action()`;
 * for a task or a promise it means that the wait for it is left. Anything else, a generator or a function among them, is
 * work: it is begun as a child when nothing is ready, its end is its case, and when another case comes first it is
 * cancelled and its cleanup done before `select` returns. What work has taken by then, it has taken.
 *
 * Several cases may concern the same channel; a send and a receive of one `select` never meet each other.
 * (Guarded commands, Dijkstra 1975; the alternative command of Hoare's CSP, 1978; `select` in Go.)
 *
 * @example
 * ```ts
 * import { Channel, run, select, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const words = new Channel<string>({ capacity: 1 });
 * const heard = await run(function* () {
 *   yield* words.send("hello");
 *   const heard: string[] = [];
 *   for (;;) {
 *     const event = yield* select({ word: words.receive(), silence: sleep(5) });
 *     if (event.key === "silence") return heard;
 *     heard.push(event.value);
 *   }
 * });
 * assertEquals(heard, ["hello"]);
 * ```
 *
 * @param cases operations and functions by name; at least one
 * @returns `{ key, value }` of the one that happened
 * @throws {TypeError} when there is no case, or one is neither an operation nor a function
 */
export function select<const C extends Selection>(cases: C): AwaitableOperation<Selected<C>> {
  if (typeof cases !== "object" || cases === null || Array.isArray(cases) || isOperation(cases)) {
    throw new TypeError(
      `Cannot select: it takes a record of operations: current value is ${describe(cases)}`,
    );
  }
  const site = traceSpawn(select);
  const given = Object.entries(cases).map(([key, work]) => caseOf(key, work, site));
  if (given.length === 0) {
    throw new TypeError(
      "Cannot select: there must be at least one case, or it would wait for ever",
    );
  }
  return new Select<Selected<C>>(given);
}

function caseOf(key: string, work: Runnable<unknown>, site: Error | null): SelectCase {
  if (work instanceof TaskNode) return { key, selectable: work, work: null, site };
  if (isSelectable(work)) {
    return { key, selectable: work as SelectCase["selectable"], work: null, site };
  }
  return { key, selectable: null, work: thunkOf(work, "select", `case '${key}'`), site };
}

/** Not an effect itself: yielded without the star, nobody would take what was chosen. */
class Select<R> extends BaseOperation<R> {
  readonly #effect: SelectEffect<R>;

  constructor(cases: readonly SelectCase[]) {
    super();
    this.#effect = new SelectEffect<R>(cases);
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, R, unknown> {
    return this.#effect[Symbol.iterator]();
  }
}

class SelectEffect<R> extends BaseEffect<R> {
  readonly #cases: readonly SelectCase[];

  constructor(cases: readonly SelectCase[]) {
    super();
    this.#cases = cases;
  }

  get description(): string {
    return `select() of ${this.#cases.map(({ key }) => key).join(", ")}`;
  }

  [perform](task: TaskNode): boolean {
    const itself = this.#cases.find(({ selectable }) => selectable === task);
    if (itself !== undefined) {
      throw new TypeError(
        `Case '${itself.key}' of a select in task ${task.id} '${task.name}' is the task itself, whose end would never come`,
      );
    }
    return new SelectWait(task, this.description, this.#cases)[perform](task);
  }

  override [Symbol.iterator](): Iterator<Effect<unknown>, R, unknown> {
    return new SelectStep<R>(this);
  }
}

/** Takes what was chosen when the task runs; waits on when that is gone, or the losers are not done. */
class SelectStep<R> extends Step<R> {
  override next(result?: unknown): IteratorResult<Effect<unknown>, R> {
    if (!(result instanceof SelectWait)) return super.next(result);
    return result.goOn() as IteratorResult<Effect<unknown>, R>;
  }
}
