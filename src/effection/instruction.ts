/**
 * One step of a routine of Effection's, and how it is taken, in both versions.
 *
 * @module
 */

import type { Scope } from "effection";
import { createContext } from "effection";
import type { ForeignResult } from "../kernel/effect.ts";

type Outcome = { exists: true; value: ForeignResult };
type Settle = (outcome: Outcome) => void;

/** A routine of Effection's, as its reducer sees it. */
export interface Routine {
  readonly scope: Scope;
  readonly data: {
    enqueued?: boolean;
    iterator: Iterator<unknown, unknown, unknown>;
    exit: unknown;
  };
  /** In 4.1. */
  step(): IteratorResult<unknown, unknown>;
  perform(effect: unknown): void;
  settle: Settle;
  /** In 4.0. */
  next(result: ForeignResult): void;
}

/** One step to be taken. */
export interface Instruction {
  readonly priority: number;
  readonly routine: Routine;
  /** In 4.0: what the step takes in, whether it is still to be taken, and how. */
  readonly result?: ForeignResult;
  readonly validate?: () => boolean;
  readonly method?: "next" | "return";
}

const generation = createContext<number>("@effection/scope.generation", 0);
const settling = createContext<(outcome: Outcome, next: Settle) => void>(
  "@effection/coroutine.settle",
  (outcome, next) => next(outcome),
);

/** The next step of a routine, as 4.1 asks for it. */
export function stepOf(routine: Routine): Instruction {
  return { priority: routine.scope.expect(generation), routine };
}

/** Takes a step. */
export function takeStep(instruction: Instruction): void {
  const { routine, result, validate } = instruction;
  if (result !== undefined) {
    if (validate?.() !== false) takeStepOf40(instruction, result);
    return;
  }
  routine.data.enqueued = false;
  const settle = (value: ForeignResult): void =>
    routine.scope.expect(settling)({ exists: true, value }, routine.settle);
  try {
    const next = routine.step();
    if (next.done === true) settle({ ok: true, value: next.value });
    else routine.perform(next.value);
  } catch (error) {
    settle({ ok: false, error });
  }
}

function takeStepOf40({ routine, method }: Instruction, result: ForeignResult): void {
  try {
    const { iterator } = routine.data;
    let next: IteratorResult<unknown, unknown> | undefined;
    if (!result.ok) {
      if (iterator.throw === undefined) throw result.error;
      next = iterator.throw(result.error);
    } else if (method === "return") next = iterator.return?.(result.value);
    else next = iterator.next(result.value);
    if (next === undefined || next.done === true) return;
    const effect = next.value as { enter(resolve: unknown, routine: Routine): unknown };
    routine.data.exit = effect.enter(routine.next, routine);
  } catch (error) {
    routine.next({ ok: false, error });
  }
}
