/**
 * How the values of options are written.
 *
 * @module
 */

import { InvalidArgumentError } from "commander";

const unitMs: { readonly [unit: string]: number } = {
  "": 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
/** Timers of the host reach no further. */
const longestMs = 2 ** 31 - 1;

/**
 * A duration: `500ms`, `5s`, `1.5m`, `1h`; a bare number is milliseconds.
 *
 * @param text as it was typed
 * @returns milliseconds
 */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h|)$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * (unitMs[unit!] ?? NaN);
  if (ms > 0 && ms <= longestMs) return ms;
  throw new InvalidArgumentError(
    ms > longestMs
      ? "It must be at most 24 days, that is 596h."
      : "It must be a duration above 0: 500ms, 5s, 2m, 1h, or a number of milliseconds.",
  );
}

/**
 * Makes a reader of whole numbers.
 *
 * @param least the smallest one that is accepted
 */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
  };
}
