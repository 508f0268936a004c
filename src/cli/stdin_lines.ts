/**
 * The lines of stdin, read as they are wanted.
 *
 * @module
 */

import { fstatSync } from "node:fs";
import process from "node:process";
import { LineSplitter } from "./lines.ts";

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Iterates over the lines of stdin. It reads no chunk before the lines of the one before are used up. Unlike an async
 * generator it can be closed while a read is under way, as it is for ever on a silent terminal.
 */
export class StdinLines implements AsyncIterableIterator<string, undefined> {
  readonly #splitter = new LineSplitter();
  #lines: string[] = [];
  #next = 0;
  #over = false;
  #error: { error: unknown } | null = null;
  #wake: (() => void) | null = null;
  #begun = false;

  next(): Promise<IteratorResult<string, undefined>> {
    if (this.#next < this.#lines.length) {
      return Promise.resolve({ done: false, value: this.#lines[this.#next++]! });
    }
    return this.#read();
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.#over = true;
    this.#lines = [];
    this.#next = 0;
    if (this.#begun) process.stdin.destroy();
    this.#wake?.();
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #read(): Promise<IteratorResult<string, undefined>> {
    while (this.#next >= this.#lines.length) {
      if (this.#error !== null) throw this.#error.error;
      if (this.#over) return done;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#resume();
      });
    }
    return { done: false, value: this.#lines[this.#next++]! };
  }

  #resume(): void {
    const { stdin } = process;
    if (this.#begun) return void stdin.resume();
    this.#begun = true;
    if (isFolder()) return this.#fail(new Error("it is a folder"));
    stdin.on("data", (chunk: Uint8Array) => {
      stdin.pause();
      this.#take(() => this.#splitter.push(chunk));
    });
    stdin.on("end", () => {
      this.#take(() => this.#splitter.end());
      this.#over = true;
    });
    stdin.on("error", (error) => this.#fail(error));
  }

  #take(split: () => string[]): void {
    if (this.#over) return;
    try {
      // What the pause came too late for is kept as well.
      const rest = this.#next < this.#lines.length ? this.#lines.slice(this.#next) : [];
      this.#lines = rest.length > 0 ? [...rest, ...split()] : split();
      this.#next = 0;
    } catch (error) {
      this.#fail(error);
    }
    this.#wake?.();
  }

  #fail(error: unknown): void {
    this.#error ??= {
      error: new Error(`Cannot read stdin: ${(error as Error).message}`, { cause: error }),
    };
    this.#wake?.();
  }
}

/** Deno gives a folder as an empty file. */
function isFolder(): boolean {
  try {
    return fstatSync(0).isDirectory();
  } catch {
    return false;
  }
}
