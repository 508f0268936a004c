import { stripVTControlCharacters } from "node:util";
import { failWith } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Asserts that `error` is an error, of a class and with a message when these are given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  Class?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) failWith(`Expected "error" to be an Error object`, msg);
  if (Class && !(error instanceof Class)) {
    failWith(
      `Expected error to be instance of "${Class.name}", but was "${error.constructor?.name}"`,
      msg,
    );
  }
  if (!msgMatches) return;
  const message = stripVTControlCharacters(error.message);
  const matches = typeof msgMatches === "string"
    ? message.includes(stripVTControlCharacters(msgMatches))
    : msgMatches.test(message);
  if (!matches) {
    const wanted = typeof msgMatches === "string" ? JSON.stringify(msgMatches) : msgMatches;
    failWith(
      `Expected error message to include ${wanted}, but got ${JSON.stringify(error.message)}`,
      msg,
    );
  }
}

/** Asserts that `fn` throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that `fn` throws such an error, and returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  Class: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expected = expectation(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    expected.check(error, "thrown");
    return error;
  }
  failWith("Expected function to throw", expected.msg);
}

/** Asserts that the promise `fn` returns is rejected, and resolves to the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Asserts that the promise `fn` returns is rejected with such an error, and resolves to it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  Class: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = expectation(classOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
  } catch {
    // Falls through to the check below: a throw is not a rejection, nor is a plain value.
  }
  if (typeof promise?.then !== "function") {
    failWith("Function throws when expected to reject", expected.msg);
  }
  try {
    await promise;
  } catch (error) {
    expected.check(error, "rejected");
    return error;
  }
  failWith("Expected function to reject", expected.msg);
}

interface Expectation {
  msg?: string;
  check(error: unknown, how: string): void;
}

function expectation(
  classOrMsg: ErrorClass<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation {
  if (typeof classOrMsg === "string") return { msg: classOrMsg, check: () => {} };
  return {
    msg,
    check(error, how) {
      if (!classOrMsg) return;
      if (!(error instanceof Error)) failWith(`A non-Error object was ${how}`, msg);
      assertIsError(error, classOrMsg, msgIncludes, msg);
    },
  };
}
