/**
 * Results on stdout.
 *
 * Lines of one turn of the event loop travel in one write, and one write is under way at a time. Whoever has written more
 * than the reader takes waits for it, which in turn slows down what reads the inputs.
 *
 * It does not write to `process.stdout`, which does not tell every host's errors, and is slow with long lines.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { write } from "node:fs";

/** With this many characters waiting a write does not wait for the end of the turn. */
const batch = 1 << 16;
/** With this many waiting, writers are asked to wait. */
const enough = 1 << 18;
/** How soon to ask again when the reader takes nothing and the host does not wait for it, in milliseconds. */
const retryAfter = 2;
const stdout = 1;

type Written = (error: NodeJS.ErrnoException | null, written: number) => void;

/** What Deno has of its own, taken before jobs are kept from it. Unlike \`node:fs\` it never holds the thread. */
const { stdout: denoStdout } =
  (globalThis as { Deno?: { stdout: { write(bytes: Uint8Array): Promise<number> } } }).Deno ?? {};
const denoWrite = denoStdout?.write.bind(denoStdout);

function writeSome(bytes: Buffer, from: number, then: Written): void {
  if (denoWrite === undefined) {
    write(stdout, bytes, from, bytes.length - from, null, then);
  } else {
    denoWrite(bytes.subarray(from)).then(
      (written) => then(null, written),
      (error) => then(error, 0),
    );
  }
}

/** Where lines go. */
export interface Sink {
  /** Whether the reader has gone; what is written is then dropped. */
  readonly isClosed: boolean;
  /** Whether to wait until it is drained before writing on. */
  readonly isFull: boolean;
  /** Writes a line, with its end. */
  write(line: string): void;
  /** Waits until everything has been taken by the reader, or the reader has gone. */
  drained(): Promise<void>;
}

/** Standard output, in batches, with back-pressure. */
export class Output implements Sink {
  #text = "";
  #scheduled = false;
  #writing = false;
  #closed = false;
  #error: Error | null = null;
  readonly #waiting: (() => void)[] = [];
  /** Called when nobody reads any more. */
  onClosed: (() => void) | null = null;
  /** Called before each write. */
  beforeWrite: (() => void) | null = null;

  get isClosed(): boolean {
    return this.#closed;
  }

  /** What was wrong with it, unless its reader has just gone. */
  get error(): Error | null {
    return this.#error;
  }

  get isFull(): boolean {
    return this.#text.length >= enough;
  }

  write(line: string): void {
    if (this.#closed) return;
    this.#text += line;
    if (this.#text.length >= batch) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  drained(): Promise<void> {
    this.#flush();
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #flush(): void {
    if (this.#writing || this.#text === "" || this.#closed) return;
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    this.#writing = true;
    this.beforeWrite?.();
    this.#writeBytes(bytes, 0);
  }

  #writeBytes(bytes: Buffer, from: number): void {
    writeSome(bytes, from, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.#writeBytes(bytes, from), retryAfter);
      } else if (error === null && from + written < bytes.length) {
        this.#writeBytes(bytes, from + written);
      } else {
        this.#written(error);
      }
    });
  }

  #written(error: NodeJS.ErrnoException | null): void {
    this.#writing = false;
    if (error !== null) this.#fail(error);
    this.#flush();
    if (this.#writing) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#text = "";
    if (error.code !== "EPIPE") this.#error = error;
    this.onClosed?.();
  }
}
