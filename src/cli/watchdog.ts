/**
 * Leaving, even when a job holds the thread that would do it.
 *
 * A job that computes for ever in this thread keeps it from hearing of signals, and because the command listens to them
 * the system does not end it either. So another thread listens too, and ends the process by force when this one does not
 * answer. Only Deno lets threads listen to signals; elsewhere, and on workers, the command does without.
 *
 * @module
 */

/** Tells the other thread which signals this one has heard of. */
export interface Watchdog {
  /** This thread has heard of one more signal. */
  heard(): void;
  /** The other thread listens, or will not. A signal that comes before is lost on it. */
  readonly ready: Promise<void>;
}

/** Packed for npm is what is imported somewhere, if only in a function that nobody calls. */
export const packed = (): Promise<unknown> => import("./watchdog_thread.ts");

/** Starts the other thread, where that is possible. */
export function startWatchdog(): Watchdog {
  if (!("Deno" in globalThis) || typeof Worker === "undefined") {
    return { heard: () => {}, ready: Promise.resolve() };
  }
  const heard = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(import.meta.resolve("./watchdog_thread.ts"), {
    type: "module",
    name: "watchdog",
  });
  // Without the permission to read its module the command does without it.
  const ready = new Promise<void>((resolve) => {
    worker.addEventListener("message", () => resolve());
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      resolve();
    });
  });
  worker.postMessage(heard);
  return { heard: () => void Atomics.add(heard, 0, 1), ready };
}
