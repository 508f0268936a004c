/**
 * Colours on a terminal.
 *
 * @module
 */

import process from "node:process";
import { styleText } from "node:util";

/** What is written in a colour. */
export type Colour = "red" | "yellow" | "green" | "cyan" | "bold" | "dim";

/** Whether stderr shows colours: a terminal that can, and nobody who asked not to (https://no-color.org). */
export function hasColours(): boolean {
  if (process.stderr.isTTY !== true) return false;
  const { NO_COLOR, TERM } = process.env;
  return !NO_COLOR && TERM !== "dumb";
}

/** Writes `text` for stderr, in a colour where colours show. */
export function colour(name: Colour, text: string): string {
  return hasColours() ? styleText(name, text, { validateStream: false }) : text;
}
