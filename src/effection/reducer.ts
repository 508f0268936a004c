/**
 * Effection's programs on our scheduler: what steps their routines in the place of Effection's reducer.
 *
 * Effection takes, of all routines that are ready, the one nearest to the root, and does not stop while there is one: a
 * loop near the root starves all below, and the host. Here the order is Effection's, but a routine that has taken a
 * thousand steps in a round waits until everyone else has had a turn (F1), and all of it happens in a task of ours, which
 * gives way, so that the host and other tasks get their turns (F2).
 *
 * @module
 */

import { type Context, createContext, createScope, type Scope } from "effection";
import { rootEnvironment } from "../kernel/environment.ts";
import { leaveFamily } from "../kernel/family.ts";
import { runApart } from "../kernel/running.ts";
import type { Scheduler } from "../kernel/scheduler.ts";
import { TaskNode } from "../kernel/task.ts";
import { eventOf } from "../kernel/task_event.ts";
import { BODY, ENDED, OBSERVED } from "../kernel/task_bits.ts";
import { type Instruction, type Routine, stepOf, stepOf40 } from "./instruction.ts";
import { Rounds } from "./rounds.ts";

/**
 * How many steps are taken before other tasks of ours get their turn, and how many of them a routine may take before all
 * others have had theirs. Programs count on being left alone until they have come to rest, for with Effection they are:
 * who finds nothing to do and then subscribes to hear of it would else miss what comes in between.
 */
const stretch = 1024;

interface Reducer {
  schedule(routine: Routine): void;
  reduce(instruction: unknown[]): void;
}

/** Who steps the routines that are made in a scope. */
const reducerContext: Context<Reducer> = createContext<Reducer>("@effection/reducer");

const reducers = new WeakMap<Scheduler, Reducer>();

let replaceable: boolean | undefined;

/** Whether this version of Effection lets its reducer be replaced, by one that knows its routines. */
export function reducerHolds(): boolean {
  if (replaceable !== undefined) return replaceable;
  replaceable = false;
  const [scope] = createScope();
  const look = (routine: Partial<Routine>): void => {
    const isOf41 = typeof routine.step === "function" && typeof routine.perform === "function" &&
      typeof routine.settle === "function";
    replaceable = typeof routine.data === "object" && Object.isExtensible(routine) &&
      (isOf41 || typeof routine.next === "function");
  };
  scope.set(reducerContext, {
    schedule: look,
    reduce: (instruction) => look(instruction[1] as Partial<Routine>),
  });
  // It is never stepped: whoever looked at it has forgotten it.
  scope.run(function* probe() {});
  return replaceable;
}

/** Has the routines that are made in `scope` from now on stepped by `scheduler`. */
export function setReducer(scope: Scope, scheduler: Scheduler): void {
  if (!reducerHolds()) return;
  let reducer = reducers.get(scheduler);
  if (reducer === undefined) reducers.set(scheduler, reducer = new HeddleReducer(scheduler));
  scope.set(reducerContext, reducer);
}

class HeddleReducer implements Reducer {
  readonly #scheduler: Scheduler;
  #turns: Turns | null = null;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** What 4.1 calls: the routine can take its next step. */
  readonly schedule = (routine: Routine): void => {
    if (routine.data.enqueued) return;
    routine.data.enqueued = true;
    this.#add(stepOf(routine));
  };

  /** What 4.0 calls, with what the step is. */
  readonly reduce = (instruction: unknown[]): void => this.#add(stepOf40(instruction));

  #add(instruction: Instruction): void {
    (this.#turns ??= new Turns(this.#scheduler)).add(instruction);
  }
}

/**
 * The task that takes the steps. There is one, which has ended while there is no step to take and begins again when there
 * is one: a new task each time would cost as much as many steps. It has no place among the roots, where it would be taken for
 * a part of the program: Effection 4.0 takes steps for a task that is over already.
 */
class Turns extends TaskNode {
  readonly #rounds = new Rounds<Instruction>(stretch);
  /** Whether the host has waited long enough. */
  #isOverdue = false;

  constructor(scheduler: Scheduler) {
    super(scheduler, null, rootEnvironment, () => {}, OBSERVED, 0, "effection");
    leaveFamily(this);
    this.#begin();
  }

  add(instruction: Instruction): void {
    this.#rounds.add(instruction);
    if (this.phase !== ENDED) return;
    this.scheduler.instrument?.taskSpawned?.(eventOf(this));
    this.#begin();
  }

  #begin(): void {
    this.phase = BODY;
    this.scheduler.enqueue(this);
  }

  override run(): void {
    runApart(this.#takeSome);
    if (this.#rounds.size === 0) this.#rest();
    // Only the host is to have its turn in between.
    else if (this.#isOverdue) this.scheduler.enqueueNext(this);
    else this.scheduler.enqueue(this);
  }

  #rest(): void {
    this.phase = ENDED;
    this.scheduler.instrument?.taskEnded?.(eventOf(this));
  }

  readonly #takeSome = (): void => {
    this.#isOverdue = false;
    for (let left = stretch; left > 0; left--) {
      const instruction = this.#rounds.take();
      if (instruction === undefined) return;
      try {
        instruction.take();
      } catch (error) {
        // What a routine's own end does wrong keeps nobody else from going on.
        void Promise.reject(error);
      }
      if (this.scheduler.isOverdue()) {
        this.#isOverdue = true;
        return;
      }
    }
  };
}
