/**
 * What holds for the executor as a whole: its limits, its stats, idle and close.
 *
 * @module
 */

import { run } from "../../kernel/run.ts";
import { block, type Case, check, errorOf, inTime, jobs, pause, release, same } from "./check.ts";

/** The cases. */
export const lifeCases: readonly Case[] = [
  {
    laws: ["P1"],
    name: "no more tasks run than the size says, through a map too",
    body: async ({ executor }) => {
      let most = 0;
      const look = () => most = Math.max(most, executor.stats().running - executor.stats().size);
      const watch = setInterval(look, 1);
      const work = (n: number) => {
        look();
        return jobs.squareAfter(n, 1);
      };
      await executor.map(Array(60).keys(), work, { concurrency: 60 }).collect();
      clearInterval(watch);
      check(most <= 0, `${most} more tasks ran than the size`);
    },
  },
  {
    laws: ["P1"],
    name: "functions that run side by side are no more than the size",
    body: async ({ executor, runsFunctions }) => {
      if (!runsFunctions) return;
      let active = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++active);
        await pause(1);
        active--;
      };
      const count = Math.min(executor.stats().size, 2000) + 10;
      await Promise.all(Array.from({ length: count }, () => executor.submit(work)));
      check(most <= executor.stats().size, `${most} ran, the size is ${executor.stats().size}`);
    },
  },
  {
    laws: ["P1"],
    name: "resize() changes the size, or says that it cannot be changed",
    body: async ({ executor }) => {
      const resizes = (size: number): boolean => {
        try {
          executor.resize(size);
          return true;
        } catch (error) {
          check(error instanceof RangeError, "resize() should refuse with a RangeError");
          return false;
        }
      };
      check(!resizes(0), "a size of 0 should be refused");
      const { size } = executor.stats();
      if (resizes(size + 1)) same(executor.stats().size, size + 1, "the size after resize()");
      resizes(size);
      same(await executor.submit(jobs.square(2)), 4, "the result of a job after that");
    },
  },
  {
    laws: ["E4"],
    name: "each of many tasks settles, runs once, and is counted once",
    body: async ({ executor }) => {
      const tasks = Array.from(
        { length: 300 },
        (_, n) =>
          n % 3 === 0
            ? executor.submit(jobs.fail("counted"))
            : executor.submit(n % 3 === 1 ? jobs.square(n) : jobs.squareAfter(n, n % 5)),
      );
      for (const task of tasks.slice(0, 30)) void task.cancel().catch(() => {});
      const outcomes = await inTime(Promise.allSettled(tasks), "300 tasks", 15_000);
      outcomes.forEach((outcome, n) => {
        if (outcome.status === "fulfilled") same(outcome.value, n * n, `the result of task ${n}`);
      });
      const count = (status: string) => tasks.filter((task) => task.status === status).length;
      const { completed, failed, cancelled, running, waiting } = executor.stats();
      const counts = [count("completed"), count("failed"), count("cancelled"), 0, 0];
      same([completed, failed, cancelled, running, waiting], counts, "what the stats add up to");
      same(counts[0] + counts[1] + counts[2], 300, "the tasks that have ended");
    },
  },
  {
    laws: ["E4"],
    name: "stats() tell what runs and waits, and how long it took",
    body: async ({ executor }) => {
      const blockers = block(executor, 3);
      await pause(50);
      const { running, waiting, size } = executor.stats();
      same(running + waiting, blockers.length, "what runs and what waits, together");
      check(running <= size, `${running} run, the size is ${size}`);
      await release(blockers);
      await executor.submit(jobs.square(1));
      const { runTime, queueTime, utilisation } = executor.stats();
      check(runTime.count > 0 && queueTime.count > 0, "the times of tasks should be measured");
      check(utilisation >= 0 && utilisation <= 1, `utilisation is ${utilisation}`);
    },
  },
  {
    laws: ["P6"],
    name: "idle() waits for the end of all, in either world, and not when there is nothing",
    body: async ({ executor }) => {
      await inTime(executor.idle(), "idle() of an executor without tasks", 1000);
      const first = executor.submit(jobs.squareAfter(2, 30));
      await inTime(executor.idle(), "idle()");
      same(first.status, "completed", "the status of a task after idle()");
      const second = executor.submit(jobs.squareAfter(2, 30));
      await run(() => executor.idle());
      same(second.status, "completed", "the status of a task after idle() in a coroutine");
    },
  },
  {
    laws: ["P6"],
    name: "close() runs what was submitted, and refuses what comes after",
    body: async ({ make }) => {
      const executor = make();
      const tasks = Array.from({ length: 10 }, (_, n) => executor.submit(jobs.squareAfter(n, 2)));
      const closing = executor.close();
      const error = await errorOf(() => executor.submit(jobs.square(1)), "a task after close()");
      same(error.name, "ClosedError", "its error");
      await inTime(closing, "close()");
      const statuses = new Set(tasks.map(({ status }) => status));
      same([...statuses], ["completed"], "what became of tasks submitted before");
      await inTime(executor.close(), "a second close()");
    },
  },
  {
    laws: ["P6", "E2"],
    name: "close({ drain: false }) cancels what runs and what waits, within the grace time",
    body: async ({ make }) => {
      const executor = make();
      const tasks = block(executor, 3);
      await pause(20);
      await inTime(executor.close({ drain: false, grace: 100 }), "close({ drain: false })");
      const statuses = new Set(tasks.map(({ status }) => status));
      same([...statuses], ["cancelled"], "what became of tasks submitted before");
    },
  },
  {
    laws: ["P6"],
    name: "await using runs what was submitted",
    body: async ({ make }) => {
      const executor = make();
      const task = executor.submit(jobs.squareAfter(3, 20));
      await inTime(executor[Symbol.asyncDispose](), "the disposal");
      same(task.status, "completed", "the status of a task after the disposal");
    },
  },
  {
    laws: ["P6"],
    name: "options of close() of the wrong size are refused",
    body: ({ executor }) => {
      let name = "";
      try {
        void executor.close({ grace: -1 });
      } catch (error) {
        name = (error as Error).name;
      }
      same(name, "RangeError", "the error for a bad 'grace'");
      return Promise.resolve();
    },
  },
];
