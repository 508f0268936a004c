/**
 * The channel between a process and its child as a {@linkcode WirePort}.
 *
 * @module
 */
import type { PortListener, WirePort } from "./platform.ts";
import type { Batch } from "../wire/wire.ts";

/** What a process and a child have in common. */
export interface IpcEnd {
  /** Sends a message. */
  send?(message: Uint8Array, callback?: (error: Error | null) => void): boolean;
  /** Hears of messages. */
  on(event: "message", listener: (message: unknown) => void): unknown;
  /** Hears that the other end is gone. */
  on(event: "disconnect", listener: () => void): unknown;
  /** Ends the channel. */
  disconnect?(): void;
  /** Whether the other end is there. */
  readonly connected?: boolean;
}

/** What turns messages into bytes, and back: `node:v8`, which a browser that loads this module does not have. */
export interface Codec {
  /** Throws when the value cannot be cloned. */
  serialize(value: unknown): Uint8Array;
  /** Throws when the bytes are not what `serialize` gave. */
  deserialize(bytes: Uint8Array): unknown;
}

/** What is sent after the other end has gone is lost, as with a port; the exit tells. */
const ignoreFailure = (): void => {};

/**
 * Wraps one end. Batches are serialised here and not by the channel: what cannot be cloned has to be known at once.
 *
 * @param end the process, or the child
 * @param codec turns messages into bytes
 * @returns the channel's end
 */
export function ipcPort(end: IpcEnd, codec: Codec): WirePort {
  return {
    post: (batch: Batch, transfer: readonly Transferable[] = []): void => {
      refuseUnmovable(transfer);
      const bytes = codec.serialize(batch);
      if (end.connected !== false) end.send?.(bytes, ignoreFailure);
    },
    listen: (listener: PortListener): void => {
      end.on("disconnect", () => listener.closed());
      end.on("message", (message) => {
        let batch: Batch;
        try {
          batch = codec.deserialize(message as Uint8Array) as Batch;
        } catch (error) {
          return listener.unreadable(error);
        }
        listener.received(batch);
      });
    },
    close: (): void => {
      if (end.connected === true) end.disconnect?.();
    },
  };
}

/** Buffers are copied. Anything else that can be moved is bound to its process. */
function refuseUnmovable(transfer: readonly Transferable[]): void {
  for (const value of transfer) {
    if (value instanceof ArrayBuffer) continue;
    throw new DOMException(
      `${Object.prototype.toString.call(value).slice(8, -1)} cannot be moved to another process`,
      "DataCloneError",
    );
  }
}
