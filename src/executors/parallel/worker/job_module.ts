/**
 * The modules that jobs come from, as a worker has them: imported once, initialised once, disposed of when the worker retires.
 *
 * ```text
 *   NEW ── first call ──▶ LOADING ── imported, init() done ──▶ READY ── retirement ──▶ dispose()
 *    ▲                       │
 *    └── failed: each call that waited fails with the error, the next one tries again
 * ```
 *
 * @module
 */
import {
  functionOf,
  importFailure,
  initFailure,
  type JobFunction,
  JobModuleError,
} from "../../job_module_error.ts";
import { importModule } from "./known_modules.ts";
import "../wire/library_errors.ts";

export { JobModuleError } from "../../job_module_error.ts";
export type { JobFunction } from "../../job_module_error.ts";
import { clearTimeout, setTimeout } from "../wire/own_globals.ts";

/** Does not answer in time: neither does the promise of a module with a top-level await that never ends. */
function deadline(ms: number, fail: (error: Error) => void, module: string): () => void {
  if (!(ms > 0 && ms < 2 ** 31)) return () => {};
  const timer = setTimeout(() => {
    fail(
      new JobModuleError(
        module,
        `Cannot use module ${module}: it was not imported and initialised within ${ms} ms. ` +
          "See whether a top-level await or its 'init' waits for something that never comes",
      ),
    );
  }, ms);
  return () => clearTimeout(timer);
}

/** One module. */
export class JobModule {
  /** Its URL. */
  readonly url: string;
  readonly #importTimeout: number;
  #exports: Record<string, unknown> | undefined;
  #loading: Promise<void> | undefined;

  /**
   * Begins without importing anything.
   *
   * @param url where it is
   * @param importTimeout milliseconds it may take to become ready
   */
  constructor(url: string, importTimeout: number) {
    this.url = url;
    this.#importTimeout = importTimeout;
  }

  /** Whether its exports can be called. */
  get isReady(): boolean {
    return this.#exports !== undefined;
  }

  /**
   * Makes it ready. Those who ask while it is being loaded wait for the same attempt.
   *
   * @throws {JobModuleError} when it cannot be imported or initialised; the next call tries again
   */
  load(): Promise<void> {
    return this.#loading ??= this.#load().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
  }

  async #load(): Promise<void> {
    let stop = () => {};
    const late = new Promise<never>((_, fail) => {
      stop = deadline(this.#importTimeout, fail, this.url);
    });
    try {
      this.#exports = await Promise.race([this.#import(), late]);
    } finally {
      stop();
    }
  }

  async #import(): Promise<Record<string, unknown>> {
    let exports: Record<string, unknown>;
    try {
      exports = await importModule(this.url);
    } catch (cause) {
      throw importFailure(this.url, cause);
    }
    if (typeof exports.init !== "function") return exports;
    try {
      await exports.init();
    } catch (cause) {
      throw initFailure(this.url, cause);
    }
    return exports;
  }

  /**
   * Finds an export of a module that is ready.
   *
   * @param name the export
   * @returns the function
   * @throws {JobModuleError} when there is none
   */
  find(name: string): JobFunction {
    return functionOf(this.#exports ?? {}, this.url, name);
  }

  /** Runs its `dispose` export, if it was made ready and has one. */
  async dispose(): Promise<void> {
    const dispose = this.#exports?.dispose;
    if (typeof dispose === "function") await dispose();
  }
}

/** An export that calls refer to, found once. */
export class JobExport {
  /** Where it is from. */
  readonly module: JobModule;
  /** Its name. */
  readonly name: string;
  /** The function, once the module is ready. */
  run: JobFunction | undefined;
  /**
   * Whether its calls are carried across `await`. Carrying costs as much as the whole rest of a small call, so it is left off
   * for a function that is not declared async and whose first result was not a promise.
   */
  isCarried = true;
  /** Milliseconds the synchronous part of a call has lately taken. */
  expected = 0;

  /** Begins without looking for the function. */
  constructor(module: JobModule, name: string) {
    this.module = module;
    this.name = name;
  }

  /**
   * Finds the function.
   *
   * @throws {JobModuleError} when the module has no such export
   */
  resolve(): JobFunction {
    return this.run ??= this.module.find(this.name);
  }
}
