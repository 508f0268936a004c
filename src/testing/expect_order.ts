/**
 * Asserting in which order things happen.
 *
 * @module
 */

import { witness } from "../kernel/witness.ts";

/** Marks the places of a program in the order in which it should reach them. */
export interface OrderMark {
  /**
   * Here the program comes to its `place`-th mark.
   *
   * @throws {Error} when another mark, or none, should have come next
   */
  (place: number): void;
  /**
   * The program is over: all marks up to `count` were reached in order, and no other.
   *
   * @throws {Error} when not; also when a mark was out of order and the program swallowed its error
   */
  end(count: number): void;
}

/**
 * Makes a mark for the places of a program, numbered from 1 in the order in which they should be reached. Reads better
 * than a list of strings that is compared at the end, and fails at the place that is wrong.
 *
 * @example
 * ```ts
 * import { run, spawn, yieldNow } from "@heddle/runtime";
 * import { expectOrder } from "@heddle/runtime/testing";
 *
 * const order = expectOrder();
 * await run(function* () {
 *   order(1);
 *   yield* spawn(() => order(3));
 *   order(2);
 *   yield* yieldNow();
 *   order(4);
 * });
 * order.end(4);
 * ```
 */
export function expectOrder(): OrderMark {
  let reached = 0;
  let wrong: Error | undefined;
  const order = (place: number): void => {
    witness.now?.touches(order);
    if (place === reached + 1) {
      reached = place;
      return;
    }
    const error = new Error(
      `The program came to mark ${place}, after mark ${reached}: mark ${
        reached + 1
      } should have been next`,
    );
    wrong ??= error;
    throw error;
  };
  witness.now?.names(order);
  return Object.assign(order, {
    end(count: number): void {
      if (wrong !== undefined) throw wrong;
      if (reached !== count) {
        throw new Error(
          `The program came to mark ${reached}, and should have come to mark ${count}`,
        );
      }
    },
  });
}
