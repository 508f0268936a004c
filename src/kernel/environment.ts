/**
 * What a task inherits from the one that spawns it, as one shared, unchangeable object: a task that changes nothing
 * costs a pointer, and looking something up does not depend on how deep the task stands.
 *
 * @module
 */

/** Wraps every step of a task and its descendants, as `AsyncLocalStorage.snapshot()` does. */
export type Enter = <R>(step: () => R) => R;

/** What is inherited at the moment of the spawn. */
export interface Environment {
  /** The values of the contexts that are set, by context. */
  readonly values: ReadonlyMap<unknown, unknown> | null;
  /** What wraps every step. */
  readonly enter: Enter | null;
  /** `enter` as far as it concerns work that the task submits elsewhere: without what was put around this very task. */
  readonly handedOn: Enter | null;
  /** The values of contexts that came with the job that the task runs, by the name of the context. */
  readonly arrived: ReadonlyMap<string, unknown> | null;
  /** The grace time of a cancellation, in milliseconds. */
  readonly grace: number;
  /** The executor on a slot of which the task runs, if any. */
  readonly holder: object | null;
}

/** What a root task starts with. */
export const rootEnvironment: Environment = {
  values: null,
  arrived: null,
  enter: null,
  handedOn: null,
  grace: 5000,
  holder: null,
};
