/**
 * Things that live as long as the scope in which they were acquired.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import type { AwaitableOperation, Operation } from "../kernel/effect.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";
import { describe } from "../kernel/work.ts";
import { Acquisition } from "./_acquisition.ts";

/** Hands the value of a resource to whoever acquires it, and waits until their scope ends. */
export type Provide<T> = (value: T) => Operation<void>;

/**
 * An operation that acquires something and keeps it open until the current scope ends: a coroutine sets it up, provides
 * it, and tears it down in a `finally`, where it may wait. In between it can run tasks of its own, which end with it.
 *
 * - To have acquired it and to have its teardown registered is one step; the wait for it can be cancelled, and then the
 *   coroutine is cancelled where it stands.
 * - It is torn down after everything that was spawned in the scope has ended; of several, the newest first.
 * - The work that is given to `timeout`, `race`, `all`, `select`, `retry` and the like has a scope of its own: a resource
 *   that is acquired there ends with it.
 * - When it fails or ends while it is in use, the scope is cancelled and throws the error.
 *
 * @example
 * ```ts
 * import { type Operation, resource, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * const connect = (host: string): Operation<{ query(sql: string): string }> =>
 *   resource(function* (provide) {
 *     log.push(`open ${host}`);
 *     try {
 *       yield* provide({ query: (sql) => `${host}: ${sql}` });
 *     } finally {
 *       log.push(`close ${host}`);
 *     }
 *   });
 *
 * const answer = await run(function* () {
 *   const connection = yield* connect("db");
 *   return connection.query("select 1");
 * });
 * assertEquals(answer, "db: select 1");
 * assertEquals(log, ["open db", "close db"]);
 * ```
 *
 * @param body sets up, calls `yield* provide(value)` once, which throws a `CancelledError` when the scope ends, tears down
 * @returns the value provided; each run of the operation acquires anew
 * @throws {TypeError} when `body` is not a function
 * @throws {Error} when the body ends without providing a value
 */
export function resource<T>(
  body: (provide: Provide<T>) => Operation<unknown>,
): AwaitableOperation<T> {
  if (typeof body !== "function") {
    throw new TypeError(
      `Cannot make a resource: 'body' must be a function: current value is ${describe(body)}`,
    );
  }
  return new Resource<T>(body);
}

class Resource<T> extends BindingEffect<T> {
  readonly description = "resource()";
  readonly #site: Error | null = traceSpawn(resource);
  readonly #body: (provide: Provide<T>) => Operation<unknown>;

  constructor(body: (provide: Provide<T>) => Operation<unknown>) {
    super();
    this.#body = body;
  }

  bind(task: TaskNode): boolean {
    const body = this.#body;
    return new Acquisition(
      task,
      "resource",
      (acquisition) => body((value) => acquisition.provide(value)),
      body.name || "resource",
      this.#site,
    ).begin();
  }
}
