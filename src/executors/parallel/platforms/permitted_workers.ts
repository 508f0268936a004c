/**
 * Workers with fewer permissions than the program has: Web Workers of Deno.
 *
 * A worker may not read the modules of its jobs, unless it may read everything. So it is started with those that are known:
 * the first job of a further module is run by workers that are started for it.
 *
 * @module
 */
import { startModuleKnowing } from "../worker/known_modules.ts";
import type { WorkerPermissions } from "../parallel_options.ts";
import type { Thread, ThreadAdapter, ThreadListener, ThreadOptions } from "./platform.ts";
import { webThread } from "./web_workers.ts";

/** Starts workers with the permissions given, as Deno's `Worker` takes them. */
export class PermittedWorkers implements ThreadAdapter {
  readonly stopsLoops = false;
  readonly sharesMemory = true;
  readonly #permissions: WorkerPermissions;
  readonly #modules = new Set<string>();

  constructor(permissions: WorkerPermissions) {
    this.#permissions = permissions;
  }

  /** Notes where jobs are from; true when the workers there are cannot run them. */
  learn(module: string): boolean {
    const { size } = this.#modules;
    return this.#modules.add(module).size > size;
  }

  start({ entry, name = "", settings }: ThreadOptions, listener: ThreadListener): Thread {
    const worker = new Worker(startModuleKnowing(entry, this.#modules), {
      type: "module",
      name,
      deno: { permissions: this.#permissions as Deno.PermissionOptions },
    });
    return webThread(worker, settings, listener);
  }
}
