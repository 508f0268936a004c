/**
 * Commands of fast-check, in a simulation.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { spawn } from "../kernel/spawn.ts";
import { describe, inline } from "../kernel/work.ts";
import { scope } from "../operations/scope.ts";

/**
 * A command of model-based testing, as `fc.commands` takes it, whose `run` may be a coroutine.
 *
 * @typeParam M the model
 * @typeParam R what is tested
 */
export interface ModelCommand<M, R> {
  /** Whether it may be run in this state of the model. */
  check(model: Readonly<M>): boolean;
  /** Does it to both, and asserts that they agree. */
  run(model: M, real: R): Operation<unknown> | PromiseLike<unknown> | unknown;
  /** What it is called when fast-check prints a failure. */
  toString(): string;
}

/** How commands are run. */
export interface ModelRunOptions {
  /**
   * Whether a command begins when the one before has ended, or at once, each in a task of its own. Then the model has to
   * allow for commands that are under way: it is asked by `check` in the order of the commands.
   *
   * @default false
   */
  concurrent?: boolean;
}

/**
 * Runs commands that `fc.commands` generated on a model and on the real thing: `fc.asyncModelRun` and, with `concurrent`,
 * what `fc.scheduledModelRun` is for, as an operation; so inside `simulate` the commands run on virtual time, in an order
 * that a seed or `schedules()` decides, and fast-check shrinks both.
 *
 * @example
 * ```ts
 * import { Channel } from "@heddle/runtime";
 * import { type ModelCommand, modelRun, schedules, simulate } from "@heddle/runtime/testing";
 * import fc from "fast-check";
 *
 * interface Queue { values: number[] }
 * class Send implements ModelCommand<Queue, Channel<number>> {
 *   constructor(readonly value: number) {}
 *   check = ({ values }: Queue) => values.length < 4; // else it would wait
 *   *run(queue: Queue, channel: Channel<number>) {
 *     yield* channel.send(this.value);
 *     queue.values.push(this.value);
 *   }
 *   toString = () => `send(${this.value})`;
 * }
 * class Receive implements ModelCommand<Queue, Channel<number>> {
 *   check = ({ values }: Queue) => values.length > 0;
 *   *run(queue: Queue, channel: Channel<number>) {
 *     const value = yield* channel.receive();
 *     if (value !== queue.values.shift()) throw new Error(`${value} is out of order`);
 *   }
 *   toString = () => "receive()";
 * }
 *
 * const commands = fc.commands<Queue, Channel<number>>([
 *   fc.nat(9).map((value) => new Send(value)),
 *   fc.constant(new Receive()),
 * ]);
 * await fc.assert(fc.asyncProperty(commands, schedules(), async (commands, schedule) => {
 *   await simulate(() => modelRun(() => ({
 *     model: { values: [] },
 *     real: new Channel<number>({ capacity: 4 }),
 *   }), commands), { schedule });
 * }), { numRuns: 50 });
 * ```
 *
 * @param setup makes the model and the real thing
 * @param commands what `fc.commands` generated
 * @param options whether commands run beside each other
 * @returns done when all commands are; it throws what one of them throws
 * @throws {TypeError} when `setup` is not a function
 */
export function* modelRun<M, R>(
  setup: () => { model: M; real: R },
  commands: Iterable<unknown>,
  options: ModelRunOptions = {},
): Generator<Effect<unknown>, void, unknown> {
  if (typeof setup !== "function") {
    throw new TypeError(
      `Cannot run commands: 'setup' must be a function: current value is ${describe(setup)}`,
    );
  }
  const { model, real } = setup();
  yield* scope(function* modelRun() {
    for (const command of commands as Iterable<ModelCommand<M, R>>) {
      if (!command.check(model)) continue;
      // What fast-check hands out takes down which commands ran, and prints only those.
      const work = () => command.run(model, real);
      if (options.concurrent === true) yield* spawn(work, { name: String(command) });
      else yield* inline(work);
    }
  });
}
