/**
 * Jobs: calls that can leave this thread.
 *
 * @module
 */

import { Composite } from "../kernel/composite.ts";
import type { AwaitableOperation, Effect, Operation } from "../kernel/effect.ts";
import { describe } from "../kernel/work.ts";
import { ambientExecutor } from "./ambient.ts";

/**
 * A call that can leave this thread, and this machine: the URL of a module, the name of a function that it exports, and
 * arguments that can be cloned. `yield* job` runs it on the executor in context.
 *
 * Arguments may be streams, too: an async iterable (an async generator, a channel) reaches a job in a worker as an async
 * iterator, a `ReadableStream` as one. It is read as far as the job asks, and some items ahead; it is told to return when
 * the job leaves it or has ended; what it throws is thrown in the job. Items are cloned. On executors of this thread the
 * job gets the object itself, and leaves it as it likes.
 *
 * @typeParam T what the function returns, or its promise, or its coroutine
 */
export interface Job<T> extends AwaitableOperation<T> {
  /** The URL of the module. */
  readonly module: string;
  /** The name of the export. */
  readonly name: string;
  /** What it is called with. */
  readonly args: readonly unknown[];
  /** What it mostly does, when that is known. */
  readonly kind?: "cpu" | "io";
}

/** What calling an export results in, as a job. */
export type JobResult<R> = R extends AsyncGenerator<infer T> ? AsyncIterable<T>
  : R extends Generator<unknown, infer T> ? T
  : R extends Operation<infer T> ? R extends string | Iterable<unknown> ? R : T
  : Awaited<R>;

/** The functions of a module, as functions that make jobs. */
export type JobsOf<M> = {
  readonly [
    // deno-lint-ignore no-explicit-any -- `any` is how TypeScript matches functions of all parameters
    K in keyof M as M[K] extends (...args: any[]) => any ? K : never
  ]: JobMaker<M[K]>;
};

/**
 * A function that makes jobs of a function. Of overloads it has the last four. TypeScript cannot carry type parameters
 * over: a generic function has `unknown` for them, so say what it results in, as in `jobs.first(list) as Job<string>`.
 */
export type JobMaker<F> = F extends {
  (...args: infer A): infer R;
  (...args: infer B): infer S;
  (...args: infer C): infer T;
  (...args: infer D): infer U;
}
  ? [A, R, D, U] extends [D, U, A, R]
    ? [B, S, D, U] extends [D, U, B, S] ? (...args: D) => Job<JobResult<U>>
    :
      & ((...args: B) => Job<JobResult<S>>)
      & ((...args: C) => Job<JobResult<T>>)
      & ((...args: D) => Job<JobResult<U>>)
  :
    & ((...args: A) => Job<JobResult<R>>)
    & ((...args: B) => Job<JobResult<S>>)
    & ((...args: C) => Job<JobResult<T>>)
    & ((...args: D) => Job<JobResult<U>>)
  : F extends (...args: infer A) => infer R ? (...args: A) => Job<JobResult<R>>
  : never;

/** What is known of the functions of a module. */
export interface JobsOptions {
  /** What all of them mostly do. */
  kind?: "cpu" | "io";
  /** What single ones do, by the name of the export. */
  kinds?: { readonly [name: string]: "cpu" | "io" };
}

/**
 * Makes jobs of a module's functions: one typed function for each export, which calls nothing but describes the call. The
 * exports may be synchronous, async, coroutines (generator functions), or async generator functions, whose job results
 * in an `AsyncIterable`.
 *
 * @typeParam M the module's type: `typeof import("./jobs.ts")`
 * @param module its URL; write `import.meta.resolve("./jobs.ts")`
 * @param options what its functions mostly do
 * @throws {TypeError} when `module` is not an absolute URL
 *
 * @example
 * ```ts ignore
 * const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"), { kind: "cpu" });
 * const thumbnail = await pool.submit(jobs.resize(bytes, 64));
 * ```
 */
export function jobsFrom<M>(module: string | URL, options: JobsOptions = {}): JobsOf<M> {
  const url = checkModule(module);
  checkKind(options.kind, "kind");
  for (const [name, kind] of Object.entries(options.kinds ?? {})) checkKind(kind, `kinds.${name}`);
  const makers = new Map<string, (...args: unknown[]) => Job<unknown>>();
  return new Proxy({}, {
    get(_target, name) {
      // A promise that resolves with the jobs must not take them for a thenable.
      if (typeof name === "symbol" || name === "then") return undefined;
      let maker = makers.get(name);
      if (maker === undefined) {
        const kind = options.kinds?.[name] ?? options.kind;
        maker = (...args) => new ModuleJob(url, name, args, kind);
        makers.set(name, maker);
      }
      return maker;
    },
  }) as JobsOf<M>;
}

/** A job as `jobsFrom` makes it. */
export class ModuleJob<T> extends Composite<T> implements Job<T> {
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
  declare readonly kind?: "cpu" | "io";

  constructor(
    module: string,
    name: string,
    args: readonly unknown[],
    kind: "cpu" | "io" | undefined,
  ) {
    super();
    this.module = module;
    this.name = name;
    this.args = args;
    if (kind !== undefined) this.kind = kind;
  }

  get description(): string {
    return `job '${this.name}'`;
  }

  *steps(): Generator<Effect<unknown>, T, unknown> {
    const executor = yield* ambientExecutor();
    const task = executor.submit<T>(this);
    try {
      return yield* task;
    } finally {
      // Does nothing once the task has ended.
      yield* task.cancel();
    }
  }
}

/** Whether `work` is a job, rather than a thunk. */
export function isJob(work: unknown): work is Job<unknown> {
  const job = work as Partial<Job<unknown>> | null;
  return typeof job === "object" && job !== null && typeof job.module === "string" &&
    typeof job.name === "string" &&
    Array.isArray(job.args);
}

function checkModule(module: string | URL): string {
  const text = String(module);
  if (URL.canParse(text)) return new URL(text).href;
  throw new TypeError(
    `Cannot make jobs: 'module' must be an absolute URL, as import.meta.resolve("./jobs.ts") gives it: ` +
      `current value is ${describe(module)}`,
  );
}

function checkKind(kind: unknown, name: string): void {
  if (kind === undefined || kind === "cpu" || kind === "io") return;
  throw new TypeError(
    `Cannot make jobs: '${name}' must be "cpu" or "io": current value is ${describe(kind)}`,
  );
}
