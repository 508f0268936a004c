/**
 * Supervisors against bare tasks: what a child costs more than a task. OTP is not here to be measured against.
 *
 * @module
 */

import {
  run,
  spawn,
  supervise,
  superviseMany,
  suspend,
  type Task,
  yieldNow,
} from "@heddle/runtime";
import type { Comparison } from "./kernel.ts";

const count = 10_000;

function* idle() {
  yield* suspend();
}

/** All comparisons of supervision. */
export const supervision: readonly Comparison[] = [
  {
    title: "one of 10,000 children started and stopped",
    contenders: [
      {
        name: "heddle supervise",
        run: async () => {
          const specs = Array.from(
            { length: count },
            (_, n) => ({ id: `child ${n}`, start: idle }),
          );
          await run(function* () {
            const supervisor = yield* supervise(specs);
            yield* yieldNow();
            yield* supervisor.shutdown();
          });
          return count;
        },
      },
      {
        name: "superviseMany",
        run: async () => {
          await run(function* () {
            const many = yield* superviseMany(idle);
            for (let n = 0; n < count; n++) yield* many.start();
            yield* yieldNow();
            yield* many.shutdown();
          });
          return count;
        },
      },
      {
        name: "bare spawn and cancel",
        run: async () => {
          await run(function* () {
            const tasks: Task<void>[] = [];
            for (let n = 0; n < count; n++) tasks.push(yield* spawn(idle));
            yield* yieldNow();
            for (const task of tasks.reverse()) yield* task.cancel();
          });
          return count;
        },
      },
    ],
    bars: {},
  },
  {
    title: "restart of a child that fails at once",
    contenders: [
      {
        name: "heddle supervise",
        run: async () => {
          let left = count;
          const done = Promise.withResolvers<void>();
          const failure = new Error("again");
          const start = () => {
            if (left-- > 0) throw failure;
            done.resolve();
            return suspend();
          };
          const task = run(function* () {
            const supervisor = yield* supervise([{ id: "child", start }], {
              maxRestarts: Infinity,
            });
            yield* supervisor.join();
          });
          await done.promise;
          task.catch(() => {});
          await task.cancel();
          return count;
        },
      },
    ],
    bars: {},
  },
];
