/**
 * One program three times: written for Effection and run by its own reducer, the same run on our scheduler, and rewritten
 * for this library.
 *
 * @module
 */

import "@heddle/runtime/effection";
import { useHeddle } from "@heddle/runtime/effection";
import { race, run, scope, sleep, spawn, suspend } from "@heddle/runtime";
import * as effection from "effection";
import type { Comparison } from "./kernel.ts";
import type { Contender } from "./measure.ts";

/** A request: a connection of its own, two tasks that share the work, and a limit of time. */
function* theirRequest(n: number): effection.Operation<number> {
  return yield* effection.scoped(function* () {
    const connection = yield* theirConnection(n);
    const half = yield* effection.spawn(() => theirHalf(connection));
    const other = yield* theirHalf(connection);
    const both = (yield* half) + other;
    return yield* effection.race([
      effection.call(() => both),
      effection.suspend() as effection.Operation<number>,
    ]);
  });
}

function theirConnection(n: number) {
  return effection.resource<number>(function* (provide) {
    yield* provide(n);
  });
}

function* theirHalf(n: number): effection.Operation<number> {
  yield* effection.call(() => {});
  return n / 2;
}

function* theirProgram(times: number): effection.Operation<void> {
  for (let i = 0; i < times; i++) yield* theirRequest(i);
}

function ourRequest(n: number) {
  return scope(function* () {
    const half = yield* spawn(() => ourHalf(n));
    const other = yield* ourHalf(n);
    const both = (yield* half) + other;
    return yield* race([() => both, suspend()]);
  });
}

function* ourHalf(n: number) {
  yield* scope(() => {});
  return n / 2;
}

function* theirSleepers(times: number): effection.Operation<void> {
  const tasks: effection.Task<void>[] = [];
  for (let i = 0; i < times; i++) tasks.push(yield* effection.spawn(() => effection.sleep(1)));
  for (const task of tasks) yield* task;
}

/** The comparisons of the bridge. */
export const bridge: readonly Comparison[] = [
  {
    title: "a program of Effection's: requests",
    contenders: [
      contender("rewritten natively", 20_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* ourRequest(i);
        })),
      contender("Effection, useHeddle", 500, (times) => onHeddle(() => theirProgram(times))),
      contender("Effection", 500, (times) => effection.run(() => theirProgram(times))),
      contender("Effection in a task", 500, (times) => run(() => theirProgram(times))),
    ],
    bars: {},
  },
  {
    title: "a program of Effection's: sleepers",
    contenders: [
      contender("rewritten natively", 5_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* spawn(() => sleep(1));
        })),
      contender("Effection, useHeddle", 500, (times) => onHeddle(() => theirSleepers(times))),
      contender("Effection", 500, (times) => effection.run(() => theirSleepers(times))),
    ],
    bars: {},
  },
  {
    title: "operations of ours, run by Effection",
    contenders: [
      contender("heddle", 20_000, (times) => run(() => ourScopes(times))),
      contender("Effection, useHeddle", 2_000, (times) => onHeddle(() => ourScopes(times))),
      contender("Effection", 2_000, (times) => effection.run(() => ourScopes(times))),
    ],
    bars: {},
  },
];

function* ourScopes(times: number) {
  for (let i = 0; i < times; i++) yield* scope(() => i);
}

function onHeddle<T>(op: () => effection.Operation<T>): PromiseLike<T> {
  return effection.run(function* () {
    if (!(yield* useHeddle())) throw new Error("This version of Effection keeps its reducer");
    return yield* yield* effection.spawn(op);
  });
}

function contender(
  name: string,
  times: number,
  work: (times: number) => PromiseLike<unknown>,
): Contender {
  return {
    name,
    run: async () => {
      await work(times);
      return times;
    },
  };
}
