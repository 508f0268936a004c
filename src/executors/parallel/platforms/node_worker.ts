/**
 * The worker's side of `node:worker_threads`: Node, Deno and Bun.
 *
 * @module
 */
import { getHeapStatistics } from "node:v8";
import { workerData } from "node:worker_threads";
import { type PortLike, wirePort } from "./message_port.ts";
import { heapInUse, nodePlatform } from "./node_platform.ts";
import type { WorkerPlatform, WorkerSettings } from "./platform.ts";

/** What the host hands to the thread. */
export interface NodeWorkerData {
  /** The worker's end of the channel. */
  readonly port: PortLike;
  /** What the layers above say. */
  readonly settings: WorkerSettings;
}

/**
 * Deno ends whatever script fills the heap of a worker with `resourceLimits`, gives the heap more room, and tells nobody:
 * neither the worker nor its host gets an event, and what waited for that script waits for ever. The room it gives is the trace.
 */
function heapWatch(): (() => boolean) | undefined {
  if (!("Deno" in globalThis)) return undefined;
  const limit = getHeapStatistics().heap_size_limit;
  return () => getHeapStatistics().heap_size_limit > limit;
}

/**
 * Makes the platform of this worker. Called once, by the module the worker starts with.
 *
 * @returns what `serve` needs
 * @throws {TypeError} when this thread was not started by the pool
 */
export function nodeWorker(): WorkerPlatform {
  const data = workerData as Partial<NodeWorkerData> | null;
  if (data?.port === undefined || data.settings === undefined) {
    throw new TypeError("Cannot serve calls: this thread was not started by a parallel pool");
  }
  const heapExhausted = heapWatch();
  return {
    ...nodePlatform(wirePort(data.port), data.settings),
    memory: heapInUse,
    ...(heapExhausted === undefined ? {} : { heapExhausted }),
  };
}
