/**
 * A coroutine and scheduler runtime: structured, cancellable coroutines, and workers, behind one executor.
 *
 * @module
 */

export * from "./src/kernel/run.ts";
export { spawn } from "./src/kernel/spawn.ts";
export { currentTask } from "./src/kernel/task_info.ts";
export type { Effect, Operation } from "./src/kernel/effect.ts";
export * from "./src/kernel/errors.ts";
export * from "./src/operations/scope.ts";
export * from "./src/operations/sleep.ts";
export * from "./src/operations/yield_now.ts";
export * from "./src/operations/suspend.ts";
export * from "./src/operations/until.ts";
export * from "./src/operations/action.ts";
export * from "./src/operations/timeout.ts";
export * from "./src/operations/all.ts";
export * from "./src/operations/race.ts";
export * from "./src/sync/channel.ts";
export * from "./src/sync/semaphore.ts";
