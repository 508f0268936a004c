/**
 * What a supervisor has to know of a child.
 *
 * @module
 */

import { describe, isOperation, type Thunk } from "../kernel/work.ts";
import { checkMs } from "../operations/sleep.ts";
import { DuplicateChildError } from "./errors.ts";

/** When a child that has ended is started again: always, after a failure only, or never. */
export type RestartType = "permanent" | "transient" | "temporary";

/** How long a child may take to stop: milliseconds, no time at all, or all it needs. */
export type Shutdown = number | "immediate" | "infinity";

/** How a child is run, whatever it is called. */
export interface ChildOptions {
  /**
   * When it is started again after it has ended: `"permanent"` always, `"transient"` after a failure only, `"temporary"`
   * never.
   *
   * @default "permanent"
   */
  restart?: RestartType;
  /**
   * How long it may clean up when it is stopped, in milliseconds, before it is ended by force: the `grace` of its
   * cancellation. `"immediate"` gives it one step and no wait, `"infinity"` all the time it takes.
   *
   * @default 5000; "infinity" for a child made by `supervisor()`
   */
  shutdown?: Shutdown;
  /**
   * Whether its end may end the supervisor, as `autoShutdown` says. A significant child is not permanent.
   *
   * @default false
   */
  significant?: boolean;
  /**
   * Whether it says by `ready()` when it is ready. Its start then lasts until it does, and the children after it are
   * started later. A child that completes before is taken to be ready.
   *
   * @default false, unless `startTimeout` is given; true for a child made by `supervisor()`
   */
  ready?: boolean;
  /**
   * How long it may take to be ready, in milliseconds. Then it is stopped, and its start has failed with a
   * `TimeoutError`. `Infinity` waits for ever.
   *
   * @default 5000; Infinity for a child made by `supervisor()`
   */
  startTimeout?: number;
}

/** One child of a supervisor. */
export interface ChildSpec extends ChildOptions {
  /** What it is called; no other child of its supervisor has the same. */
  id: string;
  /** What it does: run anew at each start, as a task of that name. */
  start: Thunk<unknown>;
}

/** A spec without gaps. */
export interface CheckedSpec {
  readonly id: string;
  readonly start: () => unknown;
  readonly restart: RestartType;
  /** In milliseconds. */
  readonly grace: number;
  readonly significant: boolean;
  readonly ready: boolean;
  readonly startTimeout: number;
}

/** The thunks that `supervisor()` made, for which other things are usual. */
export const supervisorThunks: WeakSet<() => unknown> = new WeakSet();

/** Checks the children that a supervisor begins with. */
export function checkSpecs(
  specs: unknown,
  verb: string,
  autoShutdown: string,
): readonly CheckedSpec[] {
  if (!Array.isArray(specs)) {
    throw new TypeError(
      `Cannot ${verb}: 'children' must be an array of specs: current value is ${describe(specs)}`,
    );
  }
  const ids = new Set<string>();
  // Not `specs.map()`, which would pass over the holes of a sparse array.
  return Array.from(specs, (spec: unknown) => {
    const checked = checkSpec(spec, verb, autoShutdown);
    if (ids.has(checked.id)) throw new DuplicateChildError(checked.id);
    ids.add(checked.id);
    return checked;
  });
}

/** Checks one child. */
export function checkSpec(spec: unknown, verb: string, autoShutdown: string): CheckedSpec {
  if (typeof spec !== "object" || spec === null) {
    throw new TypeError(
      `Cannot ${verb}: a child must be { id, start }: current value is ${describe(spec)}`,
    );
  }
  const { id, start } = spec as ChildSpec;
  if (typeof id !== "string" || id === "") {
    const ErrorClass = id === "" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot ${verb}: 'id' must be a string that is not empty: current value is ${describe(id)}`,
    );
  }
  checkStart(start, `${verb} child '${id}'`);
  return { id, start, ...checkChildOptions(spec, `${verb} child '${id}'`, autoShutdown, start) };
}

/** Throws a `TypeError` unless `start` is a function. */
export function checkStart(start: unknown, verb: string): void {
  if (typeof start === "function") return;
  const hint = isOperation(start) ? ": wrap the operation, as in start: () => operation" : "";
  throw new TypeError(
    `Cannot ${verb}: 'start' must be a function: current value is ${describe(start)}${hint}`,
  );
}

/** Checks what all children of a dynamic supervisor have in common, and each other child has for itself. */
export function checkChildOptions(
  options: ChildOptions,
  verb: string,
  autoShutdown: string,
  start?: () => unknown,
): Omit<CheckedSpec, "id" | "start"> {
  const isSupervisor = start !== undefined && supervisorThunks.has(start);
  const {
    restart = "permanent",
    shutdown = isSupervisor ? "infinity" : 5000,
    significant = false,
    startTimeout = isSupervisor ? Infinity : 5000,
    ready = isSupervisor || options.startTimeout !== undefined,
  } = options;
  if (restart !== "permanent" && restart !== "transient" && restart !== "temporary") {
    throw new TypeError(
      `Cannot ${verb}: 'restart' must be "permanent", "transient" or "temporary": current value is ${
        describe(restart)
      }`,
    );
  }
  checkBoolean(significant, verb, "significant");
  checkBoolean(ready, verb, "ready");
  if (significant && restart === "permanent") {
    throw new TypeError(
      `Cannot ${verb}: a significant child must be transient or temporary, since a permanent one never ends`,
    );
  }
  if (significant && autoShutdown === "never") {
    throw new TypeError(
      `Cannot ${verb}: a significant child needs 'autoShutdown' to be "any_significant" or "all_significant"`,
    );
  }
  checkMs(startTimeout, verb, "startTimeout");
  if (options.ready === false && options.startTimeout !== undefined) {
    throw new TypeError(
      `Cannot ${verb}: 'startTimeout' is for a child that says when it is ready: leave out 'ready: false'`,
    );
  }
  return { restart, grace: graceOf(shutdown, verb), significant, ready, startTimeout };
}

function graceOf(shutdown: Shutdown, verb: string): number {
  if (shutdown === "immediate") return 0;
  if (shutdown === "infinity") return Infinity;
  if (typeof shutdown === "number" && shutdown >= 0) return shutdown;
  const ErrorClass = typeof shutdown === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: 'shutdown' must be a number of milliseconds, at least 0, "immediate" or "infinity": current value is ${
      describe(shutdown)
    }`,
  );
}

function checkBoolean(value: unknown, verb: string, name: string): void {
  if (typeof value === "boolean") return;
  throw new TypeError(
    `Cannot ${verb}: '${name}' must be a boolean: current value is ${describe(value)}`,
  );
}
