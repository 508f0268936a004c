/**
 * What the cases of the conformance suite check with: the suite runs under any test runner, and so brings its own.
 *
 * @module
 */

import type { Executor } from "../../executors/executor.ts";
import { jobsFrom, type JobsOf } from "../../executors/job.ts";
import type { Task } from "../../kernel/task_handle.ts";
import { describe } from "../../kernel/work.ts";

/** An executor does not do what all executors do. */
export class ConformanceError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "ConformanceError";
}

/** What a case is given. */
export interface Context {
  /** A new executor, which is closed after the case. */
  readonly executor: Executor;
  /** Makes another one, for a case that closes it itself. */
  readonly make: () => Executor;
  /** Whether the executor runs functions, and not only jobs. */
  readonly runsFunctions: boolean;
}

/** A case, before it knows its executor. */
export interface Case {
  readonly laws: readonly string[];
  readonly name: string;
  readonly body: (context: Context) => Promise<void>;
}

/** The jobs of the suite. */
export const jobs: JobsOf<typeof import("./conformance_jobs.ts")> = jobsFrom<
  typeof import("./conformance_jobs.ts")
>(import.meta.resolve("./conformance_jobs.ts"));

/** Throws unless `isSo`. */
export function check(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new ConformanceError(otherwise);
}

/** Throws unless two values are the same when they are written as JSON. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value));
  check(is === should, `${what} should be ${should}, and is ${is}`);
}

/** The error with which a task, or a promise, fails. */
export async function errorOf(work: () => PromiseLike<unknown>, what: string): Promise<Error> {
  let value: unknown;
  try {
    value = await work();
  } catch (error) {
    check(
      error instanceof Error,
      `${what} should fail with an Error: it throws ${describe(error)}`,
    );
    return error;
  }
  throw new ConformanceError(`${what} should fail: it comes to ${describe(value)}`);
}

/** Waits, in real time. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so; fails when that takes too long. */
export async function until(isSo: () => boolean, what: string, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!isSo()) {
    check(performance.now() < end, `${what} should be so within ${ms} ms`);
    await pause(1);
  }
}

/** Waits for something that must come; fails when it does not. */
export async function inTime<T>(work: PromiseLike<T>, what: string, ms = 5000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ConformanceError(`${what} should come to an end within ${ms} ms`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Submits jobs that never end until every slot is taken and `more` wait; they are to be cancelled. */
export function block(executor: Executor, more = 0): Task<never>[] {
  const count = Math.min(executor.stats().size, 2000) + more;
  return Array.from({ length: count }, () => {
    const task = executor.submit(jobs.never());
    task.catch(() => {});
    return task;
  });
}

/** Cancels tasks, and waits for their end. */
export async function release(tasks: readonly Task<unknown>[]): Promise<void> {
  await Promise.all(tasks.map((task) => task.cancel("no longer needed", { grace: 100 })));
}
