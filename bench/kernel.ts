/**
 * The kernel against its peers: the same work for each, in one run.
 *
 * @module
 */

import {
  Channel,
  race,
  run,
  scope,
  spawn,
  suspend,
  timeout,
  until,
  yieldNow,
} from "@heddle/runtime";
import * as effection from "effection";
import { Effect, Fiber, Queue } from "effect";
import type { Contender } from "./measure.ts";

/** A piece of work, and who does it; heddle comes first. A bar is the least ratio that is aimed at, or the most. */
export interface Comparison {
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** The most that heddle may take itself, in nanoseconds, where the bar is a number. */
  readonly most?: number;
  readonly bars: { readonly [peer: string]: { readonly least?: number; readonly most?: number } };
}

const resolved = Promise.resolve(1);

function* child(n: number) {
  return n;
}

/** All comparisons of the kernel. */
export const kernel: readonly Comparison[] = [
  {
    title: "spawn and join a trivial child",
    contenders: [
      contender("heddle", 200_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* yield* spawn(() => child(i));
        })),
      contender("Effection", 2_000, (times) =>
        effection.run(function* () {
          for (let i = 0; i < times; i++) yield* yield* effection.spawn(() => child(i));
        })),
      contender("Effect", 10_000, (times) =>
        Effect.runPromise(Effect.gen(function* () {
          for (let i = 0; i < times; i++) {
            yield* Fiber.join(yield* Effect.forkChild(Effect.succeed(i)));
          }
        }))),
    ],
    bars: { Effection: { least: 150 }, Effect: { least: 20 } },
  },
  {
    title: "yieldNow among 100 tasks",
    contenders: [
      contender("heddle", 200_000, (times) =>
        run(function* () {
          for (let i = 0; i < 100; i++) yield* spawn(() => yielding(times / 100));
        })),
      contender("native await null", 200_000, async (times) => {
        const one = async () => {
          for (let i = 0; i < times / 100; i++) await null;
        };
        await Promise.all(Array.from({ length: 100 }, one));
      }),
      contender("Effect", 20_000, (times) =>
        Effect.runPromise(Effect.all(
          Array.from({ length: 100 }, () =>
            Effect.gen(function* () {
              for (let i = 0; i < times / 100; i++) yield* Effect.yieldNow;
            })),
          { concurrency: "unbounded" },
        ))),
    ],
    bars: { "native await null": { least: 0.5 }, Effect: { least: 30 } },
  },
  ...[0, 64].map((capacity): Comparison => ({
    title: `send and receive between two tasks, capacity ${capacity}`,
    contenders: [
      contender("heddle", 100_000, (times) =>
        run(function* () {
          const channel = new Channel<number>({ capacity });
          yield* spawn(function* () {
            for (let i = 0; i < times; i++) yield* channel.send(i);
          });
          for (let i = 0; i < times; i++) yield* channel.receive();
        })),
      contender("Effect", 10_000, (times) =>
        Effect.runPromise(Effect.gen(function* () {
          const queue = yield* Queue.bounded<number>(Math.max(1, capacity));
          const sender = yield* Effect.forkChild(Effect.gen(function* () {
            for (let i = 0; i < times; i++) yield* Queue.offer(queue, i);
          }));
          for (let i = 0; i < times; i++) yield* Queue.take(queue);
          yield* Fiber.join(sender);
        }))),
      contender("Effection", 10_000, (times) =>
        effection.run(function* () {
          const channel = effection.createChannel<number, void>();
          const received = yield* channel;
          const sender = yield* effection.spawn(function* () {
            for (let i = 0; i < times; i++) yield* channel.send(i);
          });
          for (let i = 0; i < times; i++) yield* received.next();
          yield* sender;
        })),
    ],
    bars: { Effect: { least: 2 }, Effection: { least: 2 } },
  })),
  {
    title: "until(a resolved promise)",
    contenders: [
      contender("heddle", 100_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* until(resolved);
        })),
      contender("native await", 100_000, async (times) => {
        for (let i = 0; i < times; i++) await resolved;
      }),
      contender("Effection", 10_000, (times) =>
        effection.run(function* () {
          for (let i = 0; i < times; i++) yield* effection.until(resolved);
        })),
    ],
    bars: { "native await": { least: 1 / 6 }, Effection: { least: 5 } },
  },
  {
    title: "a scope around a ready operation",
    contenders: [
      contender("heddle", 100_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* scope(() => child(i));
        })),
      contender("Effection", 2_000, (times) =>
        effection.run(function* () {
          for (let i = 0; i < times; i++) yield* effection.scoped(() => child(i));
        })),
    ],
    bars: { Effection: { least: 20 } },
  },
  {
    title: "a race of two, one ready",
    contenders: [
      contender("heddle", 100_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* race([() => child(i), suspend()]);
        })),
      contender("Effection", 1_000, (times) =>
        effection.run(function* () {
          for (let i = 0; i < times; i++) yield* effection.race([child(i), effection.suspend()]);
        })),
    ],
    bars: { Effection: { least: 20 } },
  },
  {
    title: "a timeout around a ready operation",
    contenders: [
      contender("heddle", 100_000, (times) =>
        run(function* () {
          for (let i = 0; i < times; i++) yield* timeout(1000, () => child(i));
        })),
      contender("Effection", 1_000, (times) =>
        effection.run(function* () {
          for (let i = 0; i < times; i++) yield* effection.race([child(i), effection.sleep(1000)]);
        })),
    ],
    bars: { Effection: { least: 20 } },
  },
];

function* yielding(times: number) {
  for (let i = 0; i < times; i++) yield* yieldNow();
}

function contender(
  name: string,
  times: number,
  work: (times: number) => PromiseLike<unknown>,
): Contender {
  return {
    name,
    run: async () => {
      await work(times);
      return times;
    },
  };
}
