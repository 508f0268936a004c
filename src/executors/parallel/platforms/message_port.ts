/**
 * A `MessagePort` of the web, of Node, Deno or Bun as a {@linkcode WirePort}.
 *
 * @module
 */
import type { PortListener, WirePort } from "./platform.ts";
import type { Batch } from "../wire/wire.ts";

/** What the runtimes' ports have in common. */
export interface PortLike {
  /** Sends a message. */
  postMessage(message: unknown, transfer: Transferable[]): void;
  /** Hears messages. Setting it starts the port; a port that has it must never be read in any other way. */
  onmessage: ((event: MessageEvent) => void) | null;
  /** Hears messages that could not be read. */
  onmessageerror: ((event: MessageEvent) => void) | null;
  /** Hears that the other end is gone, where the runtime says so. */
  addEventListener?(type: "close", listener: () => void): void;
  /** Closes both ends. */
  close(): void;
}

const NOTHING: Transferable[] = [];

/**
 * Wraps a port.
 *
 * @param port the port; not in use elsewhere
 * @returns the channel's end
 */
export function wirePort(port: PortLike): WirePort {
  return {
    post: (batch: Batch, transfer?: readonly Transferable[]): void =>
      port.postMessage(batch, transfer === undefined ? NOTHING : transfer as Transferable[]),
    listen: (listener: PortListener): void => {
      port.addEventListener?.("close", () => listener.closed());
      port.onmessageerror = (event) => listener.unreadable(event.data);
      port.onmessage = (event) => listener.received(event.data);
    },
    close: (): void => port.close(),
  };
}
