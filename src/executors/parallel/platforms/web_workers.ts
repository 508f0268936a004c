/**
 * Web Workers: what browsers have, and Deno where a worker is to have fewer permissions.
 *
 * A Web Worker ends without a word. One that means to go says so by a message of its own (`web_worker.ts` sees to that); of
 * one that was taken away its lock tells: it holds one for as long as it lives, and the host waits for that lock. (The idea
 * of leader election among tabs by the Web Locks API.)
 *
 * @module
 */
import { type PortLike, wirePort } from "./message_port.ts";
import type { Thread, ThreadAdapter, ThreadListener, ThreadOptions } from "./platform.ts";
import type { FromWebWorker, ToWebWorker } from "./web_worker.ts";

type LockRequest = (name: string, options: { signal: AbortSignal }, held: () => void) => unknown;

/** The locks of a page; insecure pages and Deno have none. */
function locks(): { request: LockRequest } | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: { request: LockRequest } } };
  return navigator?.locks;
}

/** A page may start workers from its own origin only; a worker of its own may import from elsewhere. */
function startInBrowser({ entry, name = "" }: ThreadOptions): Worker {
  const { location } = globalThis as { location?: { origin: string } };
  if (location?.origin === entry.origin) return new Worker(entry, { type: "module", name });
  const source = new Blob([`import ${JSON.stringify(entry.href)};`], { type: "text/javascript" });
  const url = URL.createObjectURL(source);
  const worker = new Worker(url, { type: "module", name });
  // It has been read when the worker says or does anything.
  const release = () => URL.revokeObjectURL(url);
  worker.addEventListener("message", release, { once: true });
  worker.addEventListener("error", release, { once: true });
  return worker;
}

/**
 * Takes charge of a Web Worker that has just been made.
 *
 * @param worker the worker
 * @param settings what is handed to it
 * @param listener who hears what becomes of it
 */
export function webThread(
  worker: Worker,
  settings: ThreadOptions["settings"],
  listener: ThreadListener,
): Thread {
  const { port1, port2 } = new MessageChannel();
  const waiting = new AbortController();
  let isGone = false;
  const gone = (code: number): void => {
    if (isGone) return;
    isGone = true;
    waiting.abort();
    listener.exited(code);
  };
  const failed = (error: unknown): void => {
    listener.failed(error);
    // Nothing that a job does comes here, so it could not start; or the browser has taken it away.
    worker.terminate();
    gone(1);
  };
  worker.onmessage = ({ data }: MessageEvent<FromWebWorker>) => {
    if ("exited" in data) return gone(data.exited);
    const request = locks()?.request(data.locked, { signal: waiting.signal }, () => gone(1));
    (request as Promise<void> | undefined)?.catch(() => {});
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const { message, filename } = event as Partial<ErrorEvent>;
    failed(event.error ?? new Error(message || `its module could not be loaded ${filename ?? ""}`));
  };
  worker.onmessageerror = () => failed(new Error("it sent a message that could not be read"));
  worker.postMessage({ port: port2, settings } satisfies ToWebWorker, [port2]);
  const port = port1 as PortLike & { ref?(): void; unref?(): void };
  return {
    port: wirePort(port),
    ref: (): void => port.ref?.(),
    unref: (): void => port.unref?.(),
    terminate: (): Promise<void> => {
      worker.terminate();
      gone(1);
      return Promise.resolve();
    },
  };
}

/** Starts Web Workers in a browser. */
export const webWorkers: ThreadAdapter = {
  stopsLoops: true,
  // Browsers have no such class on a page that is not isolated from other origins.
  sharesMemory: typeof SharedArrayBuffer === "function",
  start: (options, listener) => webThread(startInBrowser(options), options.settings, listener),
};
