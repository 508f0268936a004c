/**
 * The scope of Effection's that a task of ours has, once it runs something that asks for one.
 *
 * It is made below that of the nearest task above which has one, or below the scope in which Effection ran the operation
 * of ours. It is destroyed among the finalisers of the task. A crash in it is the failure of a child.
 *
 * @module
 */

import {
  type Context,
  createContext,
  createScope,
  type Effect,
  type Operation,
  type Scope,
  suspend,
  type Task,
  useScope,
} from "effection";
import { oneError } from "../kernel/aggregate.ts";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { UsageError } from "../kernel/errors.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CANCELLING, OWNED, RESOURCE } from "../kernel/task_bits.ts";
import { boundaryHolds, setBoundary } from "./library.ts";
import { entranceOf, nearestTask } from "./nearest.ts";
import { setReducer } from "./reducer.ts";

const scopes = new WeakMap<TaskNode, Scope>();

/** The scopes of Effection's in which the bodies of tasks stand, where these are not the scopes of the tasks. */
export const regions = new WeakMap<TaskNode, Scope | undefined>();

/** The scope of `task`; it is made when it is first asked for. */
export function scopeOf(task: TaskNode): Scope {
  const made = scopes.get(task);
  if (made !== undefined) return made;
  const [scope, destroy] = boundaryHolds() ? makeScope(task) : keepScope(task);
  scopes.set(task, scope);
  scope.set(nearestTask, task);
  setReducer(scope, task.scheduler);
  const group = new TaskGroup();
  scope.set(taskGroup, group);
  (task.coldPart().finalisers ??= []).push(() => dismantle(group, destroy));
  return scope;
}

/** The tasks of a scope. Effection 4.0 would halt the oldest first, were they not halted from here. */
class TaskGroup {
  readonly tasks = new Set<Task<unknown>>();

  add(task: Task<unknown>): void {
    this.tasks.add(task);
  }

  delete(task: Task<unknown>): void {
    this.tasks.delete(task);
  }
}

const taskGroup: Context<TaskGroup> = createContext<TaskGroup>("@effection/task-group");

/** Halts the tasks of a scope, the newest first, and then destroys it. Throws what that threw. */
function* dismantle(
  { tasks }: TaskGroup,
  destroy: () => unknown,
): Generator<Effect<unknown>, void, unknown> {
  const errors: unknown[] = [];
  const attempt = function* (work: Operation<unknown>): Generator<Effect<unknown>, void, unknown> {
    try {
      yield* work;
    } catch (error) {
      if (!errors.includes(error)) errors.push(error);
    }
  };
  for (let newest = [...tasks].at(-1); newest !== undefined; newest = [...tasks].at(-1)) {
    tasks.delete(newest);
    yield* attempt(newest.halt());
  }
  yield* attempt(destroy() as Operation<unknown>);
  if (errors.length > 0) throw oneError(errors, "the scope of Effection's");
}

function parentOf(task: TaskNode): Scope | undefined {
  let below: TaskNode | null = null;
  for (let above: TaskNode | null = task; above !== null; above = above.parent) {
    // What a body waits for stands where the body stands; what it has spawned stands where that was spawned.
    const isAwaited = below !== null && (below.bits & (OWNED | RESOURCE)) === OWNED;
    const scope = (isAwaited ? regions.get(above) : undefined) ?? scopes.get(above) ??
      entranceOf(above);
    if (scope !== undefined) return scope;
    below = above;
  }
  return undefined;
}

function makeScope(task: TaskNode): [Scope, () => unknown] {
  const [scope, destroy] = createScope(parentOf(task));
  setBoundary(scope, { raise: (error) => crash(task, error) });
  return [scope, destroy];
}

/** By public means alone: a task of Effection's lends its scope, and crashes when a child of it does. */
function keepScope(task: TaskNode): [Scope, () => unknown] {
  let scope: Scope | undefined;
  const [around, destroy] = createScope(parentOf(task));
  around.run(function* keeper() {
    scope = yield* useScope();
    yield* suspend();
  }).catch((error) => {
    if (!leaving) crash(task, error);
  });
  let leaving = false;
  if (scope === undefined) {
    throw new UsageError(
      "Cannot run an operation of Effection's: this version of Effection does not lend a scope at once: " +
        "use Effection 4.0 or 4.1",
    );
  }
  return [scope, () => (leaving = true, destroy())];
}

/** A task in the scope of `task` crashed, and nothing there stopped it: the failure of a child. */
function crash(task: TaskNode, error: unknown): void {
  if (task.hasEnded) return void Promise.reject(error);
  task.collect(error);
  if ((task.bits & CANCELLING) !== 0) return;
  const cause = () =>
    `Task ${task.id} '${task.name}' was cancelled because a task of Effection's in its scope failed`;
  requestCancel(task, new CancelCause(cause, error));
}
