import { run, Scheduler, type Task, type Thunk } from "../../mod.ts";
import { FairReadyQueue } from "../../src/kernel/ready_queue.ts";
import { hostTurn } from "../../src/kernel/host_turn.ts";
import type { TaskNode } from "../../src/kernel/task.ts";
import { RandomChooser } from "../../src/testing/chooser.ts";
import { ChoosingQueue } from "../../src/testing/choosing_queue.ts";
import { Decisions } from "../../src/testing/decisions.ts";
import { VirtualClock } from "../../src/testing/virtual_clock.ts";

/** One program, made afresh for each cancellation, and what must hold when it has ended. */
export interface Subject {
  work: Thunk<unknown>;
  check(task: Task<unknown>): void;
  /** Called at the moment of the cancellation. */
  cancelled?(): void;
}

/**
 * Runs a program once for each of its steps, and cancels the root just before that step; then checks that cancelling
 * came to an end, and that whatever should hold does. Goes through the real scheduler, on virtual time.
 *
 * @param make makes the program, with all its state
 * @param seed decides the schedule; without one it is that of the real queue
 * @returns how many steps the undisturbed program takes
 */
export async function cancelAtEveryStep(make: () => Subject, seed?: number): Promise<number> {
  for (let at = 0;; at++) {
    const subject = make();
    const { task, steps } = await runCancelling(subject, at, seed);
    try {
      subject.check(task);
    } catch (error) {
      throw new Error(`Cancelled before step ${at} (seed ${seed}): ${(error as Error).message}`, {
        cause: error,
      });
    }
    if (steps <= at) return steps;
  }
}

/** Runs `work`, cancels it before step `at`, and runs on until nothing is left to do. */
async function runCancelling(subject: Subject, at: number, seed: number | undefined) {
  const clock = new VirtualClock();
  const inner = seed === undefined
    ? new FairReadyQueue()
    : new ChoosingQueue(new Decisions(new RandomChooser(seed)));
  let steps = 0;
  let cancelled: PromiseLike<unknown> = Promise.resolve();
  const idle = Promise.withResolvers<void>();
  const scheduler = new Scheduler({
    clock,
    budget: Infinity,
    ready: {
      get size() {
        return inner.size;
      },
      push: (task: TaskNode) => inner.push(task),
      pushNext: (task: TaskNode) => inner.pushNext(task),
      release: () => inner.release(),
      shift() {
        if (inner.size > 0 && steps++ === at) {
          subject.cancelled?.();
          cancelled = task.cancel(undefined, { grace: 1e6 });
        }
        return inner.shift();
      },
    },
    onIdle() {
      const before = steps;
      hostTurn(() => {
        if (steps === before && inner.size === 0 && !clock.jump()) idle.resolve();
      });
    },
  });
  const task = run(subject.work, { scheduler });
  task.catch(() => {});
  await idle.promise;
  if (scheduler.roots.children !== null) {
    throw new Error(`Cancelled before step ${at}: ${task} never ended`);
  }
  if (scheduler.timerCount > 0) throw new Error(`Cancelled before step ${at}: a timer is left`);
  if (scheduler.outside !== 0) throw new Error(`Cancelled before step ${at}: a wait is left`);
  await Promise.resolve(cancelled).catch(() => {});
  return { task, steps };
}
