/** Who runs a program written for Effection. */
import { assert } from "@std/assert";
import * as fx from "effection";
import { useHeddle } from "../../effection.ts";
import { type Effect, type Operation, sleep, until } from "../../mod.ts";

/** A driver: Effection by itself, or on our scheduler. */
export type Driver = <T>(op: () => fx.Operation<T>) => fx.Task<T>;

/** Effection on its own reducer, and on our scheduler. */
export const drivers: [name: string, run: Driver][] = [
  ["Effection", (op) => fx.run(op)],
  ["useHeddle", (op) =>
    fx.run(function* () {
      assert(yield* useHeddle());
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
