/**
 * What the worker's side needs of the host, as it was before any job ran. A job may put fake timers in their place, as
 * tests do, or break them: that is its own affair, and neither stops its worker nor what shares it.
 *
 * @module
 */

const scope = globalThis;

/** As the global one was. */
export const setTimeout: typeof scope.setTimeout = scope.setTimeout;
/** As the global one was. */
export const clearTimeout: typeof scope.clearTimeout = scope.clearTimeout;
/** As the global one was. */
export const setInterval: typeof scope.setInterval = scope.setInterval;
/** As the global one was. */
export const clearInterval: typeof scope.clearInterval = scope.clearInterval;
/** As the global one was. */
export const queueMicrotask: typeof scope.queueMicrotask = scope.queueMicrotask;
/** As the global one was. */
export const performance: { now(): number } = {
  now: scope.performance.now.bind(scope.performance),
};
