/**
 * What the parallel pool needs of a platform: the seam under which threads of `node:worker_threads`, a browser's Web Workers
 * or child processes are put. Nothing above this file knows which of them it is talking to.
 *
 * @module
 */
import type { Batch } from "../wire/wire.ts";

/** One end of a two-way channel. Messages arrive whole and in order. */
export interface WirePort {
  /**
   * Sends a batch. Throws, with nothing sent and nothing detached, when it cannot be cloned.
   *
   * @param batch what to send
   * @param transfer what to move instead of copying
   */
  post(batch: Batch, transfer?: readonly Transferable[]): void;
  /** Starts to receive. Called once. */
  listen(listener: PortListener): void;
  /** Ends the channel. */
  close(): void;
}

/** Who hears a port. */
export interface PortListener {
  /** A batch has come. */
  received(batch: Batch): void;
  /** A batch has come that could not be read; what was in it is lost. */
  unreadable(error: unknown): void;
  /** The other end is gone, and nothing more will come. */
  closed(): void;
}

/** What a worker is started with; it reaches the worker as it is. */
export interface WorkerSettings {
  /** The memory shared with the host, if any. */
  readonly memory: SharedArrayBuffer | undefined;
  /** Where small batches may come, in shared memory, if any. */
  readonly mail: SharedArrayBuffer | undefined;
  /** How many calls the host may have sent at a time. */
  readonly capacity: number;
  /** How many calls that wait (async, coroutine) may run side by side. */
  readonly concurrency: number;
  /** Milliseconds a job's module may take to be imported and initialised. */
  readonly importTimeout: number;
  /** How many bytes it may hold on to before it says that it is full. */
  readonly maxMemory: number;
  /** Whatever the pool wants to tell its entry. */
  readonly extra: unknown;
}

/** How to start one worker. */
export interface ThreadOptions {
  /** The module the worker starts with: one that calls `serve`. */
  readonly entry: URL;
  /** What is handed to it. */
  readonly settings: WorkerSettings;
  /** The thread's name, for debuggers. */
  readonly name?: string;
  /** Limits on the worker's heap, as `node:worker_threads` has them; not every runtime obeys. */
  readonly resourceLimits?: ResourceLimits;
}

/** Limits on a worker's memory, as in `node:worker_threads`. */
export interface ResourceLimits {
  /** MiB of the old generation. */
  readonly maxOldGenerationSizeMb?: number;
  /** MiB of the young generation. */
  readonly maxYoungGenerationSizeMb?: number;
  /** MiB for generated code. */
  readonly codeRangeSizeMb?: number;
  /** MiB of stack. */
  readonly stackSizeMb?: number;
}

/** Who hears what becomes of a worker. */
export interface ThreadListener {
  /** Something failed in the worker that it did not handle itself. The exit follows, or not. */
  failed(error: unknown): void;
  /** The worker is gone. */
  exited(code: number, signal?: string): void;
}

/** A running worker, as the host sees it. */
export interface Thread {
  /** The channel to it. */
  readonly port: WirePort;
  /** Keeps the process alive. A thread begins so. */
  ref(): void;
  /** Lets the process end while this worker lives. */
  unref(): void;
  /** Ends it by force, as far as the platform can. */
  terminate(): Promise<void>;
}

/** Starts workers of one kind. */
export interface ThreadAdapter {
  /** Whether `terminate` stops a thread that is in an endless loop. Deno does not. */
  readonly stopsLoops: boolean;
  /** Whether memory can be shared with its workers. */
  readonly sharesMemory: boolean;
  /**
   * Notes a module that jobs are from, where workers have to know of it from their start.
   *
   * @param module its URL
   * @returns true when the workers there are cannot import it
   */
  learn?(module: string): boolean;
  /**
   * Starts a worker.
   *
   * @param options how
   * @param listener who hears what becomes of it
   * @returns the worker
   */
  start(options: ThreadOptions, listener: ThreadListener): Thread;
}

/** What the worker's side needs of the platform it runs on. */
export interface WorkerPlatform {
  /** The channel to the host. */
  readonly port: WirePort;
  /** What the host said at start. */
  readonly settings: WorkerSettings;
  /** Ends this worker. */
  exit(code: number): void;
  /** Calls `run` after the event loop has had a turn. */
  defer(run: () => void): void;
  /** Reports each error nobody handled, and keeps the worker alive through it. */
  trap(report: (error: unknown) => void): void;
  /** Calls `run` when the worker is about to exit, for whatever reason it still can. */
  onExit(run: (code: number) => void): void;
  /**
   * Runs `body` and breaks it off when it takes longer than `ms`, by throwing {@linkcode BrokenOff}. Absent where the platform
   * cannot.
   */
  readonly within?: <T>(ms: number, body: () => T) => T;
  /** How many bytes this worker holds. Absent where the platform does not tell. */
  readonly memory?: () => number;
  /** Whether the heap has run out since the start, where the runtime hides that. */
  readonly heapExhausted?: () => boolean;
}

/** Thrown by {@linkcode WorkerPlatform.within} into its own caller; never seen by jobs. */
export class BrokenOff extends Error {
  /** Tells it from other errors. */
  override readonly name = "BrokenOff";
}

/** The exit code of a worker that found that its heap had run out and that its runtime had said nothing. */
export const EXIT_HEAP_EXHAUSTED = 86;
/** The exit code of a worker that could not read a message. */
export const EXIT_UNREADABLE = 87;
