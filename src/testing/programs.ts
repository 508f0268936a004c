/**
 * Generated programs.
 *
 * @module
 */

import fc from "fast-check";
import type { Effect, Operation } from "../kernel/effect.ts";
import { TimeoutError } from "../kernel/errors.ts";
import { spawn } from "../kernel/spawn.ts";
import { describe, inline } from "../kernel/work.ts";
import { all } from "../operations/all.ts";
import { sleep } from "../operations/sleep.ts";
import { timeout } from "../operations/timeout.ts";
import { yieldNow } from "../operations/yield_now.ts";
import { shared } from "./shared.ts";

/** Something that a generated program may do to what is tested. */
export interface ProgramAction<S> {
  /**
   * What it is given.
   *
   * @default nothing
   */
  readonly args?: import("fast-check").Arbitrary<unknown>;
  /**
   * Does it.
   *
   * @param subject what is tested
   * @param args what `args` has generated
   */
  // deno-lint-ignore no-explicit-any -- what `args` generates
  run(subject: S, args: any): Operation<unknown> | PromiseLike<unknown> | unknown;
}

/** What programs are generated. */
export interface ProgramsOptions {
  /**
   * How many tasks run beside each other, at most.
   *
   * @default 3
   */
  maxTasks?: number;
  /**
   * How much each of them does, at most.
   *
   * @default 4
   */
  maxActions?: number;
  /**
   * Whether tasks also yield, sleep, spawn and set timeouts between their actions.
   *
   * @default true
   */
  between?: boolean;
}

/** One thing that a task of a generated program does. */
type Act =
  | { readonly kind: "action"; readonly name: string; readonly args: unknown }
  | { readonly kind: "yield" }
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "spawn"; readonly acts: readonly Act[] }
  | { readonly kind: "timeout"; readonly ms: number; readonly acts: readonly Act[] };

/** What came of one action. */
export interface ProgramResult {
  /** The name of the action. */
  readonly action: string;
  /** What it was given. */
  readonly args: unknown;
  /** What it returned; `undefined` when it threw. */
  readonly value: unknown;
}

/**
 * A program that was generated: what each of its tasks does, in order.
 *
 * @typeParam S what it does that to
 */
export class GeneratedProgram<S> {
  readonly #tasks: readonly (readonly Act[])[];
  readonly #actions: { readonly [name: string]: ProgramAction<S> };

  /** @internal */
  constructor(
    tasks: readonly (readonly Act[])[],
    actions: { readonly [name: string]: ProgramAction<S> },
  ) {
    this.#tasks = tasks;
    this.#actions = actions;
  }

  /**
   * Does it, all of its tasks beside each other.
   *
   * @param subject what is tested
   * @returns for each task, what came of its actions, in order; it throws what an action throws
   */
  *run(
    subject: S,
  ): Generator<Effect<unknown>, readonly (readonly ProgramResult[])[], unknown> {
    const results: ProgramResult[][] = this.#tasks.map(() => []);
    yield* all(
      this.#tasks.map((acts, at) => () => this.#perform(acts, subject, shared(results[at]))),
    );
    return results;
  }

  *#perform(
    acts: readonly Act[],
    subject: S,
    results: ProgramResult[],
  ): Generator<Effect<unknown>, void, unknown> {
    for (const act of acts) {
      if (act.kind === "action") {
        const { name: action, args } = act;
        const value = yield* inline(() => this.#actions[action].run(subject, args));
        results.push({ action, args, value });
      } else if (act.kind === "yield") yield* yieldNow();
      else if (act.kind === "sleep") yield* sleep(act.ms);
      else if (act.kind === "spawn") {
        yield* spawn(() => this.#perform(act.acts, subject, results), { name: "spawned" });
      } else {
        try {
          yield* timeout(act.ms, () => this.#perform(act.acts, subject, results));
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        }
      }
    }
  }

  /** What each task does, one a line. */
  toString(): string {
    return this.#tasks.map((acts, at) => `task ${at + 1}: ${inWords(acts)}`).join("\n");
  }

  /** How fast-check prints it. */
  [fc.toStringMethod](): string {
    return `\n${this}\n`;
  }
}

/**
 * An arbitrary of programs that do things to an object from several tasks at once. It shrinks to fewer tasks, which do
 * less. With {@linkcode schedules} it finds the program and the order in which the object fails.
 *
 * @example
 * ```ts
 * import { Semaphore, yieldNow } from "@heddle/runtime";
 * import { programs, schedules, simulate } from "@heddle/runtime/testing";
 * import fc from "fast-check";
 *
 * const program = programs<Semaphore>({
 *   hold: { run: (semaphore) => semaphore.withPermit(yieldNow) },
 *   resize: { args: fc.integer({ min: 1, max: 3 }), run: (semaphore, to) => semaphore.resize(to) },
 * });
 * await fc.assert(fc.asyncProperty(program, schedules(), async (program, schedule) => {
 *   await simulate(function* () {
 *     const semaphore = new Semaphore(1);
 *     yield* program.run(semaphore);
 *     if (semaphore.waiting > 0) throw new Error("somebody waits");
 *   }, { schedule });
 * }), { numRuns: 50 });
 * ```
 *
 * @param actions what may be done, by name: operations, or functions
 * @param options how large programs are
 * @throws {TypeError} when there is no action, or one is not what it should be
 */
export function programs<S>(
  actions: { readonly [name: string]: ProgramAction<S> },
  options: ProgramsOptions = {},
): import("fast-check").Arbitrary<GeneratedProgram<S>> {
  const names = Object.keys(actions);
  if (names.length === 0 || names.some((name) => typeof actions[name]?.run !== "function")) {
    throw new TypeError(
      `Cannot generate programs: 'actions' must be a record of { run }, at least one: current value is ${
        describe(actions)
      }`,
    );
  }
  const { maxTasks = 3, maxActions = 4, between = true } = options;
  const action: import("fast-check").Arbitrary<Act> = fc.oneof(...names.map((name) =>
    fc.record({
      kind: fc.constant("action" as const),
      name: fc.constant(name),
      args: actions[name].args ?? fc.constant(undefined),
    })
  ));
  const list = (act: import("fast-check").Arbitrary<Act>, maxLength: number) =>
    fc.array(act, { maxLength, size: "max" });
  const inner = list(action, Math.min(2, maxActions));
  const ms = fc.integer({ min: 0, max: 3 });
  const act: import("fast-check").Arbitrary<Act> = !between ? action : fc.oneof(
    { weight: 6, arbitrary: action },
    { weight: 2, arbitrary: fc.constant({ kind: "yield" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("sleep" as const), ms }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("spawn" as const), acts: inner }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("timeout" as const), ms, acts: inner }) },
  );
  return fc.array(list(act, maxActions), { minLength: 1, maxLength: maxTasks, size: "max" })
    .map((tasks) => new GeneratedProgram<S>(tasks, actions));
}

function inWords(acts: readonly Act[]): string {
  return acts.map((act) => {
    switch (act.kind) {
      case "action":
        return `${act.name}(${act.args === undefined ? "" : fc.stringify(act.args)})`;
      case "yield":
        return "yieldNow()";
      case "sleep":
        return `sleep(${act.ms})`;
      case "spawn":
        return `spawn { ${inWords(act.acts)} }`;
      case "timeout":
        return `timeout(${act.ms}) { ${inWords(act.acts)} }`;
    }
  }).join("; ");
}
