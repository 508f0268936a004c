/**
 * What kind of workers a pool has.
 *
 * @module
 */
import { nodeProcesses } from "./platforms/node_processes.ts";
import { hasNodeThreads, nodeThreads } from "./platforms/node_threads.ts";
import type { CheckedOptions } from "./parallel_options.ts";
import { PermittedWorkers } from "./platforms/permitted_workers.ts";
import type { ThreadAdapter } from "./platforms/platform.ts";
import { webWorkers } from "./platforms/web_workers.ts";

/** How workers of one kind are started, and used. */
export interface WorkerKind {
  /** What starts them. */
  readonly adapter: ThreadAdapter;
  /** The module they start with. */
  readonly entry: URL;
  /** How many calls one may hold. */
  readonly maxHeld: number;
  /** How many calls that wait may run side by side. */
  readonly concurrency: number;
}

/** Never called. Who packs the library for npm finds the modules it has to bring along by their imports. */
export const entries = {
  thread: (): Promise<unknown> => import("./worker/worker_entry.ts"),
  process: (): Promise<unknown> => import("./worker/process_entry.ts"),
  permitted: (): Promise<unknown> => import("./worker/permitted_entry.ts"),
  web: (): Promise<unknown> => import("./worker/web_entry.ts"),
};

/**
 * Chooses the kind.
 *
 * @param options the pool's
 * @returns the kind
 */
export function workerKind(options: CheckedOptions): WorkerKind {
  const { adapter, entry } = startOf(options);
  // Where no memory is shared, what a worker holds behind a call that takes long cannot be taken back: it holds what it runs.
  const { concurrency = adapter.sharesMemory ? 64 : 1 } = options;
  return { adapter, entry, concurrency, maxHeld: adapter.sharesMemory ? Infinity : concurrency };
}

function startOf(
  { isolation, permissions, workerUrl }: CheckedOptions,
): Pick<WorkerKind, "adapter" | "entry"> {
  if (isolation === "process") {
    return {
      adapter: nodeProcesses,
      entry: new URL(import.meta.resolve("./worker/process_entry.ts")),
    };
  }
  if (permissions !== undefined) {
    const entry = new URL(import.meta.resolve("./worker/permitted_entry.ts"));
    return { adapter: new PermittedWorkers(permissions), entry };
  }
  if (hasNodeThreads() || typeof Worker !== "function") {
    return {
      adapter: nodeThreads,
      entry: new URL(import.meta.resolve("./worker/worker_entry.ts")),
    };
  }
  const entry = workerUrl ?? new URL(import.meta.resolve("./worker/web_entry.ts"));
  return { adapter: webWorkers, entry };
}
