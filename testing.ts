/**
 * Simulation for tests: programs on virtual time, in an order that a seed or a schedule decides and that can be repeated;
 * and the search for an order in which they fail.
 *
 * @module
 */

export { assertNoLeaks } from "./src/testing/assert_no_leaks.ts";
export { expectOrder, type OrderMark } from "./src/testing/expect_order.ts";
export {
  explore,
  type ExploreFailure,
  NotRepeatedError,
  type Report,
} from "./src/testing/explore.ts";
export { ConformanceError } from "./src/testing/conformance/check.ts";
export {
  type ConformanceCase,
  type ConformanceOptions,
  executorConformance,
} from "./src/testing/conformance/executor_conformance.ts";
export type { ExploreOptions } from "./src/testing/explore_options.ts";
export { type Fault, faults, type FaultsOptions, InjectedError } from "./src/testing/faults.ts";
export { interruptEverywhere, InterruptionError } from "./src/testing/interrupt_everywhere.ts";
export { type Leak, LeakError } from "./src/testing/leak.ts";
export {
  type Call,
  History,
  isLinearizable,
  type SequentialModel,
} from "./src/testing/linearizability.ts";
export { LivelockError } from "./src/testing/livelock_error.ts";
export type { TraceStep } from "./src/testing/recording_queue.ts";
export { type ModelCommand, modelRun, type ModelRunOptions } from "./src/testing/model_run.ts";
export {
  GeneratedProgram,
  type ProgramAction,
  type ProgramResult,
  programs,
  type ProgramsOptions,
} from "./src/testing/programs.ts";
export { DivergenceError, replay, type ReplayOptions } from "./src/testing/replay.ts";
export type { Schedule } from "./src/testing/schedule.ts";
export { shared } from "./src/testing/shared.ts";
export { schedules, type SchedulesOptions } from "./src/testing/schedules.ts";
export {
  simulate,
  type SimulateOptions,
  type Simulation,
  type Strategy,
} from "./src/testing/simulate.ts";
