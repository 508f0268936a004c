/**
 * Effection's programs on our scheduler: what steps their routines in the place of Effection's reducer.
 *
 * Effection takes, of all routines that are ready, the one nearest to the root, and does not stop while there is one: a
 * loop near the root starves all below, and the host. Here routines run in rounds: within a round the order is
 * Effection's, but a routine that has run in it waits for the next, so everyone runs once a round (F1). A round runs in
 * a task of ours, which gives way, so that other tasks and the host get their turns (F2).
 *
 * @module
 */

import { type Context, createContext, createScope, type Scope } from "effection";
import { rootEnvironment } from "../kernel/environment.ts";
import { runApart } from "../kernel/running.ts";
import type { Scheduler } from "../kernel/scheduler.ts";
import { TaskNode } from "../kernel/task.ts";
import { OBSERVED } from "../kernel/task_bits.ts";
import { yieldNow } from "../operations/yield_now.ts";
import { type Instruction, type Routine, stepOf, takeStep } from "./instruction.ts";
import { Rounds } from "./rounds.ts";
import { unwindFrameByFrame } from "./unwinding_iterator.ts";

/** How many steps are taken before other tasks of ours get their turn. */
const stretch = 16;

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
    replaceable = typeof routine.data === "object" &&
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
  readonly #rounds = new Rounds<Instruction>();
  #active = false;

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
  readonly reduce = (instruction: unknown[]): void => {
    const [priority, routine, result, validate, method] = instruction;
    this.#add({ priority, routine, result, validate, method } as Instruction);
  };

  #add(instruction: Instruction): void {
    unwindFrameByFrame(instruction.routine);
    this.#rounds.add(instruction, instruction.priority, instruction.routine);
    if (this.#active) return;
    this.#active = true;
    const scheduler = this.#scheduler;
    const task = new TaskNode(
      scheduler,
      null,
      rootEnvironment,
      () => this.#run(),
      OBSERVED,
      0,
      "effection",
    );
    scheduler.enqueue(task);
  }

  *#run() {
    const rounds = this.#rounds;
    try {
      for (let left = stretch; rounds.size > 0; left--) {
        if (left === 0 || this.#scheduler.isOverdue()) {
          yield* yieldNow();
          left = stretch;
          if (rounds.size === 0) break;
        }
        const instruction = rounds.take()!;
        runApart(() => takeStep(instruction));
      }
    } finally {
      this.#active = false;
    }
  }
}
