/**
 * The pools of others, two threads each, with their defaults.
 *
 * @module
 */
import { FixedThreadPool } from "poolifier";
import { Piscina } from "piscina";
import Tinypool from "tinypool";
import workerpool from "workerpool";
import { here } from "./here.ts";

/** A pool that calls `increment`. */
export interface Peer {
  increment(n: number): Promise<number>;
  close(): Promise<unknown>;
}

const threads = { minThreads: 2, maxThreads: 2 };
const filename = new URL(here("jobs")).href;

function piscina(concurrentTasksPerWorker: number): Peer {
  const pool = new Piscina({ filename, name: "increment", concurrentTasksPerWorker, ...threads });
  return { increment: (n) => pool.run(n), close: () => pool.destroy() };
}

/** How each is made. */
export const peers: { readonly [name: string]: () => Peer } = {
  "piscina": () => piscina(1),
  "piscina, 16 tasks a worker": () => piscina(16),
  "tinypool": () => {
    const pool = new Tinypool({ filename, name: "increment", ...threads });
    return { increment: (n) => pool.run(n), close: () => pool.destroy() };
  },
  "workerpool": () => {
    const pool = workerpool.pool(new URL(here("workerpool_worker")).pathname, {
      minWorkers: 2,
      maxWorkers: 2,
      workerType: "thread",
    });
    return {
      increment: (n) => pool.exec("increment", [n]) as unknown as Promise<number>,
      close: () => pool.terminate() as unknown as Promise<unknown>,
    };
  },
  "poolifier": () => {
    const pool = new FixedThreadPool<number, number>(
      2,
      new URL(here("poolifier_worker")).pathname,
    );
    return { increment: (n) => pool.execute(n) as Promise<number>, close: () => pool.destroy() };
  },
};
