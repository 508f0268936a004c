/**
 * Operations of ours in Effection's `call`.
 *
 * `call(() => channel.receive())` takes whatever has a `then` for a promise, and our operations have one, so that they can
 * be awaited. But a promise is never left: what runs as one goes on after a halt, and takes a value that nobody gets. So to
 * `call`, and to nobody else, an operation of ours has no `then`, and is run as the operation that it is.
 *
 * `call` is known by the place in its code from which it reads that property, which is learned by trying. An engine that
 * does not tell who reads leaves it as it was.
 *
 * @module
 */

import { call } from "effection";
import { OwnedTask } from "../executors/completion.ts";
import { BaseOperation } from "../kernel/effect.ts";

/** What engines let one ask. */
const errors: {
  captureStackTrace?(trace: object, below: unknown): void;
  prepareStackTrace?: unknown;
  stackTraceLimit?: number;
} = Error;

/** Where `call` reads what tells a promise. */
let place: string | undefined;

/** Hides `then` from `call`. */
export function hideThen(): void {
  const probe = {
    get then() {
      place = readerOf(Object.getOwnPropertyDescriptor(probe, "then")!.get);
      return undefined;
    },
    *[Symbol.iterator]() {},
  };
  call(() => probe)[Symbol.iterator]();
  if (place === undefined) return;
  for (const prototype of [BaseOperation.prototype, OwnedTask.prototype]) {
    const { then } = prototype;
    const get = (): unknown => readerOf(get) === place ? undefined : then;
    Object.defineProperty(prototype, "then", { configurable: true, get });
  }
}

/** The place in the code that calls `getter`. Costs some microseconds. */
function readerOf(getter: unknown): string | undefined {
  // A realm whose built-in objects are frozen does not let one ask.
  if (errors.captureStackTrace === undefined || Object.isFrozen(errors)) return undefined;
  const { stackTraceLimit, prepareStackTrace } = errors;
  errors.stackTraceLimit = 1;
  // Neither source maps nor somebody's own format shall have a say in it.
  errors.prepareStackTrace = placeOf;
  const trace: { stack?: unknown } = {};
  try {
    errors.captureStackTrace(trace, getter);
    // Engines that keep to their own text have the frames, one a line, from the first line on.
    return String(trace.stack).split("\n", 1)[0];
  } finally {
    errors.stackTraceLimit = stackTraceLimit;
    errors.prepareStackTrace = prepareStackTrace;
  }
}

function placeOf(_error: unknown, [site]: readonly CallSite[]): string {
  return `${site?.getScriptNameOrSourceURL()}:${site?.getLineNumber()}:${site?.getColumnNumber()}`;
}

interface CallSite {
  getScriptNameOrSourceURL(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}
