/**
 * What holds for a task that is submitted: its result or error, its options, its cancellation.
 *
 * @module
 */

import { fixed } from "../../operations/backoff.ts";
import { sleep } from "../../operations/sleep.ts";
import { run } from "../../kernel/run.ts";
import { withExecutor } from "../../executors/ambient.ts";
import { block, type Case, check, errorOf, inTime, jobs, pause, release, same } from "./check.ts";

/** The cases. */
export const taskCases: readonly Case[] = [
  {
    laws: ["E1"],
    name: "a job has its result, whatever kind of function it calls",
    body: async ({ executor }) => {
      same(await executor.submit(jobs.square(3)), 9, "the result of a function");
      same(await executor.submit(jobs.squareLater(4)), 16, "the result of an async function");
      same(await executor.submit(jobs.squareAfter(5, 1)), 25, "the result of a coroutine");
      const items: number[] = [];
      for await (const item of await executor.submit(jobs.upTo(3))) items.push(item);
      same(items, [1, 2, 3], "the items of a stream");
      const value = [{ a: 1, b: ["text", null, true] }];
      same(await executor.submit(jobs.echo(value)), value, "a value that went there and back");
    },
  },
  {
    laws: ["E1"],
    name: "a job fails with its own error: class, message, cause and fields",
    body: async ({ executor }) => {
      const error = await errorOf(() => executor.submit(jobs.fail("no tea")), "the job");
      check(error instanceof RangeError, `the error should be a RangeError: it is ${error.name}`);
      same(error.message, "no tea", "its message");
      const { cause, cups, kettle } = error as Error & { cups?: number; kettle?: unknown };
      check(cause instanceof TypeError, "its cause should be a TypeError");
      same(cause.message, "the cause", "the message of its cause");
      same([cups, kettle], [3, { colour: "blue" }], "its own fields");
    },
  },
  {
    laws: ["E1"],
    name: "a job that its module does not export fails with JobModuleError",
    body: async ({ executor }) => {
      const missing = (jobs as unknown as { tea: () => ReturnType<typeof jobs.square> }).tea();
      const error = await errorOf(() => executor.submit(missing), "the job");
      same(error.name, "JobModuleError", "the class of the error");
      check(
        error.message.includes("'tea'"),
        `its message should name the export: ${error.message}`,
      );
    },
  },
  {
    laws: ["E1"],
    name: "a function is run, or refused at once with a TypeError that says why",
    body: async ({ executor, runsFunctions }) => {
      if (runsFunctions) return same(await executor.submit(() => [7]), [7], "the result");
      try {
        executor.submit(() => 7);
      } catch (error) {
        return check(error instanceof TypeError, "what is thrown should be a TypeError");
      }
      check(false, "a function should be refused by a throw of submit()");
    },
  },
  {
    laws: ["E2"],
    name: "cancel() ends tasks that wait and tasks that run, and frees their slots",
    body: async ({ executor }) => {
      const tasks = block(executor, 5);
      await pause(20);
      await inTime(release(tasks), "their cancellation");
      for (const { status } of tasks) same(status, "cancelled", "the status of a cancelled task");
      const error = await errorOf(() => tasks[0], "a cancelled task");
      same(error.name, "CancelledError", "its error");
      same(await inTime(executor.submit(jobs.square(2)), "a job after that"), 4, "its result");
      const { running, waiting } = executor.stats();
      same([running, waiting], [0, 0], "what runs and waits after that");
    },
  },
  {
    laws: ["S2", "E2"],
    name: "after cancel() has resolved no code of the task runs",
    body: async ({ executor, runsFunctions }) => {
      if (!runsFunctions) return;
      let steps = 0;
      const task = executor.submit(function* () {
        for (;;) {
          steps++;
          yield* sleep(1);
        }
      });
      task.catch(() => {});
      await pause(10);
      await task.cancel();
      const before = steps;
      await pause(15);
      same(steps, before, "the steps that a cancelled task had taken");
    },
  },
  {
    laws: ["E3"],
    name: "a timeout ends a task with TimeoutError, and frees its slot",
    body: async ({ executor }) => {
      const task = executor.submit(jobs.never(), { timeout: 30 });
      const error = await errorOf(() => inTime(task, "a task with a timeout"), "the task");
      same([error.name, (error as Error & { ms?: number }).ms], ["TimeoutError", 30], "its error");
      same(await inTime(executor.submit(jobs.square(2)), "a job after that"), 4, "its result");
    },
  },
  {
    laws: ["E3"],
    name: "a timeout counts from the start: what a task waits for its slot is not in it",
    body: async ({ executor }) => {
      const blockers = block(executor);
      const task = executor.submit(jobs.square(3), { timeout: 500 });
      await pause(10);
      await release(blockers);
      same(await inTime(task, "the task"), 9, "its result");
    },
  },
  {
    laws: ["E4"],
    name: "retry tries again as its policy says, and fails with the last error",
    body: async ({ executor }) => {
      const retry = { attempts: 3, backoff: fixed(1) };
      same(await executor.submit(jobs.failUntil(3), { retry }), 3, "the attempt that succeeded");
      const error = await errorOf(() => executor.submit(jobs.failUntil(9), { retry }), "the task");
      same(error.message, "attempt 3", "the message of the last error");
    },
  },
  {
    laws: ["E2"],
    name: "a signal cancels its task, also one that has aborted already",
    body: async ({ executor }) => {
      const aborted = { signal: AbortSignal.abort("no") };
      const first = await errorOf(() => executor.submit(jobs.square(1), aborted), "the first task");
      const controller = new AbortController();
      const task = executor.submit(jobs.never(), { signal: controller.signal });
      setTimeout(() => controller.abort(), 5);
      const second = await errorOf(() => inTime(task, "the second task"), "the second task");
      same([first.name, second.name], ["CancelledError", "CancelledError"], "their errors");
    },
  },
  {
    laws: ["T1"],
    name: "delay holds a task back, and a deadline counts all",
    body: async ({ executor }) => {
      const begun = performance.now();
      same(await executor.submit(jobs.square(2), { delay: 40 }), 4, "the result");
      check(performance.now() - begun >= 39, "a task with a delay of 40 ms should not end before");
      const late = { delay: 60_000, deadline: Date.now() + 10 };
      const task = executor.submit(jobs.square(2), late);
      const error = await errorOf(() => inTime(task, "a task past its deadline"), "the task");
      same(error.name, "TimeoutError", "its error");
    },
  },
  {
    laws: ["E2"],
    name: "a task has the name that it was given, or that of its job",
    body: async ({ executor }) => {
      const named = executor.submit(jobs.square(1), { name: "tea" });
      const plain = executor.submit(jobs.square(1), { kind: "io" });
      same([named.name, plain.name], ["tea", "square"], "the names");
      await Promise.all([named, plain]);
    },
  },
  {
    laws: ["E1"],
    name: "what is to be transferred arrives",
    body: async ({ executor }) => {
      const buffer = new ArrayBuffer(64);
      const length = await executor.submit(jobs.lengthOf(buffer), { transfer: [buffer] });
      same(length, 64, "the length of a buffer that was transferred");
    },
  },
  {
    laws: ["P7"],
    name: "tasks of a higher priority start first, and those of a lower one have their turn",
    body: async ({ executor }) => {
      const blockers = block(executor, 100);
      await pause(20);
      const ended: number[] = [];
      const submit = (priority: number) =>
        executor.submit(jobs.spin(1), { priority }).then(() => void ended.push(priority));
      const low = Array.from({ length: 3 }, () => submit(-1));
      const high = Array.from({ length: 60 }, () => submit(5));
      await release(blockers);
      await inTime(Promise.all([...low, ...high]), "all tasks", 20_000);
      const places = ended.flatMap((priority, place) => priority === -1 ? [place] : []);
      check(places[0] > 2, "tasks of a low priority should not come before all of a high one");
      check(
        places[0] < 50,
        `a task of a low priority should have a turn: it came after ${places[0]}`,
      );
    },
  },
  {
    laws: ["P5"],
    name: "a task of a full executor may wait for others of it",
    body: async ({ executor, runsFunctions }) => {
      if (!runsFunctions) return;
      function* parent(n: number) {
        return (yield* executor.submit(jobs.square(n))) + 1;
      }
      const count = Math.min(executor.stats().size, 2000) + 2;
      const tasks = Array.from({ length: count }, (_, n) => executor.submit(() => parent(n)));
      const results = await inTime(Promise.all(tasks), "tasks that wait for others");
      same(results, tasks.map((_, n) => n * n + 1), "their results");
    },
  },
  {
    laws: ["E1"],
    name: "yield* job runs on the executor in context",
    body: async ({ executor }) => {
      const before = executor.stats().completed;
      const work = function* () {
        return yield* jobs.square(6);
      };
      same(await run(() => withExecutor(executor, work)), 36, "the result");
      same(executor.stats().completed - before, 1, "the tasks that the executor has completed");
    },
  },
  {
    laws: ["E1"],
    name: "options and work of the wrong kind are refused at once, by name",
    body: ({ executor }) => {
      const refused = (options: object, error: string, name: string): void => {
        try {
          void executor.submit(jobs.square(1), options).catch(() => {});
        } catch (thrown) {
          const { name: kind, message } = thrown as Error;
          same(kind, error, `the error for a bad '${name}'`);
          return check(message.includes(`'${name}'`), `it should name '${name}': ${message}`);
        }
        check(false, `a bad '${name}' should be refused`);
      };
      refused({ timeout: -1 }, "RangeError", "timeout");
      refused({ priority: 0.5 }, "RangeError", "priority");
      refused({ signal: {} }, "TypeError", "signal");
      refused({ kind: "gpu" }, "TypeError", "kind");
      refused({ delay: "1" }, "TypeError", "delay");
      refused({ deadline: "soon" }, "TypeError", "deadline");
      return Promise.resolve();
    },
  },
];
