/**
 * Which task of ours stands nearest to a scope of Effection's, and which scope to a task: so what one sets is inherited
 * through the other.
 *
 * @module
 */

import { type Context, createContext, type Scope } from "effection";
import { type Environment, rootEnvironment } from "../kernel/environment.ts";
import { running } from "../kernel/running.ts";
import { defaultScheduler, type Scheduler } from "../kernel/scheduler.ts";
import type { TaskNode } from "../kernel/task.ts";

/** The task of ours that a scope, or the nearest around it, belongs to. */
export const nearestTask: Context<TaskNode> = createContext<TaskNode>("@heddle/runtime/task");

/** The scope in which an operation of ours was run by Effection, by the root task that runs it. */
const enteredFrom = new WeakMap<TaskNode, Scope>();

/** Notes that `task`, a root, does its work for code in `scope`. */
export function belongsTo(task: TaskNode, scope: Scope): void {
  enteredFrom.set(task, scope);
}

/** The scope of Effection's in which a root task was entered. */
export function entranceOf(task: TaskNode): Scope | undefined {
  return enteredFrom.get(task);
}

/** What runs tasks of ours that are made for code in `scope`. */
export function schedulerFor(scope: Scope): Scheduler {
  return scope.get(nearestTask)?.scheduler ?? running?.scheduler ?? defaultScheduler();
}

/** What tasks of ours inherit that are made for code in `scope`. */
export function environmentFor(scope: Scope): Environment {
  return scope.get(nearestTask)?.environment ?? rootEnvironment;
}
