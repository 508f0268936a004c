/**
 * What a job's function is, and what it returned.
 *
 * @module
 */
import type { JobFunction } from "./job_module.ts";
import { BrokenOff } from "../platforms/platform.ts";

const tagOf = (value: object): string => Object.prototype.toString.call(value);

/** Whether a value is a generator object. */
export const isGenerator = (value: object): boolean =>
  typeof (value as Iterator<unknown>).next === "function" && tagOf(value) === "[object Generator]";

/** A stream is something that is async iterable and can be asked for its next item; a `ReadableStream` is a value to send. */
export const isStream = (value: object): value is AsyncIterator<unknown> =>
  typeof (value as AsyncIterator<unknown>).next === "function" &&
  typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";

/** What was thrown may be a proxy that throws at every touch. */
export const isBrokenOff = (value: unknown): boolean => {
  try {
    return value instanceof BrokenOff;
  } catch {
    return false;
  }
};

/** Whether a function is one whose results are never there when it returns. */
export const isDeclaredAsync = (run: JobFunction): boolean =>
  tagOf(run) === "[object AsyncFunction]" || tagOf(run) === "[object AsyncGeneratorFunction]";
