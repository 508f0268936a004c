/**
 * A journal of finished inputs, with which a run that was killed goes on where it was.
 *
 * It is a file of JSON lines: one that says whose it is, then records. A record has the lines of an input's result, so
 * that the run that goes on writes the whole output, in order, and nothing that was on its way to a reader is lost. A long
 * stream has several, of which the last one has the input and `"end":true`; without that one the others count for nothing.
 *
 * ```text
 * {"heddle":"journal","version":1,"function":"file:///home/me/jobs.ts#square","json":false}
 * {"n":1,"lines":"16\n","input":"4","end":true}
 * ```
 *
 * - An input is known by its text (a long one by its SHA-256), wherever it stands; of equal ones as many count as finished
 *   as have been. So lines may be added, removed and moved between the runs.
 * - Records are written by the end of the turn of the event loop in which their inputs finish, and before their results go
 *   to stdout: a process that is killed has lost nothing but what was in flight. They are on the disk a second later, so
 *   that a machine that loses its power does the work of that second again.
 * - The file ends where the first line stands that is torn or not a record; the rest is cut off.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { UsageError } from "../usage_error.ts";
import { JournalFile } from "./journal_file.ts";

/** What was run. */
export interface JournalHeader {
  /** The URL of the module, and the name of the function. */
  readonly function: string;
  readonly json: boolean;
}

/** An input that an earlier run has finished: where its records are. */
export interface Finished {
  readonly parts: readonly number[];
  /** Another one with the same text. */
  readonly next: Finished | null;
}

/** One input on its way into the journal. */
export interface Record {
  /** Writes lines of its result. */
  write(lines: string): void;
  /** It is finished, with these lines as the last ones. */
  finish(lines: string): void;
}

interface Line {
  readonly n: number;
  readonly lines: string;
  readonly input?: string;
  readonly end?: boolean;
}

/** Longer texts are known by their hash. */
const longest = 200;
const hashed = "sha256:";

/** The journal of one run. */
export class Journal {
  readonly #file: JournalFile;
  readonly #finished = new Map<string, Finished>();
  #lastNumber = 0;
  /** How many inputs were finished when it was opened. */
  readonly before: number;
  #left: number;
  #added = 0;

  private constructor(file: JournalFile) {
    this.#file = file;
    const open = new Map<number, number[]>();
    let count = 0;
    for (const { at, value } of file.records<Line>(isLine)) {
      this.#lastNumber = Math.max(this.#lastNumber, value.n);
      const parts = open.get(value.n) ?? [];
      parts.push(at);
      if (!value.end) {
        open.set(value.n, parts);
        continue;
      }
      open.delete(value.n);
      this.#finished.set(value.input!, {
        parts,
        next: this.#finished.get(value.input!) ?? null,
      });
      count++;
    }
    this.before = this.#left = count;
  }

  /**
   * Opens the journal, or makes it.
   *
   * @param path its file
   * @param header what is run
   * @param isReadOnly whether to look only; there is then no lock, and nothing is written
   * @throws {UsageError} when it cannot be opened, is in use, is no journal, or is that of another function
   */
  static open(path: string, header: JournalHeader, isReadOnly = false): Journal {
    const own = { heddle: "journal", version: 1, ...header };
    const file = JournalFile.open(path, own, isReadOnly);
    try {
      checkHeader(path, file.header, header);
      return new Journal(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** How many inputs are finished in all. */
  get count(): number {
    return this.before + this.#added;
  }

  /** How many that were finished before have not been asked for. */
  get left(): number {
    return this.#left;
  }

  /** How many bytes at its end were no records, and have been cut off. */
  get torn(): number {
    return this.#file.torn;
  }

  /** Called when it can be written no more. */
  set onError(listener: (error: Error) => void) {
    this.#file.onError = listener;
  }

  /** Takes out what an earlier run has finished with this input, if it has. */
  take(text: string): Finished | null {
    if (this.#left === 0) return null;
    const key = keyOf(text);
    const finished = this.#finished.get(key);
    if (finished === undefined) return null;
    this.#left--;
    if (finished.next === null) this.#finished.delete(key);
    else this.#finished.set(key, finished.next);
    return finished;
  }

  /** The lines of a record. */
  read(at: number): string {
    return (JSON.parse(this.#file.read(at)) as Line).lines;
  }

  /** The lines of all records of an input, one after the other. */
  async *readAll({ parts }: Finished): AsyncGenerator<string> {
    for (const at of parts) yield await Promise.resolve(this.read(at));
  }

  /** Writes an input down. */
  record(text: string): Record {
    let n = 0;
    const write = (line: Omit<Line, "n">): void =>
      this.#file.append(JSON.stringify({ n: n ||= ++this.#lastNumber, ...line }));
    return {
      write: (lines) => write({ lines }),
      finish: (lines) => {
        write({ lines, input: keyOf(text), end: true });
        this.#added++;
      },
    };
  }

  /** Writes what has been recorded. */
  flush(): void {
    this.#file.flush();
  }

  /** Writes what has been recorded, to the disk, and lets the file go. */
  close(): void {
    this.#file.close();
  }
}

function keyOf(text: string): string {
  if (text.length <= longest && !text.startsWith(hashed)) return text;
  return hashed + createHash("sha256").update(text).digest("base64url");
}

function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null) return false;
  const { n, lines, input, end } = value as Partial<Line>;
  return Number.isSafeInteger(n) && typeof lines === "string" &&
    (end === undefined && input === undefined || end === true && typeof input === "string");
}

function checkHeader(path: string, found: unknown, own: JournalHeader): void {
  const { heddle, version, function: name, json } = (found ?? {}) as Partial<JournalHeader> & {
    heddle?: string;
    version?: number;
  };
  if (heddle !== "journal") {
    throw new UsageError(
      `'${path}' is no journal of heddle, and is left as it is: give --resume a file of its own, which need not exist`,
    );
  }
  if (version !== 1) {
    throw new UsageError(
      `The journal '${path}' was written by another version of heddle: remove it to begin anew`,
    );
  }
  if (name !== own.function || json !== own.json) {
    const what = (header: Partial<JournalHeader>): string =>
      `${header.function}${header.json ? " with --json" : ""}`;
    throw new UsageError(
      `The journal '${path}' is that of ${what({ function: name!, json: json! })}, and this is ${
        what(own)
      }: use another file, or remove it to begin anew`,
    );
  }
}
