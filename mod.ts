/**
 * A coroutine and scheduler runtime: in one program a cooperative scheduler of generator coroutines, which are
 * structured, cancellable and supervised, and a pool of workers on other cores, behind one executor that chooses between
 * them for each task.
 *
 * - Coroutines: {@linkcode run}, {@linkcode main}, {@linkcode spawn}, {@linkcode scope}, and what they wait for:
 *   {@linkcode sleep}, {@linkcode until}, {@linkcode action}, {@linkcode all}, {@linkcode race},
 *   {@linkcode select}, {@linkcode timeout}, {@linkcode shield}, {@linkcode ensure}, {@linkcode retry}.
 * - Synchronisation: {@linkcode Channel}, {@linkcode Broadcast}, {@linkcode Semaphore}, {@linkcode Mutex},
 *   {@linkcode Latch}, {@linkcode Barrier}, {@linkcode RateLimiter}.
 * - Supervision: {@linkcode supervise}, {@linkcode supervisor}, {@linkcode superviseMany}, {@linkcode ready},
 *   {@linkcode circuitBreaker}.
 * - Executors: {@linkcode AdaptiveExecutor}, {@linkcode GreenPool}, {@linkcode ParallelPool}, {@linkcode SoloExecutor};
 *   {@linkcode jobsFrom} makes work that can leave the thread.
 *
 * @example
 * ```ts
 * import { all, run, sleep } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * function* after(ms: number, value: string) {
 *   yield* sleep(ms);
 *   return value;
 * }
 * const words = await run(() => all([after(2, "warp"), after(1, "weft")]));
 * assertEquals(words, ["warp", "weft"]);
 * ```
 *
 * @module
 */

export type { AwaitableOperation, Effect, Operation } from "./src/kernel/effect.ts";
export type { Enter } from "./src/kernel/environment.ts";
export {
  type BlockedTask,
  CancelledError,
  ClosedError,
  DeadlockError,
  QueueFullError,
  TimeoutError,
  UsageError,
  WorkerLostError,
} from "./src/kernel/errors.ts";
export type {
  CallEvent,
  ForcedEnd,
  Instrument,
  TaskEvent,
  WorkerEvent,
} from "./src/kernel/instrument.ts";
export type { Clock } from "./src/kernel/clock.ts";
export { run, type RunOptions } from "./src/kernel/run.ts";
export { Scheduler, type SchedulerOptions } from "./src/kernel/scheduler.ts";
export { spawn } from "./src/kernel/spawn.ts";
export type {
  Cancellation,
  CancelOptions,
  Task,
  TaskInfo,
  TaskOptions,
  TaskStatus,
} from "./src/kernel/task_handle.ts";
export type { TaskRecord } from "./src/kernel/task_record.ts";
export { currentTask } from "./src/kernel/task_info.ts";
export { traceSpawns } from "./src/kernel/spawn_trace.ts";
export type { Thunk } from "./src/kernel/work.ts";

export { action, type ActionExecutor } from "./src/operations/action.ts";
export { all, allSettled, type ResultsOf, type SettledOf } from "./src/operations/all.ts";
export {
  type Backoff,
  exponential,
  type ExponentialOptions,
  fibonacci,
  fixed,
  type FixedOptions,
  type GrowthOptions,
  type Jitter,
} from "./src/operations/backoff.ts";
export { main } from "./src/operations/main.ts";
export {
  type Context,
  type ContextOptions,
  createContext,
  MissingContextError,
} from "./src/operations/context.ts";
export { ensure } from "./src/operations/ensure.ts";
export { any, race, type WinnerOf } from "./src/operations/race.ts";
export { attemptsOf, type FailedAttempt, retry, type RetryPolicy } from "./src/operations/retry.ts";
export { type Provide, resource } from "./src/operations/resource.ts";
export type { OutcomeOf, ResultOf, Runnable, Runnables } from "./src/operations/runnables.ts";
export { scope, type ScopeOptions } from "./src/operations/scope.ts";
export { select, type Selected, type Selection } from "./src/operations/select.ts";
export { shield } from "./src/operations/shield.ts";
export { sleep } from "./src/operations/sleep.ts";
export { suspend } from "./src/operations/suspend.ts";
export { timeout } from "./src/operations/timeout.ts";
export { until } from "./src/operations/until.ts";
export { type Usable, use } from "./src/operations/use.ts";
export { yieldNow } from "./src/operations/yield_now.ts";

export { Barrier } from "./src/sync/barrier.ts";
export { Broadcast, type BroadcastOptions, type Subscription } from "./src/sync/broadcast.ts";
export { Channel } from "./src/sync/channel.ts";
export type { ChannelOptions, Overflow } from "./src/sync/channel_options.ts";
export { Latch } from "./src/sync/latch.ts";
export { Mutex } from "./src/sync/mutex.ts";
export type { Permit } from "./src/sync/permit.ts";
export { RateLimiter, type RateLimiterOptions } from "./src/sync/rate_limiter.ts";
export { Semaphore } from "./src/sync/semaphore.ts";

