/**
 * What the function is called with.
 *
 * @module
 */

import process from "node:process";
import { StdinLines } from "./stdin_lines.ts";

/** One input. */
export interface Entry {
  /** Where it came from, in words: `argument 2`, `line 7`. */
  readonly place: string;
  /** As it was written. */
  readonly text: string;
  /** What the function gets: the text, or the value that it is the JSON of. */
  readonly value: unknown;
  /** Why it cannot be used. */
  readonly problem?: Error;
}

/** An input is not JSON. */
export class InvalidJsonError extends Error {
  override readonly name = "InvalidJsonError";
}

/** How inputs are read. */
export interface InputOptions {
  /** Whether each is JSON, rather than text. */
  json: boolean;
}

/** Inputs, and how many they are when that is known. */
export interface Inputs extends AsyncIterable<Entry> {
  readonly total: number | undefined;
}

/**
 * Inputs from the command line, or from stdin when there are none. Empty lines are left out.
 *
 * @param args what stands after the function
 * @param options how they are read
 */
export function inputsOf(args: readonly string[], options: InputOptions): Inputs {
  const source = args.length > 0 ? new Arguments(args) : new NonEmptyLines(new StdinLines());
  return {
    total: args.length > 0 ? args.length : undefined,
    [Symbol.asyncIterator]: () => new Entries(source, options.json),
  };
}

/** Whether inputs will be typed by a person. */
export function isTyped(args: readonly string[]): boolean {
  return args.length === 0 && process.stdin.isTTY === true;
}

/** A text, and its number from 1. */
interface Source {
  readonly word: string;
  number: number;
  next(): Promise<string | undefined>;
  close(): void;
}

class Arguments implements Source {
  readonly word = "argument";
  readonly #args: readonly string[];
  number = 0;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  next(): Promise<string | undefined> {
    return Promise.resolve(this.#args[this.number++]);
  }

  close(): void {}
}

class NonEmptyLines implements Source {
  readonly word = "line";
  readonly #lines: StdinLines;
  number = 0;

  constructor(lines: StdinLines) {
    this.#lines = lines;
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const line = await this.#lines.next();
      this.number++;
      if (line.done || line.value !== "") return line.value;
    }
  }

  close(): void {
    void this.#lines.return();
  }
}

class Entries implements AsyncIterator<Entry, undefined> {
  readonly #source: Source;
  readonly #json: boolean;

  constructor(source: Source, json: boolean) {
    this.#source = source;
    this.#json = json;
  }

  async next(): Promise<IteratorResult<Entry, undefined>> {
    for (;;) {
      const text = await this.#source.next();
      if (text === undefined) return { done: true, value: undefined };
      if (this.#json && text.trim() === "") continue;
      return { done: false, value: this.#entry(text) };
    }
  }

  return(): Promise<IteratorResult<Entry, undefined>> {
    this.#source.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  #entry(text: string): Entry {
    const { word, number } = this.#source;
    const place = `${word} ${number}`;
    if (!this.#json) return { place, text, value: text };
    try {
      return { place, text, value: JSON.parse(text) };
    } catch (cause) {
      const message = `${place} is not valid JSON: ${(cause as Error).message}`;
      return { place, text, value: text, problem: new InvalidJsonError(message, { cause }) };
    }
  }
}
