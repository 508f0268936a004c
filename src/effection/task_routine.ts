/**
 * What a task of ours is to an effect of Effection's: the routine that runs it.
 *
 * @module
 */

import type { Scope } from "effection";
import { UsageError } from "../kernel/errors.ts";
import { ForeignWait } from "../kernel/foreign.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Environment } from "../kernel/environment.ts";
import type { BaseEffect, Effect, ForeignResult } from "../kernel/effect.ts";
import { CRITICAL, ELSEWHERE } from "../kernel/task_bits.ts";
import { hostOf } from "./host.ts";
import { regions, scopeOf } from "./scope_of_task.ts";
import { unwindToTrap } from "./unwind.ts";

const routines = new WeakMap<TaskNode, TaskRoutine>();

/** The routine that effects of Effection's are entered with by `task`. */
export function routineFor(task: TaskNode): TaskRoutine {
  let routine = routines.get(task);
  if (routine === undefined) routines.set(task, routine = new TaskRoutine(task));
  return routine;
}

/**
 * Binds something of ours to the scope of Effection's in which a task of ours stands: the host of that scope does it, as for
 * a routine of Effection's. What it sets the task sees too, until it leaves that scope.
 */
export function bindInRegion(effect: BaseEffect<unknown>, task: TaskNode): boolean {
  const host = hostOf(routineFor(task).scope);
  const { description } = effect;
  const enter: Effect<unknown>["enter"] = (resolve) =>
    host.perform(effect, (result) => {
      task.environment = host.task.environment;
      resolve(result);
    });
  return new ForeignWait({ description, enter }, task).begin();
}

/** A part of a body that is a scope of Effection's. */
interface Region {
  readonly scope: Scope;
  readonly around: Region | null;
  /** What the task had inherited and set when it came in. */
  readonly environment: Environment;
}

/** The part of a routine that Effection's operations use, done by a task of ours. */
export class TaskRoutine {
  readonly data: RoutineData;
  readonly #task: TaskNode;
  #region: Region | null = null;

  constructor(task: TaskNode) {
    this.#task = task;
    this.data = new RoutineData(task);
  }

  get scope(): Scope {
    return this.#region?.scope ?? scopeOf(this.#task);
  }

  /** `scoped` puts a scope of its own here, and back after what was here before. */
  set scope(scope: Scope) {
    const task = this.#task;
    const region = this.#region;
    if (region !== null && scope === (region.around?.scope ?? scopeOf(task))) {
      task.environment = region.environment;
      this.#region = region.around;
    } else this.#region = { scope, around: region, environment: task.environment };
    if (this.#region === null) task.bits &= ~ELSEWHERE;
    else task.bits |= ELSEWHERE;
    regions.set(task, this.#region?.scope);
  }

  /** A trap of this routine learned of a crash: what stands inside it is unwound. */
  unwind(): void {
    unwindToTrap(this.#task, this);
  }

  /** The same, as 4.0 says it. */
  return(_outcome: unknown): void {
    this.unwind();
  }

  /** Ends the wait from outside of it. */
  resume(result: ForeignResult): void {
    if (this.#task.waiting instanceof ForeignWait) this.#task.waiting.settle(result);
  }

  /** The same, as 4.0 says it. */
  next(result: ForeignResult): void {
    this.resume(result);
  }

  step(): never {
    return drivenElsewhere("step");
  }

  perform(): never {
    return drivenElsewhere("perform");
  }

  settle(): never {
    return drivenElsewhere("settle");
  }
}

/** The state that Effection's operations read and write. */
class RoutineData {
  unwinding = false;
  enqueued = false;
  readonly #task: TaskNode;

  constructor(task: TaskNode) {
    this.#task = task;
  }

  /** While it is set no cancellation comes, as in a shield. */
  get critical(): boolean {
    return (this.#task.bits & CRITICAL) !== 0;
  }

  set critical(critical: boolean) {
    if (critical) this.#task.bits |= CRITICAL;
    else this.#task.bits &= ~CRITICAL;
  }
}

function drivenElsewhere(what: string): never {
  throw new UsageError(
    `Cannot ${what} this routine: it is a task of another runtime, which takes its steps by itself`,
  );
}
