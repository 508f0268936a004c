/**
 * What is the matter with the module of a job, said in the same words on every executor.
 *
 * @module
 */

/** The module of a job could not be imported or initialised, or has no such export. */
export class JobModuleError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "JobModuleError";
  /** The module's URL. */
  readonly module: string;
  /** The export that was asked for, when the module itself is in order. */
  readonly export: string | undefined;

  /**
   * Makes one; executors do so by themselves.
   *
   * @param module the module's URL
   * @param message what is the matter
   * @param options the export that was asked for, and the `cause`
   */
  constructor(module: string, message: string, options: ErrorOptions & { export?: string } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.module = module;
    this.export = options.export;
  }
}

/** An export that can be called. */
export type JobFunction = (...args: unknown[]) => unknown;

/** The module cannot be imported. */
export function importFailure(module: string, cause: unknown): JobModuleError {
  return new JobModuleError(module, `Cannot import module ${module}: ${messageOf(cause)}`, {
    cause,
  });
}

/** The module's `init` failed. */
export function initFailure(module: string, cause: unknown): JobModuleError {
  return new JobModuleError(
    module,
    `Cannot initialise module ${module}: its 'init' failed: ${messageOf(cause)}`,
    { cause },
  );
}

/**
 * Finds an export.
 *
 * @param exports what the module exports
 * @param module its URL
 * @param name the export
 * @returns the function
 * @throws {JobModuleError} when there is none
 */
export function functionOf(
  exports: Readonly<Record<string, unknown>>,
  module: string,
  name: string,
): JobFunction {
  const found = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof found === "function") return found as JobFunction;
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === "function");
  throw new JobModuleError(
    module,
    `Cannot run job '${name}': ${module} exports no such function, but ` +
      (functions.length === 0 ? "none at all" : functions.join(", ")),
    { export: name },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
