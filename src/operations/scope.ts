/**
 * A scope: tasks that end together.
 *
 * @module
 */

import { type AwaitableOperation, BaseEffect, perform } from "../kernel/effect.ts";
import { checkGrace } from "../kernel/cancellation.ts";
import { SingleGroup } from "../kernel/single_group.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";
import { ISOLATING } from "../kernel/task_bits.ts";
import { checkOptions, checkThunk, describe, type Thunk } from "../kernel/work.ts";

/** How a scope behaves. */
export interface ScopeOptions {
  /**
   * What the failure of one of its tasks does: `"fail"` cancels the others and is thrown by the scope; `"isolate"`
   * concerns nobody but who joins the failed task. One that nobody joins is left to the host as an unhandled rejection
   * as soon as nobody can: when the scope ends, or when no handle of the failed task is held any more, which is found out
   * by the garbage collector, and so some time later. A scope that lives long thus keeps none of its failures; to hear of
   * each at once, join the tasks, or listen by an instrument.
   *
   * @default "fail"
   */
  onError?: "fail" | "isolate";
  /**
   * What to call it in reports.
   *
   * @default "scope"
   */
  name?: string;
  /**
   * How long its tasks may clean up when they are cancelled, in milliseconds, before they are ended by force. A
   * cancellation from outside may leave them less.
   *
   * @default that of the scope around it
   */
  grace?: number;
}

/**
 * Runs `body`, and ends only after every task that was spawned in it has ended, its cleanup included. When the body or a
 * task of it fails, the others are cancelled, and the scope throws the error; several come as an `AggregateError`, the
 * body's first. So `try` around a scope catches whatever goes wrong in it.
 *
 * @example
 * ```ts
 * import { run, scope, sleep, spawn } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * let caught: unknown;
 * await run(function* () {
 *   try {
 *     yield* scope(function* () {
 *       yield* spawn(() => Promise.reject(new Error("broken")));
 *       yield* sleep(60_000); // cancelled when the child fails
 *     });
 *   } catch (error) {
 *     caught = (error as Error).message;
 *   }
 * });
 * assertEquals(caught, "broken");
 * ```
 *
 * @param body what to run; it may spawn
 * @param options whether failures spread, a name, the grace time
 * @returns what the body returns
 * @throws {TypeError} when `body` is not a function, or an option has the wrong type
 */
export function scope<T>(body: Thunk<T>, options?: ScopeOptions): AwaitableOperation<T>;
/** The same, for work that returns something iterable, such as a string or an array. */
export function scope<T>(body: () => Promise<T> | T, options?: ScopeOptions): AwaitableOperation<T>;
export function scope<T>(body: Thunk<T>, options: ScopeOptions = {}): AwaitableOperation<T> {
  checkThunk(body, "scope");
  checkOptions(options, "scope");
  const { onError, name } = options;
  if (onError !== undefined && onError !== "fail" && onError !== "isolate") {
    throw new TypeError(
      `Cannot scope: 'onError' must be "fail" or "isolate": current value is ${describe(onError)}`,
    );
  }
  if (name !== undefined && typeof name !== "string") {
    throw new TypeError(
      `Cannot scope: 'name' must be a string: current value is ${describe(name)}`,
    );
  }
  checkGrace(options.grace, "scope");
  return new Scope<T>(body, options);
}

class Scope<T> extends BaseEffect<T> {
  readonly #body: Thunk<T>;
  readonly #options: ScopeOptions;
  readonly site: Error | null = traceSpawn(scope);

  constructor(body: Thunk<T>, options: ScopeOptions) {
    super();
    this.#body = body;
    this.#options = options;
  }

  get description(): string {
    return `scope '${this.#options.name ?? "scope"}'`;
  }

  [perform](task: TaskNode): boolean {
    return new ScopeGroup(task, this, this.#body, this.#options).begin();
  }
}

class ScopeGroup extends SingleGroup {
  readonly #grace: number | undefined;

  constructor(task: TaskNode, effect: Scope<unknown>, body: () => unknown, options: ScopeOptions) {
    const { onError, name, grace } = options;
    super(task, effect, body, "scope", name ?? "scope", onError === "isolate" ? ISOLATING : 0);
    this.#grace = grace;
    if (grace !== undefined) this.child.environment = { ...this.child.environment, grace };
  }

  protected override deadline(deadline: number): number {
    if (this.#grace === undefined) return deadline;
    return Math.min(deadline, this.task.scheduler.clock.after(this.#grace));
  }
}
