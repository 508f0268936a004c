/**
 * What holds for `map`: order, laziness, failures, leaving.
 *
 * @module
 */

import { type Case, check, errorOf, inTime, jobs, pause, same } from "./check.ts";

const twenty = Array.from({ length: 20 }, (_, n) => n);

/** The cases. */
export const mapCases: readonly Case[] = [
  {
    laws: ["P2"],
    name: "map() gives results in the order of the inputs",
    body: async ({ executor }) => {
      const results = executor.map(twenty, (n) => jobs.squareAfter(n, (20 - n) % 7)).collect();
      same(await inTime(results, "the map"), twenty.map((n) => n * n), "the results");
    },
  },
  {
    laws: ["P2"],
    name: "map({ ordered: false }) gives the same results, each once",
    body: async ({ executor }) => {
      const work = (n: number) => jobs.squareAfter(n, n % 3);
      const results = await executor.map(twenty, work, { ordered: false }).collect();
      same(results.sort((a, b) => a - b), twenty.map((n) => n * n), "the results, sorted");
    },
  },
  {
    laws: ["P2"],
    name: "map({ ordered: false }) gives results as they are ready",
    body: async ({ executor }) => {
      if (executor.stats().size < 2) return;
      const work = (n: number) => jobs.squareAfter(n, n === 1 ? 400 : 1);
      const results = await executor.map([1, 2], work, { ordered: false }).collect();
      same(results, [4, 1], "the results, of which the first takes longer");
    },
  },
  {
    laws: ["P3", "P4"],
    name: "map() pulls inputs as results are consumed, and closes them when it is left",
    body: async ({ executor }) => {
      let pulled = 0;
      let closed = false;
      function* endless() {
        try {
          for (;;) yield pulled++;
        } finally {
          closed = true;
        }
      }
      let consumed = 0;
      const options = { concurrency: 2, lookahead: 3 };
      for await (const _ of executor.map(endless(), (n) => jobs.square(n), options)) {
        consumed++;
        await pause(1);
        const most = consumed + 2 + 3;
        check(pulled <= most, `${pulled} inputs were pulled, at most ${most} should have been`);
        if (consumed === 20) break;
      }
      check(closed, "the inputs should be closed");
    },
  },
  {
    laws: ["P4", "E2"],
    name: "leaving a map cancels what runs, and waits for it",
    body: async ({ executor }) => {
      const stream = executor.map([0, 1, 2], (n) => n === 0 ? jobs.echo(0) : jobs.never());
      for await (const _ of stream) break;
      await inTime(executor.idle(), "the executor, which should be idle then,", 6000);
      const { running, waiting } = executor.stats();
      same([running, waiting], [0, 0], "what runs and waits after a map was left");
    },
  },
  {
    laws: ["R4"],
    name: "map() fails at the first failure, or hands out each outcome",
    body: async ({ executor }) => {
      const work = (n: number) => n === 2 ? jobs.failUntil(99) : jobs.square(n);
      const error = await errorOf(() => executor.map([1, 2, 3], work).collect(), "the map");
      same(error.message, "attempt 1", "its error");
      const outcomes = await executor.map([1, 2, 3], work, { onError: "settle" }).collect();
      const statuses = outcomes.map(({ status }) => status);
      same(statuses, ["fulfilled", "rejected", "fulfilled"], "the outcomes");
    },
  },
  {
    laws: ["G3"],
    name: "map() takes async inputs, and passes their failure on after what they gave",
    body: async ({ executor }) => {
      async function* inputs() {
        yield 1;
        yield 2;
        await Promise.reject(new RangeError("no more"));
      }
      const seen: number[] = [];
      const read = async () => {
        for await (const n of executor.map(inputs(), (n) => jobs.square(n))) seen.push(n);
      };
      same((await errorOf(read, "the map")).message, "no more", "its error");
      same(seen, [1, 4], "what came before");
    },
  },
  {
    laws: ["E1"],
    name: "map() refuses what cannot be mapped, at once",
    body: ({ executor }) => {
      const attempts: [string, () => unknown][] = [
        ["inputs", () => executor.map(1 as never, () => jobs.square(1))],
        ["fn", () => executor.map([], 1 as never)],
        ["concurrency", () => executor.map([], () => jobs.square(1), { concurrency: 0 })],
      ];
      for (const [name, attempt] of attempts) {
        let message = "";
        try {
          attempt();
        } catch (error) {
          message = (error as Error).message;
        }
        check(message.includes(`'${name}'`), `a bad '${name}' should be refused by name`);
      }
      return Promise.resolve();
    },
  },
];
