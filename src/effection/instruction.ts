/**
 * One step of a routine of Effection's, and how it is taken, in both versions.
 *
 * @module
 */

import type { Scope } from "effection";
import { createContext } from "effection";
import type { ForeignResult } from "../kernel/effect.ts";
import type { Participant, Turn } from "./rounds.ts";
import { unwindFrameByFrame } from "./unwinding_iterator.ts";

type Outcome = { exists: true; value: ForeignResult };
type Settle = (outcome: Outcome) => void;
type Result = IteratorResult<unknown, unknown>;

/** The state of a routine. */
export interface RoutineState {
  iterator: Iterator<unknown, unknown, unknown>;
  exit: unknown;
  /** In 4.1: whether it stands in line, and whether its next step is to return. */
  enqueued?: boolean;
  unwinding?: boolean;
  critical?: boolean;
}

/** A routine of Effection's, as its reducer sees it. */
export interface Routine {
  readonly scope: Scope;
  readonly data: RoutineState;
  /** In 4.1. */
  step(): Result;
  perform(effect: unknown): void;
  settle: Settle;
  /** In 4.0. */
  next(result: ForeignResult): void;
  /** Where it is kept what this file has to know of it: a map of them costs more than all else. */
  [known]?: Known;
}

const known: unique symbol = Symbol("heddle");

const generation = createContext<number>("@effection/scope.generation", 0);
const settling = createContext<(outcome: Outcome, next: Settle) => void>(
  "@effection/coroutine.settle",
  (outcome, next) => next(outcome),
);

/** One step to be taken. */
export interface Instruction extends Turn {
  /** Takes the step. */
  take(): void;
}

/** A routine as one who takes turns, and as the turn itself in 4.1, where it has one step to take at most. */
class Known implements Participant, Instruction {
  lastRound = -1;
  turns = 0;
  round = 0;
  order = 0;
  priority = 0;
  readonly #routine: Routine;

  constructor(routine: Routine) {
    this.#routine = routine;
  }

  get whose(): Participant {
    return this;
  }

  take(): void {
    const routine = this.#routine;
    const { data } = routine;
    data.enqueued = false;
    if (data.unwinding === true && data.critical !== true) unwindFrameByFrame(data);
    try {
      const next = routine.step();
      if (next.done === true) settle(routine, { ok: true, value: next.value });
      else routine.perform(next.value);
    } catch (error) {
      settle(routine, { ok: false, error });
    }
  }
}

function settle(routine: Routine, value: ForeignResult): void {
  routine.scope.expect(settling)({ exists: true, value }, routine.settle);
}

/** A step as 4.0 asks for it: with what it takes in, whether it is still to be taken, and how. */
class Instruction40 implements Instruction {
  round = 0;
  order = 0;

  constructor(
    readonly priority: number,
    readonly routine: Routine,
    readonly result: ForeignResult,
    readonly validate: () => boolean,
    readonly method: "next" | "return" | undefined,
  ) {}

  get whose(): Participant {
    return knownOf(this.routine);
  }

  take(): void {
    if (!this.validate()) return;
    const { routine } = this;
    try {
      const next = this.#step();
      if (next === undefined || next.done === true) return;
      const effect = next.value as { enter(resolve: unknown, routine: Routine): unknown };
      routine.data.exit = effect.enter(routine.next, routine);
    } catch (error) {
      routine.next({ ok: false, error });
    }
  }

  #step(): Result | undefined {
    const { result, routine: { data } } = this;
    if (!result.ok) {
      if (data.iterator.throw === undefined) throw result.error;
      return data.iterator.throw(result.error);
    }
    if (this.method !== "return") return data.iterator.next(result.value);
    unwindFrameByFrame(data);
    return data.iterator.return?.(result.value);
  }
}

function knownOf(routine: Routine): Known {
  return routine[known] ??= new Known(routine);
}

/** The next step of a routine, as 4.1 asks for it. */
export function stepOf(routine: Routine): Instruction {
  const step = knownOf(routine);
  step.priority = routine.scope.expect(generation);
  return step;
}

/** A step, as 4.0 asks for it. */
export function stepOf40(instruction: unknown[]): Instruction {
  const [priority, routine, result, validate, method] = instruction;
  return new Instruction40(
    priority as number,
    routine as Routine,
    result as ForeignResult,
    validate as () => boolean,
    method as "next" | "return" | undefined,
  );
}
