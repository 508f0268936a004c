/**
 * What workers on Node, Deno and Bun have in common, be they threads or processes.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import { setImmediate } from "node:timers";
import { getHeapStatistics } from "node:v8";
import { Script } from "node:vm";
import { type CallContext, setCallCarrier } from "../worker/current_call.ts";
import { BrokenOff, type WirePort, type WorkerPlatform, type WorkerSettings } from "./platform.ts";
import { hookExits } from "../worker/worker_exit.ts";

const SLOT = Symbol.for("heddle.broken_off_body");

/** `vm` is the one way to interrupt a synchronous loop and keep the thread, and it runs scripts, not functions. */
const script = new Script("globalThis[Symbol.for('heddle.broken_off_body')]()", {
  filename: "heddle:within",
});

function within<T>(ms: number, body: () => T): T {
  const scope = globalThis as Record<symbol, unknown>;
  let outcome: { value: T } | { error: unknown } | undefined;
  scope[SLOT] = () => {
    // What is broken off catches nothing.
    try {
      outcome = { value: body() };
    } catch (error) {
      outcome = { error };
    }
  };
  try {
    script.runInThisContext({ timeout: Math.max(1, Math.ceil(ms)) });
  } catch {
    // Its time was over; perhaps just when the body had ended, whose outcome then counts.
  } finally {
    scope[SLOT] = undefined;
  }
  if (outcome === undefined) throw new BrokenOff(`broken off after ${ms} ms`);
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

/** How many bytes the heap of this thread has in use, with what belongs to it outside. */
export function heapInUse(): number {
  const { used_heap_size, external_memory = 0 } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/**
 * Makes the platform of this worker.
 *
 * @param port the channel to the host
 * @param settings what the host said
 * @returns what `serve` needs
 */
export function nodePlatform(port: WirePort, settings: WorkerSettings): WorkerPlatform {
  const storage = new AsyncLocalStorage<CallContext>();
  setCallCarrier({
    run: (call, body, args) => storage.run(call, body, ...args),
    get: () => storage.getStore(),
  });
  let isExiting: (code: number) => void = () => {};
  const { exit } = hookExits((code) => isExiting(code));
  return {
    port,
    settings,
    within: (ms, body) => {
      const around = storage.getStore();
      try {
        return within(ms, body);
      } catch (error) {
        // What is broken off does not leave its context itself: all that came after would seem to be of its call.
        if (error instanceof BrokenOff) storage.enterWith(around as CallContext);
        throw error;
      }
    },
    exit,
    defer: (run: () => void): void => void setImmediate(run),
    trap: (report: (error: unknown) => void): void => {
      process.on("uncaughtException", report);
      process.on("unhandledRejection", report);
    },
    onExit: (run: (code: number) => void): void => void (isExiting = run),
  };
}
