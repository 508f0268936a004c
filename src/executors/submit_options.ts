/**
 * Checks of what users hand to executors.
 *
 * @module
 */

import { checkTaskOptions } from "../kernel/spawn.ts";
import { checkOptions, describe } from "../kernel/work.ts";
import { checkMs } from "../operations/sleep.ts";
import type { BaseOptions } from "./base_executor.ts";
import type { CloseOptions, MapOptions, SubmitOptions } from "./executor.ts";
import { checkGrace } from "../kernel/cancellation.ts";

/** Throws unless every option of a submission is what it should be. */
export function checkSubmitOptions(options: SubmitOptions, verb: string): void {
  checkTaskOptions(options, verb);
  const { signal, timeout, delay, deadline, kind, transfer, onProgress } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    fail(verb, "onProgress", "a function", onProgress);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    fail(verb, "signal", "an AbortSignal", signal);
  }
  if (timeout !== undefined) checkMs(timeout, verb, "timeout");
  if (delay !== undefined) checkMs(delay, verb, "delay");
  if (deadline !== undefined && !(deadline instanceof Date) && typeof deadline !== "number") {
    fail(verb, "deadline", "a Date or milliseconds since the epoch", deadline);
  }
  if (deadline !== undefined && Number.isNaN(Number(deadline))) {
    throw new RangeError(
      `Cannot ${verb}: 'deadline' must be a valid date: current value is an invalid one`,
    );
  }
  if (kind !== undefined && kind !== "cpu" && kind !== "io") {
    fail(verb, "kind", '"cpu" or "io"', kind);
  }
  if (transfer !== undefined && !Array.isArray(transfer)) {
    fail(verb, "transfer", "an array", transfer);
  }
}

/** Throws unless every option of a map is what it should be. */
export function checkMapOptions(options: MapOptions): void {
  checkSubmitOptions(options, "map");
  const { concurrency, ordered, onError, lookahead } = options;
  if (concurrency !== undefined) checkCount(concurrency, "map", "concurrency", 1);
  if (lookahead !== undefined && lookahead !== Infinity) {
    checkCount(lookahead, "map", "lookahead", 0);
  }
  if (ordered !== undefined && typeof ordered !== "boolean") {
    fail("map", "ordered", "a boolean", ordered);
  }
  if (onError !== undefined && onError !== "fail" && onError !== "settle") {
    fail("map", "onError", '"fail" or "settle"', onError);
  }
}

/** Throws unless the options of a closing are what they should be. */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptions(options, "close");
  const { drain, grace } = options;
  if (drain !== undefined && typeof drain !== "boolean") fail("close", "drain", "a boolean", drain);
  checkGrace(grace, "close");
}

/** Throws unless `value` is a whole number of at least `least`. */
export function checkCount(
  value: unknown,
  verb: string,
  name: string,
  least: number,
): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= least) return;
  const ErrorClass = typeof value === "number" ? RangeError : TypeError;
  throw new ErrorClass(
    `Cannot ${verb}: '${name}' must be a whole number, at least ${least}: current value is ${
      describe(value)
    }`,
  );
}

function fail(verb: string, name: string, wanted: string, value: unknown): never {
  throw new TypeError(
    `Cannot ${verb}: '${name}' must be ${wanted}: current value is ${describe(value)}`,
  );
}

/**
 * Checks what all executors are made with.
 *
 * @throws {TypeError} when one has the wrong type
 * @throws {RangeError} when one has the wrong size
 */
export function checkBaseOptions(options: BaseOptions): void {
  if (typeof options.name !== "string") {
    throw new TypeError(
      `Cannot create an executor: 'name' must be a string: current value is ${
        describe(options.name)
      }`,
    );
  }
  if (options.size !== Infinity) checkCount(options.size, "create an executor", "size", 1);
  if (options.queueLimit !== Infinity) {
    checkCount(options.queueLimit, "create an executor", "queueLimit", 0);
  }
}
