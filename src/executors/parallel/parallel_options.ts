/**
 * How a parallel pool is made, and what it says to those who make one wrong.
 *
 * @module
 */

import { describe } from "../../kernel/work.ts";
import type { RateLimiterOptions } from "../../sync/rate_limiter.ts";
import { checkCount } from "../submit_options.ts";
import type { ResourceLimits } from "./platforms/platform.ts";

const verb = "create an executor";

/**
 * What the code of jobs may do, as the `permissions` of Deno's `Worker` says it: none of what the program may, all of it, or, by
 * the name of the permission, some of it (paths, hosts, names of variables).
 */
export type WorkerPermissions =
  | "none"
  | "inherit"
  | { readonly [name: string]: boolean | "inherit" | readonly (string | URL)[] };

/** How a parallel pool is made. */
export interface ParallelPoolOptions {
  /**
   * How many workers there may be.
   *
   * @default the number of processors
   */
  size?: number;
  /**
   * How many workers there are when there is nothing to do; more start with the work, up to `size`.
   *
   * @default `size`, or the number of processors when that is less; 0 with `permissions`
   */
  minSize?: number;
  /**
   * How long a worker above `minSize` may have nothing to do before it is retired, in milliseconds; some more pass until
   * it is noticed.
   *
   * @default 30000
   */
  idleTimeout?: number;
  /**
   * What to call it, and its workers, in reports.
   *
   * @default "parallel"
   */
  name?: string;
  /**
   * How many tasks may wait; more are refused with `QueueFullError`.
   *
   * @default Infinity
   */
  queueLimit?: number;
  /**
   * How often tasks may begin: at most `limit` within any `interval` milliseconds. Those that may not wait in the queue.
   *
   * @default no limit
   */
  rate?: RateLimiterOptions;
  /**
   * How long a task may run that sets no `timeout` itself, in milliseconds.
   *
   * @default no limit
   */
  taskTimeout?: number;
  /**
   * How long a task may wait until a worker begins it, in milliseconds. It then fails with `TimeoutError`. With retries
   * that is so for each attempt.
   *
   * @default no limit
   */
  queueTimeout?: number;
  /**
   * How many tasks may run side by side in one worker while they wait for something. With 1, whatever kills a worker
   * takes one task only with it.
   *
   * @default 64; 1 where no memory is shared: with `isolation: "process"`, and on pages without cross-origin isolation
   */
  concurrency?: number;
  /**
   * How many tasks a worker runs before it is replaced by a new one.
   *
   * @default no limit
   */
  maxTasksPerWorker?: number;
  /**
   * How much memory a worker may hold on to before it is replaced by a new one, in bytes. It is looked at between tasks,
   * and what is being run is run to its end. For a thread it is what its heap has in use, for a process all it has in memory.
   *
   * @default no limit
   */
  maxMemoryPerWorker?: number;
  /**
   * Limits on a worker's heap, in MiB, as `node:worker_threads` has them. A worker that would exceed one dies, and the task
   * that did it fails with `WorkerLostError`.
   * With `isolation: "process"` only `maxOldGenerationSizeMb` and `maxYoungGenerationSizeMb` hold. Bun knows no such limits.
   *
   * @default those of the runtime
   */
  resourceLimits?: ResourceLimits;
  /**
   * What a worker is: a thread of this process, or a process of its own. A process is slower to start and to reach, shares
   * no memory, copies what is to be transferred, and on Deno has all permissions; but whatever its job does, it can be killed, and takes nobody with it.
   *
   * @default "thread"
   */
  isolation?: "thread" | "process";
  /**
   * What the code of jobs may do, on Deno: no more than the program itself, as the `permissions` of Deno's `Worker` has it:
   * `"none"`, or an object such as `{ net: false, read: ["./data"] }`. A job that does what it may not fails with the error of the
   * runtime. The modules of jobs can be imported all the same, and what they import. The program has to be run with
   * `--unstable-worker-options`, or `"unstable": ["worker-options"]` in its `deno.json`; without, Deno ends it when a
   * worker is started. Such workers keep the process alive until they are retired, know no `resourceLimits`, and are
   * replaced by new ones when a job comes from a module that no job has come from before.
   *
   * @default those of the program
   */
  permissions?: WorkerPermissions;
  /**
   * In a browser, where the module is that workers start with, when a bundler has put it elsewhere: the package's own
   * `@heddle/runtime/worker`, bundled as an entry by itself. Elsewhere it says nothing.
   *
   * @default beside the modules of the package
   */
  workerUrl?: string | URL;
}

/** A pool's options, with their defaults. */
export interface CheckedOptions {
  readonly name: string;
  readonly size: number;
  readonly minSize: number;
  readonly idleTimeout: number;
  readonly queueLimit: number;
  readonly queueTimeout: number;
  readonly concurrency: number | undefined;
  readonly maxTasksPerWorker: number;
  readonly maxMemoryPerWorker: number;
  readonly isolation: "thread" | "process";
  readonly permissions: WorkerPermissions | undefined;
  readonly workerUrl: URL | undefined;
}

