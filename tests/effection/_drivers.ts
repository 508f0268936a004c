/** Who runs a program written for Effection. */
import { assert } from "@std/assert";
import * as fx from "effection";
import { useHeddle } from "../../effection.ts";
import { type Effect, type Operation, run, sleep, until } from "../../mod.ts";
import { Scheduler } from "../../src/kernel/scheduler.ts";

/** A driver: Effection by itself, or on our scheduler. */
export type Driver = <T>(op: () => fx.Operation<T>) => fx.Task<T>;

/** Gives the host its turn when nothing is left to do, as Effection does: the order does not hang on the load of the machine. */
const scheduler = new Scheduler({ budget: Infinity });

/** A program of Effection's as the body of a task of ours. */
export const ours = <T>(op: () => fx.Operation<T>): PromiseLike<T> => run(op, { scheduler });

/** Effection on its own reducer, and on our scheduler. */
export const drivers: [name: string, run: Driver][] = [
  ["Effection", (op) => fx.run(op)],
  ["useHeddle", (op) =>
    fx.run(function* () {
      assert(yield* useHeddle({ scheduler }));
      return yield* yield* fx.spawn(op);
    })],
];

/** A turn of the host. */
export function turn(): Operation<void> {
  return until(new Promise<void>((resolve) => setTimeout(resolve, 0)));
}

/** Runs `inner`, and cleans up with waits of both libraries: `+` when it begins, `-` when it has cleaned up. */
export function* visit<T>(
  log: string[],
  inner: () => Operation<T>,
): Generator<Effect<unknown>, T, unknown> {
  log.push("+");
  try {
    return yield* inner();
  } finally {
    yield* sleep(1);
    yield* fx.sleep(0);
    log.push("-");
  }
}
