/**
 * The worker's side of a Web Worker.
 *
 * @module
 */
import type { PortLike } from "./message_port.ts";
import type { WorkerPlatform, WorkerSettings } from "./platform.ts";

/** The one message that the host sends outside of the channel. */
export interface ToWebWorker {
  /** The worker's end of the channel. */
  readonly port: unknown;
  /** What the layers above say. */
  readonly settings: WorkerSettings;
}

/** What the worker says outside of the channel: that it is gone next, or which lock it holds. */
export type FromWebWorker = { readonly exited: number } | { readonly locked: string };

/** What this module needs of the scope of a Web Worker. */
export interface WebScope {
  /** Hears the host. */
  onmessage: ((event: { data: ToWebWorker }) => void) | null;
  /** Tells the host. */
  postMessage(message: FromWebWorker): void;
  /** Ends the worker, when the running code has returned. */
  close(): void;
}

/** This worker's scope. */
export const scope: WebScope = globalThis as unknown as WebScope;

/**
 * Serves once the host has said what with.
 *
 * @param serve is given the worker's end of the channel, and the settings
 */
export function onceSettled(serve: (port: PortLike, settings: WorkerSettings) => void): void {
  scope.onmessage = ({ data }) => {
    scope.onmessage = null;
    serve(data.port as PortLike, data.settings);
  };
}

/** The end of a worker, said before it happens: nobody hears of it otherwise. */
export function announced(platform: WorkerPlatform): WorkerPlatform {
  return {
    ...platform,
    onExit: (run): void =>
      platform.onExit((code) => {
        run(code);
        scope.postMessage({ exited: code });
      }),
  };
}
