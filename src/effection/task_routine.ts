/**
 * What a task of ours is to an effect of Effection's: the routine that runs it.
 *
 * @module
 */

import type { Scope } from "effection";
import type { ForeignResult } from "../kernel/effect.ts";
import { UsageError } from "../kernel/errors.ts";
import { ForeignWait } from "../kernel/foreign.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CRITICAL } from "../kernel/task_bits.ts";
import { scopeOf } from "./scope_of_task.ts";
import { unwindToTrap } from "./unwind.ts";

const routines = new WeakMap<TaskNode, TaskRoutine>();

/** The routine that effects of Effection's are entered with by `task`. */
export function routineFor(task: TaskNode): TaskRoutine {
  let routine = routines.get(task);
  if (routine === undefined) routines.set(task, routine = new TaskRoutine(task));
  return routine;
}

/** The part of a routine that Effection's operations use, done by a task of ours. */
export class TaskRoutine {
  readonly data: RoutineData;
  readonly #task: TaskNode;
  #scope: Scope | null = null;

  constructor(task: TaskNode) {
    this.#task = task;
    this.data = new RoutineData(task);
  }

  get scope(): Scope {
    return this.#scope ??= scopeOf(this.#task);
  }

  /** `scoped` puts a scope of its own here, and this one back after. */
  set scope(scope: Scope) {
    this.#scope = scope;
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
