/**
 * What the command says on stderr.
 *
 * @module
 */

import { colour } from "./colours.ts";
import { errorFrames, errorText } from "./error_record.ts";
import type { Failure } from "./mapping.ts";
import { toStderr } from "./stderr.ts";

/** Of an input this many characters are shown. */
const shown = 60;

/** Writes messages, each on a line of its own. */
export class Report {
  /** Who writes, when something else is on the terminal that must make room. */
  write: (text: string) => void = (text) => toStderr(text);
  readonly #clean: (message: string) => string;

  /** @param clean makes messages of errors fit for the user */
  constructor(clean: (message: string) => string) {
    this.#clean = clean;
  }

  /** Says something. */
  note(message: string): void {
    this.write(`${colour("bold", "heddle:")} ${message}\n`);
  }

  /** Says what is wrong. */
  error(message: string): void {
    this.write(`${colour("red", "heddle:")} ${this.#clean(message)}\n`);
  }

  /**
   * Tells of an input that failed.
   *
   * @param failure the input and its error
   * @param withFrames whether to say where in the user's code it was thrown
   */
  failure({ entry, error }: Failure, withFrames: boolean): void {
    const what = entry.problem === undefined
      ? `${entry.place} (${excerpt(entry.text)}) failed: `
      : "";
    const reason = entry.problem === undefined
      ? errorText(error)
      : `${entry.problem.message}: ${excerpt(entry.text)}`;
    const frames = withFrames && entry.problem === undefined ? errorFrames(error) : [];
    this.error([what + reason, ...frames.map((frame) => `    ${colour("dim", frame)}`)].join("\n"));
  }

  /** Tells of an error that belongs to no input. */
  stray(what: string, error: unknown): void {
    const frames = errorFrames(error).map((frame) => `\n    ${colour("dim", frame)}`);
    this.error(`${what}: ${errorText(error)}${frames.join("")}`);
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length <= shown ? text : `${text.slice(0, shown)}…`);
}
