/**
 * A file of JSON lines that is only added to, and may be torn at its end.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { UsageError } from "../usage_error.ts";
import { lockFile } from "./journal_lock.ts";

/** How much is read at a time, in bytes. */
const chunk = 1 << 18;
/** How long what has been written may be in memory only, in milliseconds. */
const syncAfter = 1000;

/** The file: a header, and records. */
export class JournalFile {
  readonly #fd: number;
  readonly #unlock: () => void;
  /** How long it is. */
  #end = 0;
  #pending: string[] = [];
  #scheduled = false;
  #syncing: ReturnType<typeof setTimeout> | undefined;
  #error: Error | null = null;
  #isClosed = false;
  /** What has been read last. */
  #buffer: Buffer = Buffer.alloc(0);
  #bufferAt = 0;
  /** Where the line ends that was read last, and where the records begin. */
  #lineEnd = 0;
  #recordsAt = 0;
  readonly #isReadOnly: boolean;
  /** The first line, as a value; `undefined` when it is none. */
  header: unknown = undefined;
  /** How many bytes at the end were no records. */
  torn = 0;
  /** Called once, when it can be written no more. */
  onError: (error: Error) => void = () => {};

  private constructor(fd: number, isReadOnly: boolean, unlock: () => void) {
    this.#fd = fd;
    this.#isReadOnly = isReadOnly;
    this.#unlock = unlock;
  }

  /**
   * Opens the file, or makes it with `header` as its first line. A file with another first line is left as it is.
   *
   * @throws {UsageError} when it cannot be opened, or is in use
   */
  static open(path: string, header: unknown, isReadOnly: boolean): JournalFile {
    const isNew = isReadOnly && !existsSync(path);
    let unlock = (): void => {};
    try {
      if (isNew) return JournalFile.#empty(header);
      if (!isReadOnly) unlock = lockFile(path);
      const fd = openSync(path, isReadOnly ? "r" : "a+");
      const file = new JournalFile(fd, isReadOnly, unlock);
      file.#begin(header);
      return file;
    } catch (error) {
      unlock();
      if (error instanceof UsageError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === "ENOENT" ? "its folder does not exist: make it first" : message;
      throw new UsageError(`Cannot open the journal '${path}': ${why}`, { cause: error });
    }
  }

  /** What a journal is that will only be made by a run. */
  static #empty(header: unknown): JournalFile {
    const file = new JournalFile(-1, true, () => {});
    file.header = header;
    file.#isClosed = true;
    return file;
  }

  #begin(header: unknown): void {
    this.#end = fstatSync(this.#fd).size;
    const own = JSON.stringify(header);
    const first = this.#lineAt(0, 1 << 16);
    this.header = first === null ? undefined : parsed(first);
    this.#recordsAt = this.#lineEnd;
    if (first !== null || !this.#isBeginningOf(own)) return;
    this.header = header;
    this.#recordsAt = this.#end;
    if (this.#isReadOnly) return;
    this.#cut(0);
    this.append(own);
    this.flush();
    if (this.#error !== null) throw this.#error;
    this.#recordsAt = this.#end;
  }

  /** Whether the file is a header that was torn, or nothing at all. */
  #isBeginningOf(header: string): boolean {
    const size = this.#end;
    if (size > header.length) return false;
    this.#load(0, size);
    return header.startsWith(this.#buffer.toString("utf8"));
  }

  /**
   * Reads all records, and cuts off what comes after the last good one.
   *
   * @param isRecord tells what one is
   */
  *records<T>(isRecord: (value: unknown) => value is T): Generator<{ at: number; value: T }> {
    if (this.#isClosed) return;
    let at = this.#recordsAt;
    while (at < this.#end) {
      const line = this.#lineAt(at);
      const value = line === null ? undefined : parsed(line);
      if (!isRecord(value)) break;
      const next = this.#lineEnd;
      yield { at, value };
      at = next;
    }
    this.torn = this.#end - at;
    if (this.torn > 0 && !this.#isReadOnly) this.#cut(at);
  }

  /** The line that begins there, without its end. */
  read(at: number): string {
    return this.#lineAt(at)!;
  }

  /** Adds a line. It is written by the end of the turn. */
  append(line: string): void {
    if (this.#error !== null) return;
    this.#pending.push(line);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes what has been added. */
  flush(): void {
    this.#scheduled = false;
    if (this.#pending.length === 0 || this.#isClosed) return;
    const bytes = Buffer.from(`${this.#pending.join("\n")}\n`);
    this.#pending = [];
    try {
      for (let from = 0; from < bytes.length;) from += writeSync(this.#fd, bytes, from);
      this.#end += bytes.length;
      this.#syncing ??= setTimeout(() => this.#sync(), syncAfter);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Writes what has been added, to the disk, and closes the file. */
  close(): void {
    if (this.#isClosed) return;
    this.flush();
    clearTimeout(this.#syncing);
    this.#isClosed = true;
    try {
      if (!this.#isReadOnly) fdatasyncSync(this.#fd);
    } catch (error) {
      this.#fail(error as Error);
    }
    closeSync(this.#fd);
    this.#unlock();
  }

  #sync(): void {
    this.#syncing = undefined;
    if (this.#isClosed) return;
    fdatasync(this.#fd, (error) => {
      if (error && !this.#isClosed) this.#fail(error);
    });
  }

  #fail(error: Error): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#pending = [];
    this.onError(error);
  }

  #cut(at: number): void {
    ftruncateSync(this.#fd, at);
    this.#end = at;
    this.#buffer = Buffer.alloc(0);
  }

  /** The line that begins at `at`, without its end; `null` when it has none, or not within `limit` bytes. */
  #lineAt(at: number, limit = Infinity): string | null {
    for (let size = chunk;; size *= 2) {
      this.#load(at, size);
      const from = at - this.#bufferAt;
      const end = this.#buffer.indexOf(10, from);
      if (end >= 0) {
        this.#lineEnd = this.#bufferAt + end + 1;
        return this.#buffer.toString("utf8", from, end);
      }
      if (this.#bufferAt + this.#buffer.length >= this.#end || size > limit) return null;
    }
  }

  /** Sees to it that the buffer has `size` bytes from `at` on, or all there are, unless it has a line's end among them. */
  #load(at: number, size: number): void {
    const from = at - this.#bufferAt;
    if (from >= 0 && from < this.#buffer.length) {
      if (this.#buffer.indexOf(10, from) >= 0 || this.#buffer.length - from >= size) return;
    }
    const bytes = Buffer.alloc(Math.min(size, this.#end - at));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(this.#fd, bytes, length, bytes.length - length, at + length);
      if (read === 0) break;
      length += read;
    }
    this.#buffer = bytes.subarray(0, length);
    this.#bufferAt = at;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