export {
  broadcast,
  type BroadcastToOptions,
  type SinkResult,
  type SinkResults,
} from "./src/pipeline/broadcast.ts";
export { buffer, type BufferOptions } from "./src/pipeline/buffer.ts";
export { chunk, type ChunkOptions } from "./src/pipeline/chunk.ts";
export { collect } from "./src/pipeline/collect.ts";
export { compose } from "./src/pipeline/compose.ts";
export { type Coroutine, coroutine } from "./src/pipeline/coroutine.ts";
export { count } from "./src/pipeline/count.ts";
export { dedupe, type DedupeOptions } from "./src/pipeline/dedupe.ts";
export { drop } from "./src/pipeline/drop.ts";
export { filter, type Predicate } from "./src/pipeline/filter.ts";
export { type ElementOf, flatMap } from "./src/pipeline/flat_map.ts";
export { forEach } from "./src/pipeline/for_each.ts";
export { map } from "./src/pipeline/map.ts";
export { merge } from "./src/pipeline/merge.ts";
export { parallel, type ParallelOptions, type TaskExecutor } from "./src/pipeline/parallel.ts";
export { partition } from "./src/pipeline/partition.ts";
export { type Pipeline, pipeline } from "./src/pipeline/pipeline.ts";
export { PipelineError, type PipelinePlace } from "./src/pipeline/pipeline_error.ts";
export { reduce } from "./src/pipeline/reduce.ts";
export { scan } from "./src/pipeline/scan.ts";
export type { Sink } from "./src/pipeline/sink.ts";
export type { Source } from "./src/pipeline/source.ts";
export type {
  AsyncStage,
  HasStage,
  Input,
  Output,
  Stage,
  StageLike,
  TransformStage,
} from "./src/pipeline/stage.ts";
export { StopIteration } from "./src/pipeline/stop_iteration.ts";
export { take } from "./src/pipeline/take.ts";
export { tap } from "./src/pipeline/tap.ts";
export { throttle, type ThrottleOptions } from "./src/pipeline/throttle.ts";
export { toChannel, type ToChannelOptions } from "./src/pipeline/to_channel.ts";
export { toWritable, type ToWritableOptions } from "./src/pipeline/to_writable.ts";

export {
  type ChildOptions,
  type ChildSpec,
  type RestartType,
  type Shutdown,
} from "./src/supervision/child_spec.ts";
export type { ChildState, ChildStatus } from "./src/supervision/child_status.ts";
export {
  type CircuitBreaker,
  circuitBreaker,
  type CircuitBreakerOptions,
  type CircuitChange,
  type CircuitState,
} from "./src/supervision/circuit_breaker.ts";
export {
  type DynamicSupervisor,
  type DynamicSupervisorOptions,
  superviseMany,
} from "./src/supervision/dynamic_supervisor.ts";
export {
  type ChildFailure,
  type ChildOutcome,
  CircuitOpenError,
  DuplicateChildError,
  RestartLimitError,
  StartError,
  UnknownChildError,
} from "./src/supervision/errors.ts";
export { ready } from "./src/supervision/ready.ts";
export type { Reply } from "./src/supervision/reply.ts";
export { supervise, supervisor } from "./src/supervision/supervise.ts";
export type { Supervisor } from "./src/supervision/supervisor.ts";
export type {
  ChildEnded,
  ChildRemoved,
  ChildRestarting,
  ChildStarted,
  ChildStopped,
  SupervisorEnded,
  SupervisorEvent,
  SupervisorGaveUp,
} from "./src/supervision/supervisor_event.ts";
export type {
  AutoShutdown,
  RestartOptions,
  Strategy,
  SupervisorOptions,
} from "./src/supervision/supervisor_options.ts";

export { AdaptiveExecutor, type AdaptiveStats } from "./src/executors/adaptive_executor.ts";
export type { AdaptiveOptions, Choose } from "./src/executors/adaptive_options.ts";
export { ambientExecutor as executor, withExecutor } from "./src/executors/ambient.ts";
export type {
  CloseOptions,
  Completion,
  Executor,
  ExecutorStats,
  MapOptions,
  Mapper,
  PlainMapper,
  SubmitOptions,
  Work,
} from "./src/executors/executor.ts";
export type { BaseExecutor, BaseOptions } from "./src/executors/base_executor.ts";
export { GreenPool, type GreenPoolOptions, type ImapOptions } from "./src/executors/green_pool.ts";
export {
  type Job,
  type JobMaker,
  type JobResult,
  jobsFrom,
  type JobsOf,
  type JobsOptions,
} from "./src/executors/job.ts";
export { JobModuleError } from "./src/executors/job_module_error.ts";
export { type ErrorClass, registerError } from "./src/executors/parallel/wire/error_classes.ts";
export type {
  ParallelPoolOptions,
  WorkerPermissions,
} from "./src/executors/parallel/parallel_options.ts";
export { ParallelPool, type ParallelStats } from "./src/executors/parallel/parallel_pool.ts";
export type { ResourceLimits } from "./src/executors/parallel/platforms/platform.ts";
export { transfer } from "./src/executors/parallel/worker/transfer.ts";
export { UncloneableError } from "./src/executors/parallel/wire/uncloneable.ts";
export type { QuantilesSnapshot } from "./src/executors/quantiles.ts";
export type { Lane, Route } from "./src/executors/routing.ts";
export { SoloExecutor, type SoloOptions } from "./src/executors/solo_executor.ts";
export type { Stream } from "./src/executors/stream.ts";
