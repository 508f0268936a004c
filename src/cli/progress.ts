/**
 * How far the work has come: a bar on a terminal, a plain line every two seconds elsewhere.
 *
 * @module
 */

import { MultiBar, type Options, Presets, SingleBar } from "./packages.ts";
import process from "node:process";
import { colour } from "./colours.ts";
import { toStderr } from "./stderr.ts";

/** How often a line is written where there is no terminal, in milliseconds. */
const lineInterval = 2000;

/** Shows progress on stderr. */
export interface Progress {
  /** Counts an input that is done. */
  done(isFailed: boolean): void;
  /** Writes a message without disturbing it. */
  write(text: string): void;
  /** Makes room for output on the same terminal. */
  clear(): void;
  /** Shows the last state, and ends. */
  stop(): void;
}

/**
 * Begins to show progress.
 *
 * @param total how many inputs there are, when that is known
 */
export function showProgress(total: number | undefined): Progress {
  const isTerminal = process.stderr.isTTY === true;
  const options: Options = {
    format: format(isTerminal, total !== undefined),
    stream: process.stderr,
    gracefulExit: false,
    noTTYOutput: true,
    notTTYSchedule: lineInterval,
    // A terminal is left as it was, whatever ends the process.
    hideCursor: false,
    linewrap: true,
    forceRedraw: true,
    emptyOnZero: true,
    // Where there is no terminal this is what ends the last line once, and not twice.
    clearOnComplete: !isTerminal,
  };
  return isTerminal ? new TerminalProgress(options, total) : new LineProgress(options, total);
}

function format(isTerminal: boolean, hasTotal: boolean): string {
  const counts = hasTotal ? "{value} of {total} done" : "{value} done";
  const rest = `${counts}, {failed} failed, {duration_formatted}`;
  if (!isTerminal) return `heddle: ${rest}`;
  return hasTotal ? `${colour("cyan", "{bar}")} ${rest}, {eta_formatted} left` : rest;
}

/** What is counted, for either way of showing it. */
class Counts {
  value = 0;
  failed = 0;

  add(isFailed: boolean): void {
    this.value++;
    if (isFailed) this.failed++;
  }
}

class TerminalProgress implements Progress {
  readonly #bars: MultiBar;
  readonly #bar: SingleBar;
  readonly #counts = new Counts();

  constructor(options: Options, total: number | undefined) {
    this.#bars = new MultiBar(options, Presets.shades_classic);
    this.#bar = this.#bars.create(total ?? 0, 0, { failed: 0 });
  }

  done(isFailed: boolean): void {
    this.#counts.add(isFailed);
    this.#bar.update(this.#counts.value, { failed: this.#counts.failed });
  }

  write(text: string): void {
    this.clear();
    toStderr(text);
  }

  clear(): void {
    toStderr("\r\x1b[K");
  }

  stop(): void {
    this.#bars.stop();
  }
}

class LineProgress implements Progress {
  readonly #bar: SingleBar;
  readonly #counts = new Counts();

  constructor(options: Options, total: number | undefined) {
    this.#bar = new SingleBar(options, Presets.shades_classic);
    this.#bar.start(total ?? 0, 0, { failed: 0 });
  }

  done(isFailed: boolean): void {
    this.#counts.add(isFailed);
    this.#bar.update(this.#counts.value, { failed: this.#counts.failed });
  }

  write(text: string): void {
    toStderr(text);
  }

  clear(): void {}

  stop(): void {
    this.#bar.stop();
  }
}
