/**
 * A worker with nothing around it: a port, and an answer to each message.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { increment } from "./jobs.ts";

const port = workerData.port as MessagePort | undefined;
if (port === undefined) {
  parentPort!.postMessage(increment(1));
} else {
  const isMoved = workerData.isMoved as boolean;
  port.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
    port.postMessage(data, isMoved ? [data.buffer] : []);
  };
}
