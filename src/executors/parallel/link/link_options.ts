/**
 * How a link starts its worker and treats it.
 *
 * @module
 */
import type { Call } from "./call.ts";
import type { ResourceLimits, ThreadAdapter, ThreadOptions } from "../platforms/platform.ts";

/** How a link starts its worker and treats it. */
export interface LinkOptions<C extends Call> {
  /** What starts workers here. */
  readonly adapter: ThreadAdapter;
  /** The module a worker starts with: one that calls `serve`. */
  readonly entry: URL;
  /**
   * The worker's name, for debuggers and in messages.
   *
   * @default "heddle worker"
   */
  readonly name?: string;
  /**
   * How many calls may be sent and not ended at a time.
   *
   * @default 1024
   */
  readonly capacity?: number;
  /**
   * How many calls that wait for something (promises, coroutines) may run side by side. Streams that wait for their consumer
   * do not count.
   *
   * @default 64
   */
  readonly concurrency?: number;
  /**
   * Milliseconds the worker may take to become ready; Infinity for no limit.
   *
   * @default 30000
   */
  readonly startTimeout?: number;
  /**
   * Milliseconds a job's module may take to be imported and initialised; Infinity for no limit.
   *
   * @default 60000
   */
  readonly importTimeout?: number;
  /**
   * Milliseconds a worker with work may go without a turn of its event loop while no synchronous call is known to hold it;
   * Infinity for no limit. A call that computes for long after an `await` looks like that, so it is generous.
   *
   * @default 60000
   */
  readonly silenceLimit?: number;
  /**
   * Whether to share memory with the worker where the platform can.
   *
   * @default true
   */
  readonly shareMemory?: boolean;
  /**
   * How many bytes the worker may hold on to before it says that it is full.
   *
   * @default Infinity
   */
  readonly maxMemory?: number;
  /** Limits on the worker's heap. */
  readonly resourceLimits?: ResourceLimits;
  /** Whatever the worker's entry wants to know. */
  readonly extra?: unknown;
  /**
   * The error of a call whose time is over.
   *
   * @default a `DOMException` named `TimeoutError`
   */
  readonly timeoutError?: (call: C) => unknown;
}

/** Options with their defaults. */
export type LinkSettings<C extends Call> = Required<Omit<LinkOptions<C>, "resourceLimits">> & {
  readonly resourceLimits: ResourceLimits | undefined;
};

function positive(what: string, value: number, isWhole: boolean): number {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot start a worker: '${what}' must be a number: current value is ${String(value)}`,
    );
  }
  const isRight = value > 0 && (!isWhole || Number.isInteger(value));
  if (isRight) return value;
  throw new RangeError(
    `Cannot start a worker: '${what}' must be a positive ${isWhole ? "integer" : "number"}: ` +
      `current value is ${value}`,
  );
}

/**
 * Checks options and fills in the defaults.
 *
 * @param options what the owner gave
 * @returns what the link works with
 * @throws {TypeError} when one has the wrong shape
 * @throws {RangeError} when one has the wrong size
 */
export function linkSettings<C extends Call>(options: LinkOptions<C>): LinkSettings<C> {
  if (!(options.entry instanceof URL)) {
    throw new TypeError(
      `Cannot start a worker: 'entry' must be a URL: current value is ${String(options.entry)}`,
    );
  }
  return {
    adapter: options.adapter,
    entry: options.entry,
    name: options.name ?? "heddle worker",
    capacity: positive("capacity", options.capacity ?? 1024, true),
    concurrency: options.concurrency === Infinity
      ? Infinity
      : positive("concurrency", options.concurrency ?? 64, true),
    startTimeout: positive("startTimeout", options.startTimeout ?? 30_000, false),
    importTimeout: positive("importTimeout", options.importTimeout ?? 60_000, false),
    silenceLimit: positive("silenceLimit", options.silenceLimit ?? 60_000, false),
    shareMemory: (options.shareMemory ?? true) && options.adapter.sharesMemory,
    maxMemory: options.maxMemory ?? Infinity,
    resourceLimits: options.resourceLimits,
    extra: options.extra,
    timeoutError: options.timeoutError ??
      ((call) =>
        new DOMException(`Job '${call.name}' took longer than ${call.timeout} ms`, "TimeoutError")),
  };
}

/**
 * What the adapter is told.
 *
 * @param settings the link's settings
 * @param memory what the link shares with its worker
 * @param mail the memory of its mailbox
 * @returns how to start the worker
 */
export function threadOptions<C extends Call>(
  settings: LinkSettings<C>,
  memory: SharedArrayBuffer | undefined,
  mail: SharedArrayBuffer | undefined,
): ThreadOptions {
  const { entry, name, resourceLimits } = settings;
  const { capacity, concurrency, importTimeout, maxMemory, extra } = settings;
  return {
    entry,
    name,
    settings: { memory, mail, capacity, concurrency, importTimeout, maxMemory, extra },
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  };
}
