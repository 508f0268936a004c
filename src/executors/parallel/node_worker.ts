/**
 * The worker's side of `node:worker_threads`: Node, Deno and Bun.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import { setImmediate } from "node:timers";
import { getHeapStatistics } from "node:v8";
import { Script } from "node:vm";
import { workerData } from "node:worker_threads";
import { type CallContext, setCallCarrier } from "./current_call.ts";
import { type PortLike, wirePort } from "./message_port.ts";
import { BrokenOff, type WorkerPlatform, type WorkerSettings } from "./platform.ts";
import { hookExits } from "./worker_exit.ts";

/** What the host hands to the thread. */
export interface NodeWorkerData {
  /** The worker's end of the channel. */
  readonly port: PortLike;
  /** What the layers above say. */
  readonly settings: WorkerSettings;
}

const SLOT = Symbol.for("heddle.broken_off_body");

/** `vm` is the one way to interrupt a synchronous loop and keep the thread, and it runs scripts, not functions. */
const script = new Script("globalThis[Symbol.for('heddle.broken_off_body')]()", {
  filename: "heddle:within",
});

function within<T>(ms: number, body: () => T): T {
  const scope = globalThis as Record<symbol, unknown>;
  let hasEnded = false;
  scope[SLOT] = () => {
    try {
      return body();
    } finally {
      // What is broken off runs no finally block, and so is told from a job that throws a timeout of its own `vm`.
      hasEnded = true;
    }
  };
  try {
    return script.runInThisContext({ timeout: Math.max(1, Math.ceil(ms)) }) as T;
  } catch (error) {
    throw hasEnded ? error : new BrokenOff(`broken off after ${ms} ms`);
  } finally {
    scope[SLOT] = undefined;
  }
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
  const storage = new AsyncLocalStorage<CallContext>();
  setCallCarrier({
    run: (call, body, args) => storage.run(call, body, ...args),
    get: () => storage.getStore(),
  });
  const heapExhausted = heapWatch();
  let isExiting: (code: number) => void = () => {};
  const { exit } = hookExits((code) => isExiting(code));
  return {
    port: wirePort(data.port),
    settings: data.settings,
    within,
    ...(heapExhausted === undefined ? {} : { heapExhausted }),
    exit,
    defer: (run: () => void): void => void setImmediate(run),
    trap: (report: (error: unknown) => void): void => {
      process.on("uncaughtException", report);
      process.on("unhandledRejection", report);
    },
    onExit: (run: (code: number) => void): void => void (isExiting = run),
  };
}
