/**
 * Workers on `node:worker_threads`: Node, Deno and Bun.
 *
 * @module
 */
import type { Worker as NodeWorker, WorkerOptions } from "node:worker_threads";
import { type PortLike, wirePort } from "./message_port.ts";
import type { NodeWorkerData } from "./node_worker.ts";
import type {
  ResourceLimits,
  Thread,
  ThreadAdapter,
  ThreadListener,
  ThreadOptions,
} from "./platform.ts";

/** Looked up when it is needed, since in a browser there is no such module to import. */
function threads(): typeof import("node:worker_threads") | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => typeof import("node:worker_threads") };
  };
  return process?.getBuiltinModule?.("node:worker_threads");
}

/** Whether this runtime has such workers. */
export function hasNodeThreads(): boolean {
  return threads() !== undefined;
}

function workerClass(): new (url: URL, options: WorkerOptions) => NodeWorker {
  const found = threads();
  if (found !== undefined) return found.Worker;
  throw new Error(
    "Cannot start a worker: this runtime has neither 'node:worker_threads' that can be looked up nor Web Workers. " +
      "Deno 2, Node 20.16 and later, Bun and browsers have one of them",
  );
}

type RefPort = PortLike & { ref?(): void; unref?(): void };

/** A worker of `node:worker_threads` starts from `file:` or `data:` only; the latter may import from wherever this module is from. */
function startModule(entry: URL): URL {
  if (entry.protocol === "file:" || entry.protocol === "data:") return entry;
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(entry.href)};`)}`,
  );
}

/**
 * On Deno a thread whose heap is full takes the process down, unless its heap has a limit of its own: then the thread alone
 * ends. So it has the limit that it would have had anyway.
 */
function heapLimits({ resourceLimits }: ThreadOptions): ResourceLimits | undefined {
  if (!("Deno" in globalThis) || resourceLimits?.maxOldGenerationSizeMb !== undefined) {
    return resourceLimits;
  }
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: string): typeof import("node:v8") };
  };
  const { heap_size_limit } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return { ...resourceLimits, maxOldGenerationSizeMb: Math.floor(heap_size_limit / 2 ** 20) };
}

function start(options: ThreadOptions, listener: ThreadListener): Thread {
  const resourceLimits = heapLimits(options);
  // Calls and results never use the worker's own port: on Deno a mebibyte takes 60 times as long through it.
  const { port1, port2 } = new MessageChannel();
  const workerData: NodeWorkerData = { port: port2, settings: options.settings };
  const worker = new (workerClass())(startModule(options.entry), {
    workerData,
    // deno-lint-ignore no-explicit-any -- the types of the web's port and of Node's do not know each other
    transferList: [port2 as any],
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  });
  worker.on("error", (error) => listener.failed(error));
  worker.on("messageerror", (error) => listener.failed(error));
  worker.on("exit", (code) => listener.exited(code));
  const port = port1 as RefPort;
  return {
    port: wirePort(port),
    ref: (): void => {
      port.ref?.();
      worker.ref();
    },
    unref: (): void => {
      port.unref?.();
      worker.unref();
    },
    terminate: async (): Promise<void> => {
      await worker.terminate();
    },
  };
}

/** Starts workers on `node:worker_threads`. */
export const nodeThreads: ThreadAdapter = {
  // Deno says that such a thread has exited, and it runs on.
  stopsLoops: !("Deno" in globalThis),
  sharesMemory: true,
  start,
};
