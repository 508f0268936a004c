/**
 * What kind of workers a pool has.
 *
 * @module
 */
import { nodeProcesses } from "./node_processes.ts";
import { nodeThreads } from "./node_threads.ts";
import type { CheckedOptions } from "./parallel_options.ts";
import type { ThreadAdapter } from "./platform.ts";

/** How workers of one kind are started, and used. */
export interface WorkerKind {
  /** What starts them. */
  readonly adapter: ThreadAdapter;
  /** The module they start with. */
  readonly entry: URL;
  /** How many calls one may hold. */
  readonly maxHeld: number;
}

/** Never called. Who packs the library for npm finds the modules it has to bring along by their imports. */
export const entries = {
  thread: (): Promise<unknown> => import("./worker_entry.ts"),
  process: (): Promise<unknown> => import("./process_entry.ts"),
};

/**
 * Chooses the kind.
 *
 * @param options the pool's
 * @returns the kind
 */
export function workerKind(options: CheckedOptions): WorkerKind {
  if (options.isolation === "process") {
    const entry = new URL(import.meta.resolve("./process_entry.ts"));
    return { adapter: nodeProcesses, entry, maxHeld: options.concurrency };
  }
  const entry = new URL(import.meta.resolve("./worker_entry.ts"));
  return { adapter: nodeThreads, entry, maxHeld: Infinity };
}
