/**
 * How helper stages run that need no task of their own: as functions that push elements on.
 *
 * A {@linkcode Receiver} takes one element and pushes what comes of it to the next one, all in one call, so that a line of
 * them costs a few calls for each element. What cannot be done in the call, since something is to be waited for, comes
 * back as an operation that does the rest of the work for this element; the task runs it before the next element.
 *
 * @module
 */

import type { Effect, Operation } from "../kernel/effect.ts";
import { inline, isOperation } from "../kernel/work.ts";
import type { Place } from "./_place.ts";

/** The rest of the work for an element, if there is one. */
export type Later = Operation<void> | undefined;

/** Takes elements by being called. */
export interface Receiver<T> {
  /** Takes one element. */
  readonly push: (value: T) => Later;
  /** There are no more elements: hands on what has been held back. */
  readonly end: () => Later;
}

/**
 * What a step of a task is told by those after it, and tells those before it: that no more elements are needed. Each step
 * has its own, for what has been gathered before a stop still goes on to the steps after the one that stopped.
 */
export class Flow {
  /** Whether a step after this one needs no more elements. */
  stopped = false;
  readonly #before: Flow | null;

  /** @param before that of the step before, or of the feed */
  constructor(before: Flow | null) {
    this.#before = before;
  }

  /** This step needs no more elements, and so none before it does. */
  stop(): void {
    for (let flow = this.#before; flow !== null; flow = flow.#before) flow.stopped = true;
  }
}

/** Makes the receiver of a step, which pushes to the next one. */
export type StepMaker<In = unknown, Out = unknown> = (
  next: Receiver<Out>,
  place: Place,
  flow: Flow,
) => Receiver<In>;

/** Whether what a user's function returned is to be waited for. */
export function isAwaited(outcome: unknown): outcome is Operation<unknown> | PromiseLike<unknown> {
  if (typeof outcome !== "object" || outcome === null) return false;
  const prototype = Object.getPrototypeOf(outcome);
  // What most functions return is told from its prototype: looking for properties of many kinds of objects is slow.
  if (prototype === Array.prototype) return false;
  if (typeof (outcome as PromiseLike<unknown>).then === "function") return true;
  return prototype !== Object.prototype && isOperation(outcome);
}

/** Waits for what a user's function returned. */
export function awaited<T>(
  outcome: Operation<T> | PromiseLike<T>,
): Generator<Effect<unknown>, T, unknown> {
  return inline<T>(() => outcome as Operation<T>);
}

/** Waits for what a user's function returned for an element, in a place. */
export function* awaitedAt<T>(
  outcome: Operation<T> | PromiseLike<T>,
  place: Place,
  element: unknown,
): Generator<Effect<unknown>, T, unknown> {
  try {
    return yield* awaited(outcome);
  } catch (error) {
    throw place.broken(error, [element]);
  }
}

/** One after the other. */
export function both(first: Later, second: () => Later): Later {
  return first === undefined ? second() : bothLater(first, second);
}

function* bothLater(
  first: Operation<void>,
  second: () => Later,
): Generator<Effect<unknown>, void, unknown> {
  yield* first;
  const later = second();
  if (later !== undefined) yield* later;
}

const functionKinds: readonly unknown[] = [
  async () => {},
  function* () {},
  async function* () {},
].map((kind) => Object.getPrototypeOf(kind));

/** Whether a function is known to be waited for, from how it is declared. */
export function isDeclaredToWait(fn: unknown): boolean {
  return functionKinds.includes(Object.getPrototypeOf(fn));
}
