/**
 * How the code of a job ends its worker, and what is seen to before.
 *
 * On Deno `process.exit` asks the runtime to end the thread, and then loops until it does. Now and then that request is lost,
 * and the thread spins for good: no exit event, a core at 100 %, and whoever waits for the call waits for ever. So the loop
 * is cut off: the worker says in shared memory that it exits, asks the runtime, and, should it still be there, throws. Its
 * event loop then finds the request; if a job catches the throw and goes on, the host sees what the worker said.
 *
 * @module
 */
import process from "node:process";

/** Unwinds a job that has asked for its worker's end. */
class Exiting extends Error {
  override readonly name = "Exiting";
}

/** What {@linkcode hookExits} gives. */
export interface Exits {
  /** Ends the worker from code of the pool's own, which returns to the event loop right after. */
  exit(code: number): void;
}

/**
 * Sees to it that an exit is heard of before it happens.
 *
 * @param willExit is called with the code, once or more
 * @returns how to exit
 */
export function hookExits(willExit: (code: number) => void): Exits {
  process.on("exit", (code) => willExit(Number(code)));
  const scope = globalThis as { Deno?: { exit: (code?: number) => never }; close?: () => void };
  const deno = scope.Deno;
  if (deno === undefined) return { exit: (code) => process.exit(code) };
  const exit: (code?: number) => void = deno.exit;
  const leave = (code?: number) => {
    const known = code ?? Number(process.exitCode ?? 0);
    willExit(known);
    exit(known);
  };
  try {
    // `process.exit` comes here too.
    deno.exit = (code) => {
      leave(code);
      throw new Exiting("The worker is about to exit");
    };
    // Its own waits for a turn, in which the next call might begin.
    scope.close = () => deno.exit(0);
  } catch {
    // Frozen: then its calls that ended in this turn are reported lost, which is less than was known and not wrong.
  }
  return { exit: leave };
}
