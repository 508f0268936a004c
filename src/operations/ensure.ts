/**
 * Cleanup that is bound to the scope.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import type { AwaitableOperation } from "../kernel/effect.ts";
import { addFinaliser } from "../kernel/finaliser.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe, isOperation, type Thunk } from "../kernel/work.ts";

/**
 * Runs `cleanup` once when the current scope ends, by result, error or cancellation: after its body and everything that
 * was spawned in it, the newest first. It may wait. One that fails does not keep the others from running; its error is
 * one of the scope. A task that a cleanup spawns is cancelled when the last cleanup is over; join it to have it done.
 *
 * The current scope is that of the task: of the innermost `scope`, `spawn`, `run`, or of the work that was given to
 * `timeout`, `race`, `all`, `retry`, `shield` and the like.
 *
 * @example
 * ```ts
 * import { ensure, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const closed: string[] = [];
 * await run(function* () {
 *   yield* ensure(() => void closed.push("outer"));
 *   yield* ensure(() => void closed.push("inner"));
 * });
 * assertEquals(closed, ["inner", "outer"]);
 * ```
 *
 * @param cleanup what to run: a function of any kind, a generator function too
 * @throws {TypeError} when `cleanup` is not a function
 */
export function ensure(cleanup: Thunk<unknown>): AwaitableOperation<void> {
  if (typeof cleanup !== "function") {
    const hint = isOperation(cleanup) ? ": wrap the operation, as in ensure(() => operation)" : "";
    throw new TypeError(
      `Cannot ensure: 'cleanup' must be a function: current value is ${describe(cleanup)}${hint}`,
    );
  }
  return new Ensure(cleanup);
}

class Ensure extends BindingEffect<void> {
  readonly description = "ensure()";
  readonly #cleanup: () => unknown;

  constructor(cleanup: () => unknown) {
    super();
    this.#cleanup = cleanup;
  }

  bind(task: TaskNode): boolean {
    addFinaliser(task, this.#cleanup, "ensure");
    return true;
  }
}
