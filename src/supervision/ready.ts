/**
 * How a child says that it is ready.
 *
 * @module
 */

import { BaseEffect, type Operation, perform } from "../kernel/effect.ts";
import { running } from "../kernel/running.ts";
import type { TaskNode } from "../kernel/task.ts";
import { childAround } from "./_child.ts";

/**
 * Says that the supervised child in which the caller runs is ready: what it opens is open, so that the children after it
 * can rely on it. It is heard when the spec of the child says `ready: true`, or has a `startTimeout`; elsewhere, and the
 * second time, it does nothing, so work that says it can be run without a supervisor too.
 *
 * The call itself says so. What it returns is there for those who write `yield*` before everything. An async function
 * that waits before it is ready had better be a coroutine, which `yield*`s `until(promise)`: after its first `await` an
 * async function does not run in its task.
 *
 * @example
 * ```ts
 * import { ready, run, sleep, supervise, suspend } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * function* database() {
 *   yield* sleep(5); // connects
 *   log.push("database is ready");
 *   yield* ready();
 *   yield* suspend();
 * }
 * function* server() {
 *   log.push("server starts");
 *   yield* suspend();
 * }
 * await run(function* () {
 *   yield* supervise([
 *     { id: "database", start: database, ready: true, startTimeout: 1000 },
 *     { id: "server", start: server },
 *   ]);
 *   yield* sleep(1);
 * });
 * assertEquals(log, ["database is ready", "server starts"]);
 * ```
 *
 * @throws {Error} when the caller does not run in a task
 */
export function ready(): Operation<void> {
  if (running === null) {
    throw new Error(
      "ready() was called outside a task: call it in a coroutine, or in an async function before its first await",
    );
  }
  sayReady(running);
  return said;
}

/** Says it for `task`. */
export function sayReady(task: TaskNode): void {
  const child = childAround(task);
  if (child !== undefined) child.keeper.saidReady(child);
}

class Said extends BaseEffect<void> {
  readonly description = "ready()";

  [perform](): boolean {
    return true;
  }
}

const said = new Said();
