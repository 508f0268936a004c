/**
 * The timeout of a job that is a stream, in this thread. As in a worker, it counts the time the job takes and not the time
 * its consumer does.
 *
 * @module
 */
import type { Effect, Operation } from "../kernel/effect.ts";
import { TimeoutError } from "../kernel/errors.ts";
import { timeout } from "../operations/timeout.ts";
import type { Job } from "./job.ts";
import { localCall } from "./local_call.ts";

/**
 * Runs one attempt at a job under a timeout, which a stream that it results in goes on to obey.
 *
 * @param ms the timeout, in milliseconds
 * @param attempt the attempt
 * @param job the name of the job
 */
export function* timedJob(
  ms: number,
  attempt: () => unknown,
  job: string,
): Generator<Effect<unknown>, unknown, unknown> {
  const begunAt = performance.now();
  const value = yield* timeout(ms, attempt as () => unknown);
  if (!isStream(value)) return value;
  return new TimedStream(value, ms, ms - (performance.now() - begunAt), job);
}

/** What runs a job in this thread, under its timeout, if there is one. */
export function timedCall<T>(job: Job<T>, ms: number | undefined): () => Operation<T> {
  const call = localCall(job);
  return (ms === undefined ? call : () => timedJob(ms, call, job.name)) as () => Operation<T>;
}

function isStream(value: unknown): value is AsyncIterator<unknown> {
  const stream = value as Partial<AsyncIterableIterator<unknown>> | null;
  return typeof stream === "object" && stream !== null && typeof stream.next === "function" &&
    typeof stream[Symbol.asyncIterator] === "function";
}

class TimedStream implements AsyncIterableIterator<unknown> {
  readonly #items: AsyncIterator<unknown>;
  readonly #ms: number;
  readonly #job: string;
  #left: number;
  #isOver = false;

  constructor(items: AsyncIterator<unknown>, ms: number, left: number, job: string) {
    this.#items = items;
    this.#ms = ms;
    this.#left = left;
    this.#job = job;
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return { done: true, value: undefined };
    const begunAt = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      if (this.#left >= 2 ** 31) return;
      timer = setTimeout(() => reject(this.#tooLate()), Math.max(0, this.#left));
    });
    try {
      return await Promise.race([this.#items.next(), late]);
    } finally {
      clearTimeout(timer);
      this.#left -= performance.now() - begunAt;
    }
  }

  /** The generator returns when it comes to its next item; one that never does cannot be made to. */
  #tooLate(): TimeoutError {
    this.#isOver = true;
    void this.#items.return?.();
    return new TimeoutError(this.#ms, `Job '${this.#job}'`);
  }

  async return(): Promise<IteratorResult<unknown>> {
    this.#isOver = true;
    await this.#items.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
