/**
 * Lines out of bytes.
 *
 * @module
 */

/**
 * Splits UTF-8 into lines, which end with LF or CRLF; the last one may lack its end. A byte order mark is dropped. A line
 * may be as long as a string may, and costs time in proportion to its length.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come; joined when it does. */
  #open: string[] = [];

  /**
   * Takes bytes in.
   *
   * @param bytes the next ones
   * @returns the lines that are complete now
   */
  push(bytes: Uint8Array): string[] {
    return this.#split(this.#decoder.decode(bytes, { stream: true }));
  }

  /**
   * Nothing more will come.
   *
   * @returns the last line, if it lacked its end
   */
  end(): string[] {
    const lines = this.#split(this.#decoder.decode());
    const last = this.#open.join("");
    this.#open = [];
    return last === "" ? lines : [...lines, last];
  }

  #split(text: string): string[] {
    const lines = text.split("\n");
    const rest = lines.pop()!;
    if (lines.length > 0 && this.#open.length > 0) {
      lines[0] = this.#open.join("") + lines[0];
      this.#open = [];
    }
    if (rest !== "") this.#open.push(rest);
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      if (line.endsWith("\r")) lines[i] = line.slice(0, -1);
    }
    return lines;
  }
}
