/**
 * Running a job in this thread.
 *
 * @module
 */

import { PromiseWait } from "../kernel/promise_wait.ts";
import { BaseOperation, type Effect } from "../kernel/effect.ts";
import { inline } from "../kernel/work.ts";
import type { Job } from "./job.ts";
import { functionOf, importFailure, initFailure } from "./job_module_error.ts";

type Exports = Record<string, unknown>;

// The module system caches modules too, but behind a promise each time.
const loaded = new Map<string, Exports>();
const loading = new Map<string, Promise<Exports>>();

/** What runs `job` here, as the work of a task. */
export function localCall<T>(job: Job<T>): () => unknown {
  return () => {
    const exports = loaded.get(job.module);
    return exports === undefined ? new LoadAndCall<T>(job) : call(exports, job);
  };
}

/** Imports a module and runs its `init`, once for all who ask; the next one tries again after a failure. */
function load(module: string): Promise<Exports> {
  let promise = loading.get(module);
  if (promise === undefined) {
    promise = importAndInit(module);
    promise.catch(() => loading.delete(module));
    loading.set(module, promise);
  }
  return promise;
}

async function importAndInit(module: string): Promise<Exports> {
  let exports: Exports;
  try {
    exports = await import(module) as Exports;
  } catch (cause) {
    throw importFailure(module, cause);
  }
  try {
    if (typeof exports.init === "function") await exports.init();
  } catch (cause) {
    throw initFailure(module, cause);
  }
  return exports;
}

class LoadAndCall<T> extends BaseOperation<T> {
  readonly #job: Job<T>;

  constructor(job: Job<T>) {
    super();
    this.#job = job;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, T, unknown> {
    const job = this.#job;
    const { module } = job;
    const exports = yield* new PromiseWait(load(module), `import of ${module}`, "else");
    // Not before the first who waited goes on, lest one who comes later overtake.
    loaded.set(module, exports);
    loading.delete(module);
    return yield* inline<T>(() => call(exports, job) as T);
  }
}

function call(exports: Exports, job: Job<unknown>): unknown {
  const target = exports[job.name];
  if (typeof target === "function") return target(...job.args);
  return functionOf(exports, job.module, job.name)(...job.args);
}
