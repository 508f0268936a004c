/**
 * The executors against their peers.
 *
 * @module
 */

import { GreenPool, jobsFrom, ParallelPool } from "@heddle/runtime";
import pLimit from "p-limit";
import PQueue from "p-queue";
import { Piscina } from "piscina";
import type { Comparison } from "./kernel.ts";

const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));
const resolved = Promise.resolve(1);

/** All comparisons of executors; what they hold is let go of by `close`. */
export function executors(): { comparisons: readonly Comparison[]; close: () => Promise<void> } {
  const pool = new ParallelPool({ size: 2 });
  const piscina = new Piscina({
    filename: new URL("./jobs.ts", import.meta.url).href,
    name: "square",
    minThreads: 2,
    maxThreads: 2,
  });
  return {
    comparisons: [
      {
        title: "20,000 tasks that await a promise, 500 at a time",
        contenders: [
          {
            name: "heddle green pool",
            run: async () => {
              await using green = new GreenPool({ size: 500 });
              await Promise.all(Array.from({ length: 20_000 }, () => green.submit(() => resolved)));
              return 20_000;
            },
          },
          {
            name: "p-limit",
            run: async () => {
              const limit = pLimit(500);
              await Promise.all(Array.from({ length: 20_000 }, () => limit(() => resolved)));
              return 20_000;
            },
          },
          {
            name: "p-queue",
            run: async () => {
              const queue = new PQueue({ concurrency: 500 });
              await Promise.all(Array.from({ length: 20_000 }, () => queue.add(() => resolved)));
              return 20_000;
            },
          },
        ],
        bars: { "p-limit": { least: 3 }, "p-queue": { least: 3 } },
      },
      {
        title: "trivial jobs on two workers, awaited together",
        contenders: [
          {
            name: "heddle parallel pool",
            run: async () => {
              await Promise.all(
                Array.from({ length: 50_000 }, (_, n) => pool.submit(jobs.square(n))),
              );
              return 50_000;
            },
          },
          {
            name: "piscina",
            run: async () => {
              await Promise.all(Array.from({ length: 10_000 }, (_, n) => piscina.run(n)));
              return 10_000;
            },
          },
        ],
        bars: { piscina: { least: 10 } },
      },
    ],
    close: async () => {
      await pool.close();
      await piscina.destroy();
    },
  };
}
