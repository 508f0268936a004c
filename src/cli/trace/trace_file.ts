/**
 * A trace on disk that can be read at any time.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { UsageError } from "../usage_error.ts";

/** What is written as JSON, one a line. */
export type TraceEvent = Readonly<Record<string, unknown>>;

const head = '{"displayTimeUnit":"ms","traceEvents":[\n';
const tail = "\n]}\n";
/** With this many characters waiting they are written at once. */
const batch = 1 << 16;
/** How long they may wait, in milliseconds. */
const writeAfter = 500;

/**
 * The file of a trace, in the JSON form of the Trace Event Format (https://perfetto.dev, chrome://tracing). Each write
 * goes over the end of the last one, so that the file is whole whenever the process may be killed.
 */
export class TraceFile {
  readonly #fd: number;
  /** Where the next event goes: over the tail. */
  #at: number;
  #isFirst = true;
  #pending = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #isFlushing = false;
  /** Called once, when it can be written no more. */
  onError: (error: Error) => void = () => {};
  /** Called before each write, to add what has been kept back. */
  beforeFlush: () => void = () => {};

  /**
   * Makes the file, in the place of an earlier trace.
   *
   * @throws {UsageError} when it cannot be made, or is something else than a trace
   */
  constructor(path: string) {
    try {
      check(path);
      this.#fd = openSync(path, "w");
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === "ENOENT" ? "its folder does not exist: make it first" : message;
      throw new UsageError(`Cannot write the trace '${path}': ${why}`, { cause: error });
    }
    this.#at = head.length;
    this.#write(head + tail, 0);
  }

  /** Adds an event. */
  add(event: TraceEvent): void {
    if (this.#isClosed) return;
    this.#pending += `${this.#isFirst ? "" : ",\n"}${JSON.stringify(event)}`;
    this.#isFirst = false;
    if (this.#pending.length >= batch) this.flush();
    else this.soon();
  }

  /** Writes before long. */
  soon(): void {
    if (!this.#isClosed) this.#timer ??= setTimeout(() => this.flush(), writeAfter);
  }

  /** Writes what has been added. */
  flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.beforeFlush();
    this.#isFlushing = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isClosed || this.#pending === "") return;
    const text = this.#pending;
    this.#pending = "";
    this.#at += this.#write(text + tail, this.#at) - tail.length;
  }

  /** Writes what has been added, and lets the file go. */
  close(): void {
    if (this.#isClosed) return;
    this.flush();
    this.#isClosed = true;
    closeSync(this.#fd);
  }

  #write(text: string, at: number): number {
    const bytes = Buffer.from(text);
    try {
      for (let from = 0; from < bytes.length;) {
        from += writeSync(this.#fd, bytes, from, bytes.length - from, at + from);
      }
    } catch (error) {
      this.#isClosed = true;
      closeSync(this.#fd);
      this.onError(error as Error);
    }
    return bytes.length;
  }
}

/** Throws unless nothing would be lost. */
function check(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return;
  }
  const begin = Buffer.alloc(head.length);
  const length = readSync(fd, begin, 0, begin.length, 0);
  closeSync(fd);
  if (length === 0 || begin.toString("utf8") === head) return;
  throw new UsageError(
    `'${path}' exists, and is no trace of heddle: give --trace another name, as in --trace trace.json, or remove it first`,
  );
}
