/**
 * Messages on stderr.
 *
 * @module
 */

import process from "node:process";

let isWatched = false;

/**
 * Writes to stderr. That nobody can read it there is no reason to do anything else differently.
 *
 * @param text with its line end
 * @param written is called when it has been taken, or cannot be
 */
export function toStderr(text: string, written: () => void = () => {}): void {
  if (!isWatched) {
    isWatched = true;
    process.stderr.on("error", () => {});
  }
  try {
    process.stderr.write(text, written);
  } catch {
    // Files say so here, pipes by the event.
    written();
  }
}

/** Waits until stderr has taken everything. */
export function stderrDrained(): Promise<void> {
  return new Promise((resolve) => toStderr("", resolve));
}
