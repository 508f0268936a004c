/**
 * Coroutines that are sent values, as in Python: PEP 342, "Coroutines via enhanced generators" (van Rossum and Eby, 2005),
 * primed as in Beazley, "A curious course on coroutines and concurrency" (2009).
 *
 * @module
 */

import { describe } from "../kernel/work.ts";
import { witness } from "../kernel/witness.ts";
import { StopIteration } from "./stop_iteration.ts";

/**
 * A generator that one sends values to. It is primed: it has run up to its first `yield`, and waits there. It runs when it
 * is sent something, within that call, and no scheduler is involved.
 *
 * Iterated over, it gives what it yields: first what it waits at, when no `send` or `throw` has returned that, and then
 * what comes of sending it `undefined`, until it returns. Leaving the loop leaves it as it is.
 *
 * @typeParam In what it is sent: the type of its `yield` expressions
 * @typeParam Out what it yields
 * @typeParam Result what it returns
 */
export interface Coroutine<In, Out, Result> extends Iterable<Out>, Disposable {
  /** The name of its function. */
  readonly name: string;
  /** Whether it has ended: it returned, threw, or was closed. */
  readonly done: boolean;
  /** What it returned; `undefined` as long as it has not. */
  readonly result: Result | undefined;
  /**
   * Resumes it: its `yield` gives `value`, and it runs up to the next one.
   *
   * @returns what it yields there
   * @throws {StopIteration} when it returns instead, or has ended
   */
  send(value: In): Out;
  /**
   * Resumes it by throwing `error` at its `yield`.
   *
   * @returns what it yields next, when it catches the error
   * @throws {StopIteration} when it returns instead; and the error itself, when it does not catch it or has ended
   */
  throw(error: unknown): Out;
  /**
   * Ends it where it waits: its `finally` blocks run. Closing what has ended does nothing.
   *
   * @throws {Error} when it yields once more; and what its `finally` blocks throw
   */
  close(): void;
}

/**
 * Makes a coroutine object of a generator function, and primes it: runs it up to its first `yield`.
 *
 * @example
 * ```ts
 * import { coroutine } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * type Target = { send(line: string): void; close(): void };
 * function* grep(pattern: string, target: Target): Generator<void, void, string> {
 *   try {
 *     for (;;) {
 *       const line = yield;
 *       if (line.includes(pattern)) target.send(line);
 *     }
 *   } finally {
 *     target.close();
 *   }
 * }
 * function* printer(page: string[]): Generator<void, void, string> {
 *   for (;;) page.push(yield);
 * }
 * const page: string[] = [];
 * const lines = coroutine(grep, "warp", coroutine(printer, page));
 * for (const line of ["warp and weft", "heddle", "warped"]) lines.send(line);
 * lines.close();
 * assertEquals(page, ["warp and weft", "warped"]);
 * ```
 *
 * @param generatorFunction what to run
 * @param args what to call it with
 * @returns the coroutine, waiting at its first `yield`
 * @throws {TypeError} when it is not a generator function; and what it throws before its first `yield`
 */
export function coroutine<Args extends unknown[], In, Out, Result>(
  generatorFunction: (...args: Args) => Generator<Out, Result, In>,
  ...args: Args
): Coroutine<In, Out, Result> {
  if (typeof generatorFunction !== "function") {
    throw new TypeError(
      `Cannot make a coroutine: it must be a generator function: current value is ${
        describe(generatorFunction)
      }`,
    );
  }
  const generator = generatorFunction(...args);
  if (
    typeof generator?.next !== "function" || typeof generator.return !== "function" ||
    Symbol.asyncIterator in generator
  ) {
    throw new TypeError(
      `Cannot make a coroutine: it must be a generator function: it returned ${
        describe(generator)
      }`,
    );
  }
  return new SentTo(generator, generatorFunction.name || "coroutine");
}

class SentTo<In, Out, Result> implements Coroutine<In, Out, Result> {
  readonly name: string;
  readonly #generator: Generator<Out, Result, In>;
  #done = false;
  #result: Result | undefined = undefined;
  #isRunning = false;
  /** What it waits at, as long as nobody has been given it. */
  #untaken: { readonly value: Out } | null = null;

  constructor(generator: Generator<Out, Result, In>, name: string) {
    witness.now?.losesSight();
    this.#generator = generator;
    this.name = name;
    const first = generator.next();
    if (first.done) this.#return(first.value);
    else this.#untaken = first;
  }

  get done(): boolean {
    return this.#done;
  }

  get result(): Result | undefined {
    return this.#result;
  }

  send(value: In): Out {
    return this.#resume(() => this.#generator.next(value));
  }

  throw(error: unknown): Out {
    // As in Python: what has ended catches nothing.
    if (this.#done) throw error;
    return this.#resume(() => this.#generator.throw(error));
  }

  close(): void {
    if (this.#done) return;
    const { value, done } = this.#resumed(() => this.#generator.return(undefined as Result));
    this.#untaken = null;
    if (!done) {
      throw new Error(
        `Cannot close coroutine '${this.name}': it yielded ${
          describe(value)
        } while it was being closed`,
      );
    }
    this.#done = true;
  }

  [Symbol.iterator](): Iterator<Out, Result | undefined> {
    return {
      next: () => {
        const untaken = this.#untaken;
        this.#untaken = null;
        if (untaken !== null) return { done: false, value: untaken.value };
        if (this.#done) return { done: true, value: undefined };
        const item = this.#resumed(() => this.#generator.next(undefined as In));
        if (item.done) this.#return(item.value);
        return item;
      },
    };
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #resume(resume: () => IteratorResult<Out, Result>): Out {
    if (this.#done) {
      throw new StopIteration(`Cannot send to coroutine '${this.name}': it has ended`);
    }
    this.#untaken = null;
    const item = this.#resumed(resume);
    if (!item.done) return item.value;
    this.#return(item.value);
    throw new StopIteration(`Coroutine '${this.name}' returned, and yields no more`, item.value);
  }

  /** Lets it run. One that throws has ended. */
  #resumed(resume: () => IteratorResult<Out, Result>): IteratorResult<Out, Result> {
    if (this.#isRunning) {
      throw new Error(
        `Cannot resume coroutine '${this.name}': it is running, and would be sent to by itself`,
      );
    }
    this.#isRunning = true;
    try {
      return resume();
    } catch (error) {
      this.#done = true;
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  #return(result: Result): void {
    this.#done = true;
    this.#result = result;
  }
}
