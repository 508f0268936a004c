/**
 * Keeps a job of this thread from ending the command: what calls `exit` fails, as it does in a worker, and the other
 * inputs go on.
 *
 * @module
 */

import process from "node:process";

/** A job called `exit`. */
export class ExitError extends Error {
  override readonly name = "ExitError";
  /** With which it was called. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(
      `The job called exit(${exitCode}), which would have ended all others: let it return or throw instead`,
    );
    this.exitCode = exitCode;
  }
}

/**
 * From now on `process.exit()`, `Deno.exit()` and `close()` throw.
 *
 * @returns makes them what they were
 */
export function guardExit(): () => void {
  const { Deno: deno } = globalThis as { Deno?: { exit: unknown } };
  const { exit } = process;
  const denoExit = deno?.exit;
  const refuse = (code?: number | string | null): never => {
    throw new ExitError(Number(code ?? process.exitCode ?? 0));
  };
  const { close } = globalThis as { close?: unknown };
  process.exit = refuse;
  // In Deno's main thread it ends the process without a word.
  if (close !== undefined) Object.assign(globalThis, { close: () => refuse(0) });
  if (deno !== undefined) deno.exit = refuse;
  return () => {
    process.exit = exit;
    if (close !== undefined) Object.assign(globalThis, { close });
    if (deno !== undefined) deno.exit = denoExit;
  };
}
