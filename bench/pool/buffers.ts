/**
 * Buffers of a mebibyte there and back, cloned and transferred, against a bare `MessageChannel` to a bare worker.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import type { ParallelPool } from "@heddle/runtime";
import type { Comparison } from "../kernel.ts";
import { here } from "./here.ts";
import { jobs } from "./own_jobs.ts";

const size = 2 ** 20;
const times = 50;

/** The comparisons, and what ends their workers. */
export function buffers(pool: ParallelPool): { comparisons: Comparison[]; close(): void } {
  const ends: (() => void)[] = [];
  const comparisons = [false, true].map((isMoved): Comparison => {
    const bare = channel(isMoved);
    ends.push(bare.close);
    return {
      title: `1 MiB there and back, ${isMoved ? "transferred" : "cloned"}`,
      contenders: [
        {
          name: "heddle",
          run: async () => {
            let bytes: Uint8Array<ArrayBuffer> = new Uint8Array(size);
            for (let n = 0; n < times; n++) {
              bytes = isMoved
                ? await pool.submit(jobs.pass(bytes), { transfer: [bytes.buffer] })
                : await pool.submit(jobs.echo(bytes));
            }
            return times;
          },
        },
        {
          name: "MessageChannel",
          run: async () => {
            let bytes = new Uint8Array(size);
            for (let n = 0; n < times; n++) bytes = await bare.send(bytes);
            return times;
          },
        },
      ],
      bars: { MessageChannel: { least: 1 / 1.2 } },
    };
  });
  return { comparisons, close: () => ends.forEach((end) => end()) };
}

function channel(isMoved: boolean): {
  send(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
} {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(here("bare_worker")), {
    workerData: { port: port2, isMoved },
    // deno-lint-ignore no-explicit-any -- the types of the web's port and of Node's do not know each other
    transferList: [port2 as any],
  });
  return {
    send: (bytes) =>
      new Promise((resolve) => {
        port1.onmessage = ({ data }) => resolve(data);
        port1.postMessage(bytes, isMoved ? [bytes.buffer] : []);
      }),
    close: () => {
      port1.close();
      void worker.terminate();
    },
  };
}
