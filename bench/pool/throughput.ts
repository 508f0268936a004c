/**
 * Many trivial jobs: awaited together, one at a time, by `map`.
 *
 * @module
 */
import type { ParallelPool } from "@heddle/runtime";
import type { Comparison } from "../kernel.ts";
import type { Contender } from "../measure.ts";
import { jobs } from "./own_jobs.ts";
import type { Peer } from "./peers.ts";

const many = 200_000;
/** The peers take ten times as long and more for each, so they get fewer. */
const fewer = 20_000;
const inRow = 300;
const numbers: readonly number[] = Array.from({ length: 1_000_000 }, (_, n) => n);

/** The comparisons; `python` is what Python takes for an item, where there is one. */
export function throughput(
  pool: ParallelPool,
  peers: ReadonlyMap<string, Peer>,
  python: number | undefined,
): Comparison[] {
  const submit = (n: number): Promise<number> => pool.submit(jobs.increment(n));
  const others = [...peers];
  return [
    {
      title: "200,000 trivial jobs on two workers, awaited together",
      contenders: [
        together("heddle", submit, many),
        ...others.map(([name, peer]) => together(name, peer.increment, fewer)),
      ],
      bars: {
        "piscina": { least: 10 },
        "piscina, 16 tasks a worker": { least: 4 },
        "tinypool": { least: 1 },
        "workerpool": { least: 1 },
        "poolifier": { least: 1 },
      },
    },
    {
      title: "trivial jobs, one at a time",
      contenders: [
        oneByOne("heddle", submit),
        ...others.filter(([name]) => !name.includes("16")).map(([name, peer]) =>
          oneByOne(name, peer.increment)
        ),
      ],
      bars: { "piscina": { least: 1 }, "tinypool": { least: 1 }, "workerpool": { least: 1 } },
    },
    {
      title: "map over 1,000,000 numbers",
      contenders: [
        {
          name: "heddle",
          run: async () => {
            const results = await pool.map(numbers, (n) => jobs.increment(n)).collect();
            if (results[results.length - 1] !== numbers.length) throw new Error("A wrong result");
            return numbers.length;
          },
        },
        together("heddle, submits", submit, many),
      ],
      bars: { "heddle, submits": { least: 5 } },
      ...(python === undefined ? {} : { most: python }),
    },
  ];
}

function together(
  name: string,
  increment: (n: number) => Promise<number>,
  times: number,
): Contender {
  return {
    name,
    run: async () => {
      await Promise.all(Array.from({ length: times }, (_, n) => increment(n)));
      return times;
    },
  };
}

function oneByOne(name: string, increment: (n: number) => Promise<number>): Contender {
  return {
    name,
    run: async () => {
      for (let n = 0; n < inRow; n++) await increment(n);
      return inRow;
    },
  };
}
