/**
 * How the values of options are written.
 *
 * @module
 */

import { InvalidArgumentError } from "./packages.ts";

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

/** So many in so much time. */
export interface Rate {
  readonly limit: number;
  /** Milliseconds. */
  readonly interval: number;
}

/**
 * A rate: `10/s`, `600/m`, `5/100ms`; a bare number is per second.
 *
 * @param text as it was typed
 */
export function rate(text: string): Rate {
  const [, amount, count = "1", unit = "s"] =
    /^(\d+)(?:\/(\d+(?:\.\d+)?)?(ms|s|m|h))?$/.exec(text.trim()) ?? [];
  const limit = Number(amount);
  const interval = Number(count) * unitMs[unit]!;
  if (limit >= 1 && Number.isSafeInteger(limit) && interval > 0 && interval <= longestMs) {
    return { limit, interval };
  }
  throw new InvalidArgumentError(
    "It must be a whole number of at least 1 in a time: 10/s, 600/m, 5/100ms, or a number per second.",
  );
}
