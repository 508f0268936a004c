/**
 * Whether what several tasks saw of an object could have happened one operation at a time.
 *
 * J. M. Wing and C. Gong, "Testing and verifying concurrent objects", 1993: a search for an order of the operations which
 * agrees with their times and with a sequential model, with the states that led nowhere remembered (G. Lowe, 2017).
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { witness } from "../kernel/witness.ts";
import { inline, type Thunk } from "../kernel/work.ts";

/** An operation that a task called, and what it saw. */
export interface Call<O, R> {
  /** What was called, with its arguments. */
  readonly operation: O;
  /** When it was called: a number that counts calls and returns. */
  readonly called: number;
  /** When it returned; `Infinity` when it has not, or was cancelled: then it may have happened or not. */
  readonly returned: number;
  /** What it returned. */
  readonly result: R | undefined;
}

/** What an object does when operations come one at a time. */
export interface SequentialModel<S, O, R> {
  /** The state at the beginning. It must not be changed: `apply` makes new ones. */
  readonly initial: S;
  /**
   * What an operation does.
   *
   * @returns the state after it and what it returns, or `null` when it would have to wait in this state
   */
  apply(state: S, operation: O): { readonly state: S; readonly result: R } | null;
  /**
   * Whether a result is what was seen.
   *
   * @default Object.is
   */
  sameResult?(expected: R, seen: R): boolean;
}

/** Writes down calls and returns. */
export class History<O, R> {
  readonly #calls: Call<O, R>[] = [];
  #time = 0;

  /** Makes a history without calls. */
  constructor() {
    witness.now?.names(this);
  }

  /** The calls so far, in the order in which they were made. */
  get calls(): readonly Call<O, R>[] {
    return this.#calls;
  }

  /**
   * Runs `work`, which does `operation` to the object, and writes down when it was called and returned, and what.
   *
   * @param operation what is called, for the model
   * @param work does it
   * @returns what `work` returns; it throws what that throws, and then may have happened or not
   */
  *call(operation: O, work: Operation<R> | Thunk<R>): Generator<Effect<unknown>, R, unknown> {
    // When a call was made and when it returned is what the history is about.
    witness.now?.touches(this);
    const at = this.#calls.length;
    const called = this.#time++;
    this.#calls.push({ operation, called, returned: Infinity, result: undefined });
    const result = typeof work === "function" ? yield* inline(work) : yield* work;
    witness.now?.touches(this);
    this.#calls[at] = { operation, called, returned: this.#time++, result };
    return result;
  }
}

/** How many calls a history may have: the search is exponential in how many overlap. */
const mostCalls = 30;

/**
 * Whether a history is linearizable: whether each call could have happened at one moment between its call and its return,
 * so that one after the other they agree with the model. Calls that have not returned may have happened or not.
 *
 * @example
 * ```ts
 * import { all, Channel } from "@heddle/runtime";
 * import { History, isLinearizable, simulate } from "@heddle/runtime/testing";
 * import { assert } from "@std/assert";
 *
 * await simulate(function* () {
 *   const channel = new Channel<number>({ capacity: 9 });
 *   const history = new History<{ sent: number } | "receive", number | void>();
 *   yield* all([
 *     () => history.call({ sent: 1 }, channel.send(1)),
 *     () => history.call({ sent: 2 }, channel.send(2)),
 *     () => history.call("receive", channel.receive()),
 *   ]);
 *   assert(isLinearizable(history.calls, {
 *     initial: [] as number[],
 *     apply(queue, operation) {
 *       if (operation !== "receive") return { state: [...queue, operation.sent], result: undefined };
 *       return queue.length === 0 ? null : { state: queue.slice(1), result: queue[0] };
 *     },
 *   }));
 * }, { seed: 1 });
 * ```
 *
 * @param calls the history
 * @param model what the object does one operation at a time; its states must be what `JSON.stringify` tells apart
 * @throws {RangeError} when the history has more than 30 calls
 */
export function isLinearizable<S, O, R>(
  calls: readonly Call<O, R>[],
  model: SequentialModel<S, O, R>,
): boolean {
  if (calls.length > mostCalls) {
    throw new RangeError(
      `Cannot tell whether a history is linearizable: it may have at most ${mostCalls} calls: it has ${calls.length}`,
    );
  }
  return search(calls, model, 0, model.initial, new Set());
}

function search<S, O, R>(
  calls: readonly Call<O, R>[],
  model: SequentialModel<S, O, R>,
  done: number,
  state: S,
  dead: Set<string>,
): boolean {
  const open = calls.filter((_, at) => (done & (1 << at)) === 0);
  if (open.every(({ returned }) => returned === Infinity)) return true;
  const key = `${done} ${JSON.stringify(state)}`;
  if (dead.has(key)) return false;
  // Whoever comes next was called before the first of the others returned.
  const soonest = Math.min(...open.map(({ returned }) => returned));
  for (const [at, call] of calls.entries()) {
    if ((done & (1 << at)) !== 0 || call.called > soonest) continue;
    const next = model.apply(state, call.operation);
    if (next === null) continue;
    const same = model.sameResult ?? Object.is;
    if (call.returned !== Infinity && !same(next.result, call.result as R)) continue;
    if (search(calls, model, done | (1 << at), next.state, dead)) return true;
  }
  dead.add(key);
  return false;
}