/** How many workers a pool has unless it is told. */
export function defaultSize(): number {
  const { navigator, process } = globalThis as {
    navigator?: { hardwareConcurrency?: number };
    process?: { getBuiltinModule?: (name: string) => typeof import("node:os") };
  };
  // Node 20 has no navigator.
  return navigator?.hardwareConcurrency ??
    process?.getBuiltinModule?.("node:os").availableParallelism() ?? 1;
}

/** Throws unless every option is what it should be; returns them with their defaults. */
export function checkParallelOptions(options: ParallelPoolOptions): CheckedOptions {
  const { size = defaultSize(), isolation = "thread" } = options;
  checkCount(size, verb, "size", 1);
  // Workers with permissions are made for the modules that jobs are from, and keep the process alive.
  const { minSize = options.permissions === undefined ? Math.min(size, defaultSize()) : 0 } =
    options;
  checkCount(minSize, verb, "minSize", 0);
  if (minSize > size) {
    throw new RangeError(
      `Cannot ${verb}: 'minSize' must not be more than 'size', ${size}: current value is ${minSize}`,
    );
  }
  for (const name of ["maxTasksPerWorker", "maxMemoryPerWorker", "concurrency"] as const) {
    const value = options[name];
    if (value !== undefined && value !== Infinity) checkCount(value, verb, name, 1);
  }
  for (const name of ["taskTimeout", "queueTimeout", "idleTimeout"] as const) {
    checkPositive(name, options[name]);
  }
  if (isolation !== "thread" && isolation !== "process") {
    throw new TypeError(
      `Cannot ${verb}: 'isolation' must be "thread" or "process": current value is ${
        describe(isolation)
      }`,
    );
  }
  checkResourceLimits(options.resourceLimits);
  checkPermissions(options);
  return {
    name: options.name ?? "parallel",
    size,
    minSize,
    idleTimeout: options.idleTimeout ?? 30_000,
    queueLimit: options.queueLimit ?? Infinity,
    queueTimeout: options.queueTimeout ?? Infinity,
    concurrency: options.concurrency,
    maxTasksPerWorker: options.maxTasksPerWorker ?? Infinity,
    maxMemoryPerWorker: options.maxMemoryPerWorker ?? Infinity,
    isolation,
    permissions: options.permissions,
    workerUrl: checkWorkerUrl(options.workerUrl),
  };
}

function checkWorkerUrl(url: unknown): URL | undefined {
  if (url === undefined) return undefined;
  if (url instanceof URL || typeof url === "string" && URL.canParse(url)) return new URL(url);
  throw new TypeError(
    `Cannot ${verb}: 'workerUrl' must be an absolute URL, such as new URL("./worker.js", import.meta.url): ` +
      `current value is ${describe(url)}`,
  );
}

/** To ignore them would be to run with more than was asked for. */
function checkPermissions({ permissions, isolation, resourceLimits }: ParallelPoolOptions): void {
  if (permissions === undefined) return;
  const isObject = typeof permissions === "object" && permissions !== null;
  if (!isObject && permissions !== "none" && permissions !== "inherit") {
    throw new TypeError(
      `Cannot ${verb}: 'permissions' must be "none", "inherit" or an object: current value is ${
        describe(permissions)
      }`,
    );
  }
  const why = !("Deno" in globalThis)
    ? "only Deno can narrow those of a worker"
    : isolation === "process"
    ? "a worker process has all, as node:child_process starts it"
    : resourceLimits !== undefined
    ? "a worker with permissions of its own knows no 'resourceLimits'"
    : undefined;
  if (why === undefined) return;
  throw new TypeError(`Cannot ${verb}: 'permissions' cannot be kept: ${why}. Leave it out`);
}

function checkPositive(name: string, value: unknown): void {
  if (value === undefined || typeof value === "number" && value > 0) return;
  const ErrorClass = typeof value === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a positive number: current value is ${describe(value)}`,
  );
}

function checkResourceLimits(limits: unknown): void {
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null) {
    throw new TypeError(
      `Cannot ${verb}: 'resourceLimits' must be an object: current value is ${describe(limits)}`,
    );
  }
  const known = [
    "maxOldGenerationSizeMb",
    "maxYoungGenerationSizeMb",
    "codeRangeSizeMb",
    "stackSizeMb",
  ];
  for (const [name, value] of Object.entries(limits)) {
    if (!known.includes(name)) {
      throw new TypeError(
        `Cannot ${verb}: 'resourceLimits' must have known limits only, ${known.join(", ")}: ` +
          `current value has '${name}'`,
      );
    }
    checkPositive(`resourceLimits.${name}`, value);
  }
}

/** A function was given where only a job will do. */
export function thunkError(pool: string, work: unknown, what = "work must be a job"): TypeError {
  return new TypeError(
    `Cannot run ${
      describe(work)
    } in parallel pool '${pool}': ${what}, since a function cannot leave its thread. Export ` +
      `it from a module, and make the job with jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"))`,
  );
}
