/**
 * What workers in a browser run on.
 *
 * @module
 */
import { type PortLike, wirePort } from "./message_port.ts";
import type { WorkerPlatform, WorkerSettings } from "./platform.ts";
import { type FromWebWorker, scope } from "./web_worker.ts";

/** Holds a lock until this worker is gone, and tells the host which. */
function holdLock(): void {
  const { locks } = (globalThis as {
    navigator?: { locks?: { request(name: string, held: () => Promise<never>): Promise<never> } };
  }).navigator ?? {};
  const name = `heddle worker ${crypto.randomUUID?.()}`;
  locks?.request(name, () => {
    scope.postMessage({ locked: name } satisfies FromWebWorker);
    return new Promise<never>(() => {});
  }).catch(() => {});
}

/**
 * Makes the platform of this worker.
 *
 * @param port the channel to the host
 * @param settings what the host said
 * @returns what `serve` needs
 */
export function webPlatform(port: PortLike, settings: WorkerSettings): WorkerPlatform {
  const close = scope.close.bind(scope);
  let isExiting: (code: number) => void = () => {};
  const exit = (code: number): void => {
    isExiting(code);
    close();
  };
  // What a job calls when it has had enough.
  scope.close = () => exit(0);
  holdLock();
  const turns = new MessageChannel();
  const due: (() => void)[] = [];
  turns.port1.onmessage = () => due.shift()?.();
  return {
    port: wirePort(port),
    settings,
    exit,
    // A timer of nested timers is held back for 4 ms; a message is not.
    defer: (run): void => {
      due.push(run);
      turns.port2.postMessage(null);
    },
    trap: (report): void => {
      addEventListener("error", (event) => {
        event.preventDefault();
        report(event.error ?? new Error(event.message));
      });
      addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        report(event.reason);
      });
    },
    onExit: (run): void => void (isExiting = run),
  };
}
