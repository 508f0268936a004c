/**
 * Workers that are child processes: Node, Deno and Bun.
 *
 * @module
 */
import type { ChildProcess, ForkOptions } from "node:child_process";
import { ipcPort } from "./ipc_port.ts";
import type {
  ResourceLimits,
  Thread,
  ThreadAdapter,
  ThreadListener,
  ThreadOptions,
} from "./platform.ts";

type Processes = typeof import("node:child_process");
type V8 = typeof import("node:v8");
type Urls = typeof import("node:url");

/** Looked up when a worker is needed, since in a browser there is no such module to import. */
function builtin<T>(name: string): T {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => T } };
  const found = process?.getBuiltinModule?.(name);
  if (found !== undefined) return found;
  throw new TypeError(
    `Cannot start a worker process: this runtime has no '${name}' that can be looked up. Deno 2, Node 20.16 and ` +
      'later, and Bun have it; elsewhere use isolation: "thread"',
  );
}

function execArgv(limits: ResourceLimits = {}): string[] {
  // Bun's engine knows no such flags.
  if ("Bun" in globalThis) return [];
  const flags: string[] = [];
  const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb } = limits;
  if (maxOldGenerationSizeMb !== undefined) {
    flags.push(`--max-old-space-size=${Math.ceil(maxOldGenerationSizeMb)}`);
  }
  if (maxYoungGenerationSizeMb !== undefined) {
    flags.push(`--max-semi-space-size=${Math.ceil(maxYoungGenerationSizeMb)}`);
  }
  return flags;
}

function start(options: ThreadOptions, listener: ThreadListener): Thread {
  const { fork } = builtin<Processes>("node:child_process");
  const { fileURLToPath } = builtin<Urls>("node:url");
  const { entry, resourceLimits, settings } = options;
  const forkOptions: ForkOptions = {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  };
  const flags = execArgv(resourceLimits);
  if (flags.length > 0) forkOptions.execArgv = flags;
  const child: ChildProcess = fork(
    entry.protocol === "file:" ? fileURLToPath(entry) : entry.href,
    [],
    forkOptions,
  );
  const gone = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      listener.exited(code ?? 1, signal ?? undefined);
      resolve();
    });
    // It could not be started at all: then there is no exit.
    child.once("error", (error) => {
      listener.failed(error);
      if (child.pid !== undefined) return;
      listener.exited(1);
      resolve();
    });
  });
  // A second error would else be thrown: that of a message to a child that has just died.
  child.on("error", () => {});
  // Deno gives one that could not be started no channel.
  if ("send" in child) child.send({ ...settings, memory: undefined, mail: undefined });
  const { channel } = child as { channel?: { ref?(): void; unref?(): void } | null };
  return {
    port: ipcPort(child, builtin<V8>("node:v8")),
    ref: (): void => {
      if (child.pid !== undefined) child.ref();
      channel?.ref?.();
    },
    unref: (): void => {
      if (child.pid !== undefined) child.unref();
      channel?.unref?.();
    },
    terminate: (): Promise<void> => {
      child.kill("SIGKILL");
      return gone;
    },
  };
}

/** Starts workers as child processes. */
export const nodeProcesses: ThreadAdapter = {
  stopsLoops: true,
  sharesMemory: false,
  start,
};
