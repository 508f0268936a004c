/**
 * The executors against their peers.
 *
 * @module
 */

import { GreenPool, jobsFrom, ParallelPool } from "@heddle/runtime";
import pLimit from "p-limit";
import PQueue from "p-queue";
import { Effect } from "effect";
import { Piscina } from "piscina";
import type { Comparison } from "./kernel.ts";

const jobs = jobsFrom<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));
const resolved = Promise.resolve(1);

const count = 20_000;

/** The peers of the green pool; gevent and eventlet, in Python, take 12.9 and 16.8 µs a trivial task elsewhere. */
const limiters: Comparison["contenders"] = [
  {
    name: "p-limit",
    run: async () => {
      const limit = pLimit(500);
      await Promise.all(Array.from({ length: count }, () => limit(() => resolved)));
      return count;
    },
  },
  {
    name: "p-queue",
    run: async () => {
      const queue = new PQueue({ concurrency: 500 });
      await Promise.all(Array.from({ length: count }, () => queue.add(() => resolved)));
      return count;
    },
  },
  {
    name: "Effect.forEach",
    run: async () => {
      const each = Effect.forEach(Array(count).keys(), () => Effect.promise(() => resolved), {
        concurrency: 500,
      });
      await Effect.runPromise(each);
      return count;
    },
  },
];

const limiterBars: Comparison["bars"] = {
  "p-limit": { least: 3 },
  "p-queue": { least: 3 },
  "Effect.forEach": { least: 5 },
};

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
          ...limiters,
        ],
        bars: limiterBars,
      },
      {
        title: "20,000 inputs mapped to a promise, 500 at a time",
        contenders: [
          {
            name: "heddle green pool",
            run: async () => {
              await using green = new GreenPool({ size: 500 });
              await green.map(Array(count).keys(), () => resolved).collect();
              return count;
            },
          },
          ...limiters,
        ],
        bars: limiterBars,
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
