/**
 * Simulation for tests: programs on virtual time, in an order that a seed decides and that can be repeated.
 *
 * @module
 */

export * from "./src/testing/simulate.ts";
export { expectOrder, type OrderMark } from "./src/testing/expect_order.ts";
export { LivelockError } from "./src/testing/livelock_error.ts";
export type { TraceStep } from "./src/testing/recording_queue.ts";
